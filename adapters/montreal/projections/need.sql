-- One row for each need that the viewer may see. An anonymous one does not say whose it is.
-- Only what the viewer may see, published, paused or expired, of members that the viewer may see.
select
    b.no_besoin::text as key,
    case when b.ind_anonyme = 'N' or :'view' = 'PRIVATE' then b.no_membre::text end as owner_key,
    category.kind as kind,
    array(
        select mode.name
        from grappe.besoin_mode as x
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
        where x.no_besoin = b.no_besoin
        order by mode.name
    ) as modes,
    array(
        select marche.cod_pays
        from grappe.besoin_marche as marche
        where marche.no_besoin = b.no_besoin
        order by marche.cod_pays
    ) as target_markets,
    b.ind_anonyme = 'O' as anonymous,
    (
        select stage.status
        from (values
            ('BR', 'DRAFT'),
            ('PU', 'PUBLISHED'),
            ('PA', 'PAUSED'),
            ('EX', 'EXPIRED'),
            ('RE', 'WITHDRAWN')
        ) as stage (code, status)
        where stage.code = b.cod_statut
    ) as status,
    b.dat_fin as valid_until,
    b.dat_maj as updated_at
from grappe.besoin as b
join grappe.membre as m on m.no_membre = b.no_membre
left join (values
    ('BA', 'BUSINESS_REQUEST'),
    ('BT', 'TECHNOLOGY_REQUEST'),
    ('BR', 'RD_PARTNER_REQUEST'),
    ('BD', 'CHALLENGE'),
    ('BP', 'TALENT_REQUEST'),
    ('BF', 'FUNDING_REQUEST')
) as category (code, kind) on category.code = b.cod_type_besoin
where corridor.sees(:'view', b.cod_visibilite)
    and b.cod_statut in ('PU', 'PA', 'EX')
    and corridor.sees(:'view', m.cod_visibilite)
    and m.cod_statut_adhesion not in ('TE', 'RT')
    and exists (
        select
        from grappe.consentement as consent
        where consent.no_membre = m.no_membre
            and consent.cod_finalite = 'PROFIL'
            and consent.dat_retrait is null
    )
