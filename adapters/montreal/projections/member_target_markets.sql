-- The target markets of members, one a row: the list column "target_markets" of member.sql, for filters.
-- Only of members that the viewer may see: the same three conditions as in member.sql.
select
    marche.no_membre::text as member_key,
    marche.cod_pays as value
from grappe.marche_membre as marche
join grappe.membre as m on m.no_membre = marche.no_membre
where corridor.sees(:'view', m.cod_visibilite)
    and m.cod_statut_adhesion not in ('TE', 'RT')
    and exists (
        select
        from grappe.consentement as consent
        where consent.no_membre = m.no_membre
            and consent.cod_finalite = 'PROFIL'
            and consent.dat_retrait is null
    )
