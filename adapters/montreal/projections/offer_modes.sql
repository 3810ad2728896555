-- The modes of collaboration of each offer, one a row: the list column "modes" of offer.sql, for filters.
-- Only what the viewer may see, published, paused or expired, of members that the viewer may see.
select
    x.no_offre::text as offer_key,
    mode.name as value
from grappe.offre_mode as x
join grappe.offre as o on o.no_offre = x.no_offre
join grappe.membre as m on m.no_membre = o.no_membre
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
