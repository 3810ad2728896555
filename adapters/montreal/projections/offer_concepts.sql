-- The concepts of each offer, one a row: the list column "concepts" of offer.sql, for filters.
-- Only what the viewer may see, published, paused or expired, of members that the viewer may see.
select
    x.no_offre::text as offer_key,
    c.uri_esco as value
from grappe.offre_competence as x
join grappe.offre as o on o.no_offre = x.no_offre
join grappe.membre as m on m.no_membre = o.no_membre
join grappe.competence as c on c.cod_competence = x.cod_competence
where corridor.sees(:'view', o.cod_visibilite)
    and o.cod_statut in ('PU', 'PA', 'EX')
    and corridor.sees(:'view', m.cod_visibilite)
    and m.cod_statut_adhesion not in ('TE', 'RT')
    and exists (
        select
        from grappe.consentement as consent
        where consent.no_membre = m.no_membre
            and consent.cod_finalite = 'PROFIL'
            and consent.dat_retrait is null
    )
