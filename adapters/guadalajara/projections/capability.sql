-- Capability: what a member can do, as an ESCO concept and a level.
-- The level is translated where it stands: filters and searches, which do not ask for it, do not pay for it.
select
    c.afiliado_id::text as member_key,
    c.concepto as concept,
    (
        select nivel.code
        from (values
            ('básico', 'AWARENESS'),
            ('operativo', 'WORKING'),
            ('avanzado', 'ADVANCED'),
            ('experto', 'EXPERT')
        ) as nivel (codigo, code)
        where nivel.codigo = c.nivel
    ) as level
from padron.capacidad c
join padron.afiliado a on a.id = c.afiliado_id
where
    corridor.sees(:'view', a.visibilidad)
    and a.estatus in ('vigente', 'suspendido')
    and a.consentimiento @> '{"intercambio_de_perfil": {"vigente": true}}'
