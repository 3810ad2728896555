-- The languages of members, one a row: the list column "languages" of member.sql, for filters.
-- Only of members that the viewer may see: the same three conditions as in member.sql.
select
    l.no_membre::text as member_key,
    language.tag as value
from grappe.langue_membre as l
join grappe.membre as m on m.no_membre = l.no_membre
left join (values
    ('fr', 'fr-CA'),
    ('en', 'en-CA'),
    ('es', 'es-MX')
) as language (code, tag) on language.code = l.cod_langue
where corridor.sees(:'view', m.cod_visibilite)
    and m.cod_statut_adhesion not in ('TE', 'RT')
    and exists (
        select
        from grappe.consentement as consent
        where consent.no_membre = m.no_membre
            and consent.cod_finalite = 'PROFIL'
            and consent.dat_retrait is null
    )
