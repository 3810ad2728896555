-- Numbers of members in public registers. Where the viewer may not see them, the register stands alone.
-- Only of members that the viewer may see: the same three conditions as in member.sql.
select
    m.no_membre::text as member_key,
    'NEQ' as scheme,
    case when corridor.sees(:'view', m.vis_identifiants) then e.neq end as value,
    null::boolean as checksum_valid,
    case when corridor.sees(:'view', m.vis_identifiants) then m.dat_verif_neq end as verified_at,
    case
        when m.dat_verif_neq is not null and corridor.sees(:'view', m.vis_identifiants) then 'Registraire des entreprises'
    end as verified_by
from grappe.membre as m
join registre.entreprise as e on e.no_dossier = m.no_dossier
where e.neq is not null
    and corridor.sees(:'view', m.cod_visibilite)
    and m.cod_statut_adhesion not in ('TE', 'RT')
    and exists (
        select
        from grappe.consentement as consent
        where consent.no_membre = m.no_membre
            and consent.cod_finalite = 'PROFIL'
            and consent.dat_retrait is null
    )
union all
select
    i.no_membre::text as member_key,
    register.scheme as scheme,
    case when corridor.sees(:'view', m.vis_identifiants) then register.prefix || i.valeur end as value,
    null::boolean as checksum_valid,
    case when corridor.sees(:'view', m.vis_identifiants) then i.dat_verif end as verified_at,
    case when corridor.sees(:'view', m.vis_identifiants) then i.verif_par end as verified_by
from grappe.identifiant as i
join grappe.membre as m on m.no_membre = i.no_membre
left join (values
    ('ROR', 'OTHER', ''),
    ('ISIN', 'OTHER', 'isin:'),
    ('BOURSE', 'OTHER', 'symbol:'),
    ('AUT', 'OTHER', '')
) as register (code, scheme, prefix) on register.code = i.cod_registre
where corridor.sees(:'view', m.cod_visibilite)
    and m.cod_statut_adhesion not in ('TE', 'RT')
    and exists (
        select
        from grappe.consentement as consent
        where consent.no_membre = m.no_membre
            and consent.cod_finalite = 'PROFIL'
            and consent.dat_retrait is null
    )
