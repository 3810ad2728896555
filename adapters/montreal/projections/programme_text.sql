-- Names of programmes, one language a row. Programmes are not searched by words.
select
    t.no_programme::text as programme_key,
    'NAME' as field,
    t.cod_langue as lang,
    t.nom as text,
    t.ind_trad_auto = 'O' as machine,
    null::tsvector as words
from grappe.programme_nom as t
join grappe.programme as p on p.no_programme = t.no_programme
where corridor.sees(:'view', p.cod_visibilite)
