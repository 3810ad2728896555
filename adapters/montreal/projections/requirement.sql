-- What each need asks of a partner. The key is unique within its need.
-- Only what the viewer may see, published, paused or expired, of members that the viewer may see.
select
    x.no_besoin::text as need_key,
    x.no_exigence::text as key,
    c.uri_esco as concept,
    (
        select mastery.level
        from (values
            ('1', 'AWARENESS'),
            ('2', 'WORKING'),
            ('3', 'ADVANCED'),
            ('4', 'EXPERT')
        ) as mastery (code, level)
        where mastery.code = x.cod_niveau_min
    ) as min_level,
    x.poids as weight,
    x.ind_obligatoire = 'O' as mandatory
from grappe.exigence as x
join grappe.besoin as b on b.no_besoin = x.no_besoin
join grappe.membre as m on m.no_membre = b.no_membre
join grappe.competence as c on c.cod_competence = x.cod_competence
where corridor.sees(:'view', b.cod_visibilite)
    and b.cod_statut in ('PU', 'PA', 'EX')
    and corridor.sees(:'view', m.cod_visibilite)
    and m.cod_statut_adhesion not in ('TE', 'RT')
    and exists (
        select
        from grappe.consentement as consent
        where consent.no_membre = m.no_membre
            and consent.cod_finalite = 'PROFIL'
            and consent.dat_retrait is null
    )
