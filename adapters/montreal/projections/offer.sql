-- One row for each offer that the viewer may see. An anonymous one does not say whose it is.
-- Only what the viewer may see, published, paused or expired, of members that the viewer may see.
select
    o.no_offre::text as key,
    case when o.ind_anonyme = 'N' or :'view' = 'PRIVATE' then o.no_membre::text end as owner_key,
    category.kind as kind,
    array(
        select c.uri_esco
        from grappe.offre_competence as x
        join grappe.competence as c on c.cod_competence = x.cod_competence
        where x.no_offre = o.no_offre
        order by c.uri_esco
    ) as concepts,
    array(
        select mode.name
        from grappe.offre_mode as x
        left join (values
            ('AGE', 'COMMERCIAL_AGENCY'),
            ('DIS', 'DISTRIBUTION'),
            ('COE', 'JOINT_VENTURE'),
            ('STR', 'SUBCONTRACTING'),
            ('LIC', 'LICENSING'),
            ('RDC', 'RD_COOPERATION'),
            ('TEC', 'TECHNICAL_COOPERATION'),
            ('SCO', 'JOINT_BID'),
            ('STA', 'INTERNSHIP_HOSTING'),
            ('INV', 'INVESTMENT')
        ) as mode (code, name) on mode.code = x.cod_mode
        where x.no_offre = o.no_offre
        order by mode.name
    ) as modes,
    o.niv_maturite as trl,
    o.ind_anonyme = 'O' as anonymous,
    (
        select stage.status
        from (values
            ('BR', 'DRAFT'),
            ('PU', 'PUBLISHED'),
            ('PA', 'PAUSED'),
            ('EX', 'EXPIRED'),
            ('RE', 'WITHDRAWN')
        ) as stage (code, status)
        where stage.code = o.cod_statut
    ) as status,
    o.dat_fin as valid_until,
    o.dat_maj as updated_at
from grappe.offre as o
join grappe.membre as m on m.no_membre = o.no_membre
left join (values
    ('OA', 'BUSINESS_OFFER'),
    ('OT', 'TECHNOLOGY_OFFER'),
    ('OE', 'EXPERTISE_OFFER'),
    ('OI', 'FACILITY_OFFER')
) as category (code, kind) on category.code = o.cod_type_offre
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
