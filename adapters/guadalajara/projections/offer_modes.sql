-- The forms of collaboration of each offer, one row each: the same codes as in the column modes of offer.sql.
select
    m.oferta_id::text as offer_key,
    modo.code as value
from padron.oferta_modalidad m
join padron.oferta o on o.id = m.oferta_id
join padron.afiliado a on a.id = o.afiliado_id
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
where
    corridor.sees(:'view', o.visibilidad)
    and o.estatus in ('publicada', 'en pausa', 'vencida')
    and corridor.sees(:'view', a.visibilidad)
    and a.estatus in ('vigente', 'suspendido')
    and a.consentimiento @> '{"intercambio_de_perfil": {"vigente": true}}'
