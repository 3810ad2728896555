-- Member: one row for each firm or organisation of the padrón, whatever the number of its establishments in DENUE.
-- Left of "as": our columns. Right of "as": the contract's. Only rows that the viewer may see.
-- Codes that lists are filtered by are translated in a join, the others where they stand, so that an unused one costs nothing.
select
    a.id::text as key,
    btrim(a.nombre) as display_name,
    case when corridor.sees(:'view', coalesce(a.visibilidad_campos ->> 'razon_social', a.visibilidad))
        then nullif(btrim(a.razon_social), '') end as legal_name,
    giro.code as sector,
    tipo.code as org_type,
    substring(a.per_ocu from '^[0-9]+')::integer as headcount_min,
    substring(a.per_ocu from ' a ([0-9]+) ')::integer as headcount_max,
    nullif(a.per_ocu, '') as headcount_code,
    (
        select c.code
        from (values
            ('0 a 5 personas', 'MICRO'),
            ('6 a 10 personas', 'MICRO'),
            ('11 a 30 personas', 'SMALL'),
            ('31 a 50 personas', 'SMALL'),
            ('51 a 100 personas', 'MEDIUM'),
            ('101 a 250 personas', 'MEDIUM'),
            ('251 y más personas', 'LARGE')
        ) as c (codigo, code)
        where c.codigo = a.per_ocu
    ) as size_band,
    a.anio_fundacion as founded,
    coalesce(nullif(btrim(u.municipio), ''), a.municipio) as city,
    (
        select c.code
        from (values
            ('14', 'MX-JAL')
        ) as c (codigo, code)
        where c.codigo = coalesce(u.cve_ent, a.cve_ent)
    ) as subdivision,
    'MX'::text as country,
    case when corridor.sees(:'view', coalesce(a.visibilidad_campos ->> 'sitio_web', a.visibilidad))
        then sitio.url end as website,
    a.idiomas as languages,
    a.mercados as target_markets,
    a.intereses as interests,
    (
        select c.code
        from (values
            ('vigente', 'ACTIVE'),
            ('suspendido', 'SUSPENDED'),
            ('baja', 'ENDED')
        ) as c (codigo, code)
        where c.codigo = a.estatus
    ) as membership_status,
    (
        select c.code
        from (values
            ('público', 'PUBLIC'),
            ('afiliados', 'CLUSTER'),
            ('corredor', 'CORRIDOR'),
            ('mutuo', 'MUTUAL'),
            ('privado', 'PRIVATE')
        ) as c (codigo, code)
        where c.codigo = a.visibilidad
    ) as visibility,
    array(
        select c.code
        from (values
            ('intercambio_de_perfil', 'PROFILE_EXCHANGE'),
            ('busqueda_de_socios', 'PARTNER_MATCHING'),
            ('entrega_de_contacto', 'CONTACT_RELEASE'),
            ('consorcios', 'CONSORTIUM'),
            ('misiones', 'MISSION'),
            ('practicas', 'INTERNSHIP'),
            ('exhibicion', 'SHOWCASE'),
            ('estadisticas', 'STATISTICS'),
            ('avisos', 'NOTIFICATION')
        ) as c (codigo, code)
        where a.consentimiento -> c.codigo @> '{"vigente": true}'
    ) as purposes,
    timezone('America/Mexico_City', a.actualizado) as updated_at,
    corridor.fold(btrim(a.nombre)) as name_key
from padron.afiliado a
left join padron.denue_unidad_economica u on u.id = a.matriz_id
left join (values
    ('PRIVADO', 'PRIVATE'),
    ('INSTITUCIONAL', 'INSTITUTIONAL'),
    ('GUBERNAMENTAL', 'PUBLIC')
) as giro (codigo, code) on giro.codigo = a.giro
left join (values
    ('EMERGENTE', 'STARTUP'),
    ('PYME', 'SME'),
    ('GRAN EMPRESA', 'LARGE_ENTERPRISE'),
    ('UNIVERSIDAD', 'UNIVERSITY'),
    ('CENTRO DE INVESTIGACIÓN', 'RESEARCH_CENTRE'),
    ('ESCUELA TÉCNICA', 'COLLEGE'),
    ('ORGANIZACIÓN CIVIL', 'NGO'),
    ('ASOCIACIÓN', 'ASSOCIATION'),
    ('AYUNTAMIENTO', 'MUNICIPALITY'),
    ('DEPENDENCIA', 'GOVERNMENT_AGENCY'),
    ('INVERSIONISTA', 'INVESTOR')
) as tipo (codigo, code) on tipo.codigo = a.tipo_organizacion
-- DENUE writes WWW.X.COM in capitals without a scheme, and now and then something that is no address at all.
cross join lateral (
    select btrim(coalesce(nullif(a.sitio_web, ''), u.www)) as texto
) as escrito
cross join lateral (
    select case
        when escrito.texto ~* '^https?://[^[:space:]]+$' then escrito.texto
        when escrito.texto ~ '^[^[:space:]]+[.][^[:space:]]+$' then 'http://' || lower(escrito.texto)
    end as url
) as sitio
where
    corridor.sees(:'view', a.visibilidad)
    and a.estatus in ('vigente', 'suspendido')
    and a.consentimiento @> '{"intercambio_de_perfil": {"vigente": true}}'
