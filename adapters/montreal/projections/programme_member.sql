-- Which members take part in which programmes; the viewer has to see both.
select
    x.no_membre::text as member_key,
    x.no_programme::text as programme_key
from grappe.participation as x
join grappe.programme as p on p.no_programme = x.no_programme
join grappe.membre as m on m.no_membre = x.no_membre
where corridor.sees(:'view', p.cod_visibilite)
    and corridor.sees(:'view', m.cod_visibilite)
    and m.cod_statut_adhesion not in ('TE', 'RT')
    and exists (
        select
        from grappe.consentement as consent
        where consent.no_membre = m.no_membre
            and consent.cod_finalite = 'PROFIL'
            and consent.dat_retrait is null
    )
