-- One row for each member that the viewer may see.
-- Left of "as": names of the Montréal registry. Right of "as": names of the contract; leave those as they are.
-- A code that a translation below does not list turns up as null, and `corridor check montreal` says so.
-- What lists are filtered, ordered or counted by is joined; the rest is looked up, and costs nothing when not asked for.
select
    m.no_membre::text as key,
    m.nom_affiche as display_name,
    (
        select n.nom_assuj
        from registre.nom as n
        where n.no_dossier = m.no_dossier
            and n.stat_nom = 'V'
            and n.typ_nom_assuj = 'M'
            and corridor.sees(:'view', m.vis_denomination)
    ) as legal_name,
    kind.sector as sector,
    kind.org_type as org_type,
    size.min as headcount_min,
    size.max as headcount_max,
    size.letter as headcount_code,
    size.band as size_band,
    m.an_fondation as founded,
    (
        select split_part(principal.lign2_adr, ' (', 1)
        from registre.etablissement as principal
        where principal.no_dossier = m.no_dossier
            and principal.ind_etab_princ = 'O'
            and principal.ind_disp = 'O'
    ) as city,
    (
        select province.code
        from registre.etablissement as principal
        join (values
            ('Alberta', 'CA-AB'),
            ('Colombie-Britannique', 'CA-BC'),
            ('Manitoba', 'CA-MB'),
            ('Nouveau-Brunswick', 'CA-NB'),
            ('Nouvelle-Écosse', 'CA-NS'),
            ('Ontario', 'CA-ON'),
            ('Québec', 'CA-QC'),
            ('Saskatchewan', 'CA-SK'),
            ('Terre-Neuve-et-Labrador', 'CA-NL'),
            ('Île-du-Prince-Édouard', 'CA-PE')
        ) as province (name, code)
            on province.name = rtrim(split_part(principal.lign2_adr, ' (', 2), ')')
        where principal.no_dossier = m.no_dossier
            and principal.ind_etab_princ = 'O'
            and principal.ind_disp = 'O'
    ) as subdivision,
    'CA' as country,
    case when corridor.sees(:'view', m.vis_site) then m.site_web end as website,
    array(
        select language.tag
        from grappe.langue_membre as l
        left join (values
            ('fr', 'fr-CA'),
            ('en', 'en-CA'),
            ('es', 'es-MX')
        ) as language (code, tag) on language.code = l.cod_langue
        where l.no_membre = m.no_membre
        order by l.cod_langue
    ) as languages,
    array(
        select marche.cod_pays
        from grappe.marche_membre as marche
        where marche.no_membre = m.no_membre
        order by marche.cod_pays
    ) as target_markets,
    array(
        select c.uri_esco
        from grappe.interet_membre as i
        join grappe.competence as c on c.cod_competence = i.cod_competence
        where i.no_membre = m.no_membre
        order by c.uri_esco
    ) as interests,
    (
        select membership.status
        from (values
            ('AC', 'ACTIVE'),
            ('SU', 'SUSPENDED'),
            ('TE', 'ENDED'),
            ('RT', 'ENDED')
        ) as membership (code, status)
        where membership.code = m.cod_statut_adhesion
    ) as membership_status,
    (
        select level.visibility
        from (values
            ('P', 'PUBLIC'),
            ('C', 'CORRIDOR'),
            ('G', 'CLUSTER'),
            ('M', 'MUTUAL'),
            ('X', 'PRIVATE')
        ) as level (code, visibility)
        where level.code = m.cod_visibilite
    ) as visibility,
    array(
        select purpose.code
        from grappe.consentement as given
        join (values
            ('PROFIL', 'PROFILE_EXCHANGE'),
            ('JUMELAGE', 'PARTNER_MATCHING'),
            ('CONTACT', 'CONTACT_RELEASE'),
            ('CONSORT', 'CONSORTIUM'),
            ('MISSION', 'MISSION'),
            ('STAGE', 'INTERNSHIP'),
            ('VITRINE', 'SHOWCASE'),
            ('STAT', 'STATISTICS'),
            ('AVIS', 'NOTIFICATION')
        ) as purpose (native, code) on purpose.native = given.cod_finalite
        where given.no_membre = m.no_membre
            and given.dat_retrait is null
        order by purpose.code
    ) as purposes,
    m.dat_maj as updated_at,
    corridor.fold(m.nom_affiche) as name_key
from grappe.membre as m
join registre.entreprise as e on e.no_dossier = m.no_dossier
left join (values
    ('JP', 'PRIVATE', 'STARTUP'),
    ('PME', 'PRIVATE', 'SME'),
    ('GE', 'PRIVATE', 'LARGE_ENTERPRISE'),
    ('INV', 'PRIVATE', 'INVESTOR'),
    ('UNI', 'INSTITUTIONAL', 'UNIVERSITY'),
    ('COL', 'INSTITUTIONAL', 'COLLEGE'),
    ('CRE', 'INSTITUTIONAL', 'RESEARCH_CENTRE'),
    ('OBN', 'INSTITUTIONAL', 'NGO'),
    ('ASS', 'INSTITUTIONAL', 'ASSOCIATION'),
    ('MUN', 'PUBLIC', 'MUNICIPALITY'),
    ('OGO', 'PUBLIC', 'GOVERNMENT_AGENCY')
) as kind (code, sector, org_type) on kind.code = m.cod_type_membre
left join (values
    ('O', 'O', 0, 0, 'MICRO'),
    ('A', 'A', 1, 5, 'MICRO'),
    ('B', 'B', 6, 10, 'MICRO'),
    ('C', 'C', 11, 25, 'SMALL'),
    ('D', 'D', 26, 49, 'SMALL'),
    ('E', 'E', 50, 99, 'MEDIUM'),
    ('F', 'F', 100, 249, 'MEDIUM'),
    ('G', 'G', 250, 499, 'LARGE'),
    ('H', 'H', 500, 749, 'LARGE'),
    ('I', 'I', 750, 999, 'LARGE'),
    ('J', 'J', 1000, 2499, 'LARGE'),
    ('K', 'K', 2500, 4999, 'LARGE'),
    ('L', 'L', 5000, null, 'LARGE'),
    ('N', null, null, null, null)
) as size (code, letter, min, max, band) on size.code = e.cod_intval_emplo_que
where corridor.sees(:'view', m.cod_visibilite)
    and m.cod_statut_adhesion not in ('TE', 'RT')
    and exists (
        select
        from grappe.consentement as consent
        where consent.no_membre = m.no_membre
            and consent.cod_finalite = 'PROFIL'
            and consent.dat_retrait is null
    )
