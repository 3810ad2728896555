-- Names and presentations of members, one text a row, with the document that a search looks into.
-- NAME is the display name, once a member; OTHER_NAME every other name, in force or former; SUMMARY the presentation.
-- "words" has to stay exactly as in indexes.sql, or a search reads the whole table.
select
    m.no_membre::text as member_key,
    'NAME' as field,
    null::text as lang,
    m.nom_affiche as text,
    false as machine,
    corridor.document(null, m.nom_affiche) as words
from grappe.membre as m
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
-- Corporate names (type M) only where the member shows them; where it does not, no other name of the same letters either.
select
    m.no_membre::text as member_key,
    'OTHER_NAME' as field,
    null::text as lang,
    n.nom_assuj as text,
    false as machine,
    corridor.document(null, n.nom_assuj) as words
from registre.nom as n
join grappe.membre as m on m.no_dossier = n.no_dossier
where n.nom_assuj <> m.nom_affiche
    and (
        corridor.sees(:'view', m.vis_denomination)
        or n.typ_nom_assuj <> 'M' and not corridor.repeats_corporate_name(n.no_dossier, n.nom_assuj)
    )
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
    m.no_membre::text as member_key,
    'OTHER_NAME' as field,
    null::text as lang,
    n.nom_assuj_lang_etrng as text,
    false as machine,
    corridor.document(null, n.nom_assuj_lang_etrng) as words
from registre.nom as n
join grappe.membre as m on m.no_dossier = n.no_dossier
where n.nom_assuj_lang_etrng is not null
    and (
        corridor.sees(:'view', m.vis_denomination)
        or n.typ_nom_assuj <> 'M' and not corridor.repeats_corporate_name(n.no_dossier, n.nom_assuj_lang_etrng)
    )
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
    f.no_membre::text as member_key,
    'SUMMARY' as field,
    f.cod_langue as lang,
    f.presentation as text,
    f.ind_trad_auto = 'O' as machine,
    corridor.document(f.cod_langue, f.presentation) as words
from grappe.fiche_membre as f
join grappe.membre as m on m.no_membre = f.no_membre
where corridor.sees(:'view', m.cod_visibilite)
    and m.cod_statut_adhesion not in ('TE', 'RT')
    and exists (
        select
        from grappe.consentement as consent
        where consent.no_membre = m.no_membre
            and consent.cod_finalite = 'PROFIL'
            and consent.dat_retrait is null
    )
