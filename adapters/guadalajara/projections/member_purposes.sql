-- What members consent to, one purpose a row: the list "purposes" of member.sql, for matches. Only rows that the viewer may see.
select
    a.id::text as member_key,
    c.code as value
from padron.afiliado a
join (values
    ('intercambio_de_perfil', 'PROFILE_EXCHANGE'),
    ('busqueda_de_socios', 'PARTNER_MATCHING'),
    ('entrega_de_contacto', 'CONTACT_RELEASE'),
    ('consorcios', 'CONSORTIUM'),
    ('misiones', 'MISSION'),
    ('practicas', 'INTERNSHIP'),
    ('exhibicion', 'SHOWCASE'),
    ('estadisticas', 'STATISTICS'),
    ('avisos', 'NOTIFICATION')
) as c (codigo, code) on a.consentimiento -> c.codigo @> '{"vigente": true}'
where
    corridor.sees(:'view', a.visibilidad)
    and a.estatus in ('vigente', 'suspendido')
    and a.consentimiento @> '{"intercambio_de_perfil": {"vigente": true}}'
