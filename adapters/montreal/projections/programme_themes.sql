-- The themes of programmes, one a row: the list column "themes" of programme.sql.
select
    theme.no_programme::text as programme_key,
    c.uri_esco as value
from grappe.programme_theme as theme
join grappe.programme as p on p.no_programme = theme.no_programme
join grappe.competence as c on c.cod_competence = theme.cod_competence
where corridor.sees(:'view', p.cod_visibilite)
