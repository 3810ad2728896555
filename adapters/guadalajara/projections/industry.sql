-- Industry: the activity of a member's main establishment, a class of SCIAN México 2018 as DENUE gives it, and the five digits
-- shared with Canada, which the padrón notes down when a member joins.
select
    a.id::text as member_key,
    'SCIAN'::text as system,
    '2018'::text as version,
    u.codigo_act as code,
    a.codigo_comun5 as common_code5
from padron.afiliado a
join padron.denue_unidad_economica u on u.id = a.matriz_id
where
    u.codigo_act <> ''
    and corridor.sees(:'view', a.visibilidad)
    and a.estatus in ('vigente', 'suspendido')
    and a.consentimiento @> '{"intercambio_de_perfil": {"vigente": true}}'
