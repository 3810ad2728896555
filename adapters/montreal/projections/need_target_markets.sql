-- The target markets of each need, one a row: the list column "target_markets" of need.sql, for filters.
-- Only what the viewer may see, published, paused or expired, of members that the viewer may see.
select
    marche.no_besoin::text as need_key,
    marche.cod_pays as value
from grappe.besoin_marche as marche
join grappe.besoin as b on b.no_besoin = marche.no_besoin
join grappe.membre as m on m.no_membre = b.no_membre
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
