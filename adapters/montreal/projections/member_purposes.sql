-- What members consent to, one purpose a row: the list column "purposes" of member.sql, for matches.
-- Only of members that the viewer may see: the same three conditions as in member.sql.
select
    given.no_membre::text as member_key,
    purpose.code as value
from grappe.consentement as given
join grappe.membre as m on m.no_membre = given.no_membre
join (values
    ('PROFIL', 'PROFILE_EXCHANGE'),
    ('JUMELAGE', 'PARTNER_MATCHING'),
    ('CONTACT', 'CONTACT_RELEASE'),
    ('CONSORT', 'CONSORTIUM'),
    ('MISSION', 'MISSION'),
    ('STAGE', 'INTERNSHIP'),
    ('VITRINE', 'SHOWCASE'),
    ('STAT', 'STATISTICS'),
    ('AVIS', 'NOTIFICATION')
) as purpose (native, code) on purpose.native = given.cod_finalite
where given.dat_retrait is null
    and corridor.sees(:'view', m.cod_visibilite)
    and m.cod_statut_adhesion not in ('TE', 'RT')
    and exists (
        select
        from grappe.consentement as consent
        where consent.no_membre = m.no_membre
            and consent.cod_finalite = 'PROFIL'
            and consent.dat_retrait is null
    )
