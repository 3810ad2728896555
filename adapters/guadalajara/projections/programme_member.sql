-- Which member takes part in which programme; the viewer has to see both.
select
    pa.afiliado_id::text as member_key,
    pa.programa_id::text as programme_key
from padron.programa_afiliado pa
join padron.programa p on p.id = pa.programa_id
join padron.afiliado a on a.id = pa.afiliado_id
where
    corridor.sees(:'view', p.visibilidad)
    and corridor.sees(:'view', a.visibilidad)
    and a.estatus in ('vigente', 'suspendido')
    and a.consentimiento @> '{"intercambio_de_perfil": {"vigente": true}}'
