-- The concepts of each offer, one a row: the list column "concepts" of offer.sql, for filters.
-- Only what is visible to the corridor and published, paused or expired, of members that corridor partners may see.
select
    x.no_offre::text as offer_key,
    c.uri_esco as value
from grappe.offre_competence as x
join grappe.offre as o on o.no_offre = x.no_offre
join grappe.membre as m on m.no_membre = o.no_membre
join grappe.competence as c on c.cod_competence = x.cod_competence
where o.cod_visibilite in ('P', 'C')
    and o.cod_statut in ('PU', 'PA', 'EX')
    and m.cod_visibilite in ('P', 'C')
    and m.cod_statut_adhesion not in ('TE', 'RT')
    and exists (
        select
        from grappe.consentement as consent
        where consent.no_membre = m.no_membre
            and consent.cod_finalite = 'PROFIL'
            and consent.dat_retrait is null
    )
