-- Activities of members: the CAE codes of the registry, through the concordance grappe.cae_scian, as NAICS Canada 2017.
-- Only of members that the viewer may see: the same three conditions as in member.sql.
select
    m.no_membre::text as member_key,
    'NAICS' as system,
    '2017' as version,
    activity.cod_scian as code,
    activity.cod_commun5 as common_code5
from grappe.membre as m
join registre.entreprise as e on e.no_dossier = m.no_dossier
join grappe.cae_scian as activity on activity.cod_cae = e.cod_act_econ_cae
where corridor.sees(:'view', m.cod_visibilite)
    and m.cod_statut_adhesion not in ('TE', 'RT')
    and exists (
        select
        from grappe.consentement as consent
        where consent.no_membre = m.no_membre
            and consent.cod_finalite = 'PROFIL'
            and consent.dat_retrait is null
    )
union all
-- The second activity, unless it comes to the same NAICS class.
select
    m.no_membre::text as member_key,
    'NAICS' as system,
    '2017' as version,
    activity.cod_scian as code,
    activity.cod_commun5 as common_code5
from grappe.membre as m
join registre.entreprise as e on e.no_dossier = m.no_dossier
join grappe.cae_scian as activity on activity.cod_cae = e.cod_act_econ_cae2
left join grappe.cae_scian as first on first.cod_cae = e.cod_act_econ_cae
where activity.cod_scian is distinct from first.cod_scian
    and corridor.sees(:'view', m.cod_visibilite)
    and m.cod_statut_adhesion not in ('TE', 'RT')
    and exists (
        select
        from grappe.consentement as consent
        where consent.no_membre = m.no_membre
            and consent.cod_finalite = 'PROFIL'
            and consent.dat_retrait is null
    )
