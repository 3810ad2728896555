-- The modes of collaboration of each offer, one a row: the list column "modes" of offer.sql, for filters.
-- Only what is visible to the corridor and published, paused or expired, of members that corridor partners may see.
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
where o.cod_visibilite in ('P', 'C')
    and o.cod_statut in ('PU', 'PA', 'EX')
    and m.cod_visibilite in ('P', 'C')
    and m.cod_statut_adhesion not in ('TE', 'RT')
    and exists (
        select
        from grappe.consentement as consent
        where consent.no_membre = m.no_membre
            and consent.cod_finalite = 'PROFIL'
            and consent.dat_retrait is null
    )
