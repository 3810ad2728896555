-- What each member is capable of, as ESCO concepts.
-- Only of members that the viewer may see: the same three conditions as in member.sql.
select
    known.no_membre::text as member_key,
    c.uri_esco as concept,
    (
        select mastery.level
        from (values
            ('1', 'AWARENESS'),
            ('2', 'WORKING'),
            ('3', 'ADVANCED'),
            ('4', 'EXPERT')
        ) as mastery (code, level)
        where mastery.code = known.cod_niveau
    ) as level
from grappe.competence_membre as known
join grappe.membre as m on m.no_membre = known.no_membre
join grappe.competence as c on c.cod_competence = known.cod_competence
where corridor.sees(:'view', m.cod_visibilite)
    and m.cod_statut_adhesion not in ('TE', 'RT')
    and exists (
        select
        from grappe.consentement as consent
        where consent.no_membre = m.no_membre
            and consent.cod_finalite = 'PROFIL'
            and consent.dat_retrait is null
    )
