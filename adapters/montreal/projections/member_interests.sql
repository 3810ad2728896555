-- The interests of members, one a row: the list column "interests" of member.sql, for searches.
-- Only of members that the viewer may see: the same three conditions as in member.sql.
select
    i.no_membre::text as member_key,
    c.uri_esco as value
from grappe.interet_membre as i
join grappe.membre as m on m.no_membre = i.no_membre
join grappe.competence as c on c.cod_competence = i.cod_competence
where corridor.sees(:'view', m.cod_visibilite)
    and m.cod_statut_adhesion not in ('TE', 'RT')
    and exists (
        select
        from grappe.consentement as consent
        where consent.no_membre = m.no_membre
            and consent.cod_finalite = 'PROFIL'
            and consent.dat_retrait is null
    )
