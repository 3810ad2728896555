-- Titles and summaries of each offer, one text a row, with the document that a search looks into.
-- "words" has to stay exactly as in indexes.sql, or a search reads the whole table.
select
    t.no_offre::text as offer_key,
    'TITLE' as field,
    t.cod_langue as lang,
    t.titre as text,
    t.ind_trad_auto = 'O' as machine,
    corridor.document(t.cod_langue, t.titre) as words
from grappe.offre_texte as t
join grappe.offre as o on o.no_offre = t.no_offre
join grappe.membre as m on m.no_membre = o.no_membre
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
union all
select
    t.no_offre::text as offer_key,
    'SUMMARY' as field,
    t.cod_langue as lang,
    t.resume as text,
    t.ind_trad_auto = 'O' as machine,
    corridor.document(t.cod_langue, t.resume) as words
from grappe.offre_texte as t
join grappe.offre as o on o.no_offre = t.no_offre
join grappe.membre as m on m.no_membre = o.no_membre
where t.resume is not null
    and corridor.sees(:'view', o.cod_visibilite)
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
