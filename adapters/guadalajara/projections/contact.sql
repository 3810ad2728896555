-- Contact: whom to turn to at a member. Nothing lists or finds it: it is read by its key alone, under two views.
--   PRIVATE  the member itself: all of its own.
--   MUTUAL   who a contact was released to, while the member consents to it (entrega_de_contacto). To whom which contact was
--            released is for the gateway to know; it asks for that one key.
-- Under every other view there is no row, and so no answer, search or count with anything of one. A member that is not seen has
-- none either: the same lines as in member.sql. A withdrawal takes effect on the next request.
select
    c.afiliado_id::text || '/' || c.clave as key,
    c.afiliado_id::text as member_key,
    c.clave as ref,
    nullif(btrim(c.nombre), '') as name,
    nullif(btrim(c.cargo), '') as role,
    nullif(btrim(c.correo), '') as email,
    -- E.164: the digits before an extension. Ten are a number of México, whatever it was once dialled with in front: the
    -- trunk prefix 01, the prefixes of mobiles 044 and 045, the 1 behind 52. What is none, and has no +, is left out.
    case
        when marcado.numero ~ '^([+]?52|[+]?521|01|044|045)?[0-9]{10}$' then '+52' || right(marcado.numero, 10)
        when marcado.numero ~ '^[+][1-9][0-9]{6,14}$' then marcado.numero
    end as phone,
    nullif(btrim(c.idioma), '') as preferred_language
from padron.contacto c
join padron.afiliado a on a.id = c.afiliado_id
cross join lateral (
    select regexp_replace(regexp_replace(c.telefono, '[^0-9+(). -].*$', ''), '[^0-9+]', '', 'g') as numero
) as marcado
where
    corridor.sees(:'view', 'mutuo')
    and (:'view' = 'PRIVATE' or a.consentimiento @> '{"entrega_de_contacto": {"vigente": true}}')
    and corridor.sees(:'view', a.visibilidad)
    and a.estatus in ('vigente', 'suspendido')
    and a.consentimiento @> '{"intercambio_de_perfil": {"vigente": true}}'
