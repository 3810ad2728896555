-- The modes of collaboration of each need, one a row: the list column "modes" of need.sql, for filters.
-- Only what the viewer may see, published, paused or expired, of members that the viewer may see.
select
    x.no_besoin::text as need_key,
    mode.name as value
from grappe.besoin_mode as x
join grappe.besoin as b on b.no_besoin = x.no_besoin
join grappe.membre as m on m.no_membre = b.no_membre
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
