-- One row for each programme of the cluster that the viewer may see.
select
    p.no_programme::text as key,
    p.cod_programme as code,
    array(
        select c.uri_esco
        from grappe.programme_theme as theme
        join grappe.competence as c on c.cod_competence = theme.cod_competence
        where theme.no_programme = p.no_programme
        order by c.uri_esco
    ) as themes,
    stage.status as status
from grappe.programme as p
left join (values
    ('AN', 'ANNOUNCED'),
    ('EC', 'ACTIVE'),
    ('RT', 'DELAYED'),
    ('RL', 'RELAUNCHED'),
    ('TE', 'COMPLETED'),
    ('AB', 'CANCELLED')
) as stage (code, status) on stage.code = p.cod_statut
where corridor.sees(:'view', p.cod_visibilite)
