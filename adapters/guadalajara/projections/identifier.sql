-- Identifier: registration numbers of a member. A member may hide the values; the scheme then stands alone, for what is said of a
-- value says something of it.
select
    i.afiliado_id::text as member_key,
    esquema.code as scheme,
    case when nivel.visto then esquema.prefijo || i.valor end as value,
    case when nivel.visto then i.digito_valido end as checksum_valid,
    case when nivel.visto then timezone('America/Mexico_City', i.verificado) end as verified_at,
    case when nivel.visto then i.verificado_por end as verified_by
from padron.identificador i
join padron.afiliado a on a.id = i.afiliado_id
left join (values
    ('RFC', 'MX_RFC', ''),
    ('LEI', 'LEI', ''),
    ('ROR', 'OTHER', 'ror:'),
    ('ISIN', 'OTHER', 'isin:'),
    ('WIKIDATA', 'OTHER', 'wikidata:')
) as esquema (codigo, code, prefijo) on esquema.codigo = i.esquema
cross join lateral (
    select corridor.sees(:'view', coalesce(a.visibilidad_campos ->> 'identificadores', a.visibilidad)) as visto
) as nivel
where
    corridor.sees(:'view', a.visibilidad)
    and a.estatus in ('vigente', 'suspendido')
    and a.consentimiento @> '{"intercambio_de_perfil": {"vigente": true}}'
