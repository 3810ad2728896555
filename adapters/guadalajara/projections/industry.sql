-- Industry: the activity of a member's main establishment, a class of SCIAN México 2018 as DENUE gives it.
select
    a.id::text as member_key,
    'SCIAN'::text as system,
    '2018'::text as version,
    u.codigo_act as code,
    s.codigo_comun5 as common_code5
from padron.afiliado a
join padron.denue_unidad_economica u on u.id = a.matriz_id
left join padron.scian_clase s on s.codigo = u.codigo_act
where
    u.codigo_act <> ''
    and a.visibilidad in ('público', 'corredor')
    and a.estatus in ('vigente', 'suspendido')
    and a.consentimiento @> '{"intercambio_de_perfil": {"vigente": true}}'
