-- Requirement: what a need asks of a partner. The need keeps them as an array; necesidad_concepto says what stands where in it.
select
    nc.necesidad_id::text as need_key,
    requisito.valor ->> 'clave' as key,
    nc.concepto as concept,
    (
        select nivel.code
        from (values
            ('básico', 'AWARENESS'),
            ('operativo', 'WORKING'),
            ('avanzado', 'ADVANCED'),
            ('experto', 'EXPERT')
        ) as nivel (codigo, code)
        where nivel.codigo = requisito.valor ->> 'nivel'
    ) as min_level,
    (requisito.valor ->> 'peso')::integer as weight,
    (requisito.valor ->> 'obligatorio')::boolean as mandatory
from padron.necesidad_concepto nc
join padron.necesidad n on n.id = nc.necesidad_id
join padron.afiliado a on a.id = n.afiliado_id
cross join lateral (select n.requisitos -> nc.lugar as valor) as requisito
where
    corridor.sees(:'view', n.visibilidad)
    and n.estatus in ('publicada', 'en pausa', 'vencida')
    and corridor.sees(:'view', a.visibilidad)
    and a.estatus in ('vigente', 'suspendido')
    and a.consentimiento @> '{"intercambio_de_perfil": {"vigente": true}}'
