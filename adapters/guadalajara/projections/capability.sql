-- Capability: what a member can do, as an ESCO concept and a level.
select
    c.afiliado_id::text as member_key,
    c.concepto as concept,
    nivel.code as level
from padron.capacidad c
join padron.afiliado a on a.id = c.afiliado_id
left join (values
    ('básico', 'AWARENESS'),
    ('operativo', 'WORKING'),
    ('avanzado', 'ADVANCED'),
    ('experto', 'EXPERT')
) as nivel (codigo, code) on nivel.codigo = c.nivel
where
    a.visibilidad in ('público', 'corredor')
    and a.estatus in ('vigente', 'suspendido')
    and a.consentimiento @> '{"intercambio_de_perfil": {"vigente": true}}'
