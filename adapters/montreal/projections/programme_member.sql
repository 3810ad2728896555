-- Which members take part in which programmes; both have to be visible to corridor partners.
select
    x.no_membre::text as member_key,
    x.no_programme::text as programme_key
from grappe.participation as x
join grappe.programme as p on p.no_programme = x.no_programme
join grappe.membre as m on m.no_membre = x.no_membre
where p.cod_visibilite in ('P', 'C')
    and m.cod_visibilite in ('P', 'C')
    and m.cod_statut_adhesion not in ('TE', 'RT')
    and exists (
        select
        from grappe.consentement as consent
        where consent.no_membre = m.no_membre
            and consent.cod_finalite = 'PROFIL'
            and consent.dat_retrait is null
    )
