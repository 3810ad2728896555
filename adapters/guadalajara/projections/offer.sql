-- Offer: what members put on the table. An anonymous offer shows no owner, but to the owner.
select
    o.id::text as key,
    case when o.anonima and :'view' <> 'PRIVATE' then null else o.afiliado_id::text end as owner_key,
    tipo.code as kind,
    o.conceptos as concepts,
    array(
        select modo.code
        from padron.oferta_modalidad m
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
        where m.oferta_id = o.id
        order by modo.code
    ) as modes,
    o.nivel_trl as trl,
    o.anonima as anonymous,
    (
        select c.code
        from (values
            ('borrador', 'DRAFT'),
            ('publicada', 'PUBLISHED'),
            ('en pausa', 'PAUSED'),
            ('vencida', 'EXPIRED'),
            ('retirada', 'WITHDRAWN')
        ) as c (codigo, code)
        where c.codigo = o.estatus
    ) as status,
    o.vigente_hasta as valid_until,
    timezone('America/Mexico_City', o.actualizada) as updated_at
from padron.oferta o
join padron.afiliado a on a.id = o.afiliado_id
left join (values
    ('comercial', 'BUSINESS_OFFER'),
    ('tecnología', 'TECHNOLOGY_OFFER'),
    ('conocimiento', 'EXPERTISE_OFFER'),
    ('instalaciones', 'FACILITY_OFFER')
) as tipo (codigo, code) on tipo.codigo = o.tipo
where
    corridor.sees(:'view', o.visibilidad)
    and o.estatus in ('publicada', 'en pausa', 'vencida')
    and corridor.sees(:'view', a.visibilidad)
    and a.estatus in ('vigente', 'suspendido')
    and a.consentimiento @> '{"intercambio_de_perfil": {"vigente": true}}'
