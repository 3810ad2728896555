-- The forms of collaboration of each need, one row each: the same codes as in the column modes of need.sql.
select
    m.necesidad_id::text as need_key,
    modo.code as value
from padron.necesidad_modalidad m
join padron.necesidad n on n.id = m.necesidad_id
join padron.afiliado a on a.id = n.afiliado_id
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
    corridor.sees(:'view', n.visibilidad)
    and n.estatus in ('publicada', 'en pausa', 'vencida')
    and corridor.sees(:'view', a.visibilidad)
    and a.estatus in ('vigente', 'suspendido')
    and a.consentimiento @> '{"intercambio_de_perfil": {"vigente": true}}'
