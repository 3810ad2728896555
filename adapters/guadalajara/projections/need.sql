-- Need: what members look for. An anonymous need shows no owner, but to the owner.
select
    n.id::text as key,
    case when n.anonima and :'view' <> 'PRIVATE' then null else n.afiliado_id::text end as owner_key,
    tipo.code as kind,
    array(
        select modo.code
        from padron.necesidad_modalidad m
        left join (values
            ('agencia comercial', 'COMMERCIAL_AGENCY'),
            ('distribución', 'DISTRIBUTION'),
            ('coinversión', 'JOINT_VENTURE'),
            ('subcontratación', 'SUBCONTRACTING'),
            ('licencia', 'LICENSING'),
            ('investigación conjunta', 'RD_COOPERATION'),
            ('cooperación técnica', 'TECHNICAL_COOPERATION'),
            ('licitación conjunta', 'JOINT_BID'),
            ('prácticas profesionales', 'INTERNSHIP_HOSTING'),
            ('inversión', 'INVESTMENT')
        ) as modo (codigo, code) on modo.codigo = m.modalidad
        where m.necesidad_id = n.id
        order by modo.code
    ) as modes,
    n.mercados as target_markets,
    n.anonima as anonymous,
    (
        select c.code
        from (values
            ('borrador', 'DRAFT'),
            ('publicada', 'PUBLISHED'),
            ('en pausa', 'PAUSED'),
            ('vencida', 'EXPIRED'),
            ('retirada', 'WITHDRAWN')
        ) as c (codigo, code)
        where c.codigo = n.estatus
    ) as status,
    n.vigente_hasta as valid_until,
    timezone('America/Mexico_City', n.actualizada) as updated_at
from padron.necesidad n
join padron.afiliado a on a.id = n.afiliado_id
left join (values
    ('comercial', 'BUSINESS_REQUEST'),
    ('tecnología', 'TECHNOLOGY_REQUEST'),
    ('investigación', 'RD_PARTNER_REQUEST'),
    ('reto', 'CHALLENGE'),
    ('talento', 'TALENT_REQUEST'),
    ('capital', 'FUNDING_REQUEST')
) as tipo (codigo, code) on tipo.codigo = n.tipo
where
    corridor.sees(:'view', n.visibilidad)
    and n.estatus in ('publicada', 'en pausa', 'vencida')
    and corridor.sees(:'view', a.visibilidad)
    and a.estatus in ('vigente', 'suspendido')
    and a.consentimiento @> '{"intercambio_de_perfil": {"vigente": true}}'
