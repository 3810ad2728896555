-- Contact points of members. Nothing lists or finds them: a contact is read by its key alone, under two views.
--   PRIVATE  the member itself: all of its own.
--   MUTUAL   who a contact was released to: while the member consents to that (CONTACT). Which contact of which member
--            was released to whom is for the gateway to know; it asks for that one key.
-- Under every other view there is no row, so none in any answer, search or count. Of a member that is not seen there is
-- none either: the same conditions as in member.sql. A withdrawal takes effect on the next request.
select
    c.no_membre::text || '/contact-' || c.no_contact::text as key,
    c.no_membre::text as member_key,
    'contact-' || c.no_contact::text as ref,
    nullif(btrim(c.nom), '') as name,
    nullif(btrim(c.fonction), '') as role,
    nullif(btrim(c.courriel), '') as email,
    -- E.164: the digits before an extension, with the 1 that North American numbers are dialled with. What is neither
    -- such a number nor written with its country's code is left out.
    case
        when dialled.number ~ '^[+][1-9][0-9]{6,14}$' then dialled.number
        when dialled.number ~ '^1?[2-9][0-9]{2}[2-9][0-9]{6}$' then '+1' || right(dialled.number, 10)
    end as phone,
    (
        select language.tag
        from (values
            ('fr', 'fr-CA'),
            ('en', 'en-CA'),
            ('es', 'es-MX')
        ) as language (code, tag)
        where language.code = c.cod_langue
    ) as preferred_language
from grappe.contact as c
join grappe.membre as m on m.no_membre = c.no_membre
cross join lateral (
    select regexp_replace(regexp_replace(c.telephone, '[^0-9+(). -].*$', ''), '[^0-9+]', '', 'g') as number
) as dialled
where corridor.sees(:'view', 'M')
    and (
        :'view' = 'PRIVATE'
        or exists (
            select
            from grappe.consentement as release
            where release.no_membre = m.no_membre
                and release.cod_finalite = 'CONTACT'
                and release.dat_retrait is null
        )
    )
    and corridor.sees(:'view', m.cod_visibilite)
    and m.cod_statut_adhesion not in ('TE', 'RT')
    and exists (
        select
        from grappe.consentement as consent
        where consent.no_membre = m.no_membre
            and consent.cod_finalite = 'PROFIL'
            and consent.dat_retrait is null
    )
