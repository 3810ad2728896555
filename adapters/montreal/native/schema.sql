-- Registre de référence de Montréal : DDL. PostgreSQL 15 et suivants.
-- « registre » a la forme du registre des entreprises du Québec (noms de tables et de colonnes, codes) ;
-- « grappe » est le fichier des membres de la grappe. Aucune donnée du registre du Québec ne s'y trouve.

create schema registre;
create schema grappe;

-- ---------------------------------------------------------------------------------------------------------------
-- registre
-- ---------------------------------------------------------------------------------------------------------------

create table registre.domaine_valeur (
    typ_dom_val text not null,
    cod_dom_val text not null,
    val_dom_fran text not null,
    primary key (typ_dom_val, cod_dom_val)
);
comment on table registre.domaine_valeur is 'Codes et libellés, en français seulement.';

create table registre.entreprise (
    no_dossier integer primary key,
    neq text unique check (neq ~ '^[0-9]{10}$'),
    ind_fail text not null default 'N' check (ind_fail in ('O', 'N')),
    dat_immat date,
    cod_intval_emplo_que text not null default 'N',
    cod_stat_immat text not null default 'IM',
    cod_forme_juri text,
    dat_consti date,
    an_decl integer,
    cod_act_econ_cae text,
    desc_act_econ_assuj text,
    cod_act_econ_cae2 text,
    desc_act_econ_assuj2 text
);
comment on column registre.entreprise.no_dossier is
    'Numéro de dossier de la grappe : une organisation sans NEQ (fédérale, étrangère) a aussi un dossier.';
comment on column registre.entreprise.cod_intval_emplo_que is 'Tranche d''effectif au Québec, lettres A à O (INTVAL_EMPLO_QUE).';

create table registre.nom (
    no_dossier integer not null references registre.entreprise,
    no_nom integer not null,
    nom_assuj text not null,
    nom_assuj_lang_etrng text,
    stat_nom text not null check (stat_nom in ('V', 'A')),
    typ_nom_assuj text not null check (typ_nom_assuj in ('M', 'N', 'A')),
    dat_init_nom_assuj date,
    dat_fin_nom_assuj date,
    primary key (no_dossier, no_nom)
);
comment on table registre.nom is 'Noms : en vigueur (V) ou antérieurs (A) ; dénomination sociale (M), nom (N), autre nom (A).';
create unique index nom_denomination_en_vigueur on registre.nom (no_dossier) where stat_nom = 'V' and typ_nom_assuj = 'M';

create table registre.etablissement (
    no_dossier integer not null references registre.entreprise,
    no_suf_etab integer not null,
    ind_etab_princ text not null check (ind_etab_princ in ('O', 'N')),
    ind_disp text not null default 'O' check (ind_disp in ('O', 'N')),
    lign1_adr text,
    lign2_adr text,
    lign3_adr text,
    lign4_adr text,
    nom_etab text,
    primary key (no_dossier, no_suf_etab)
);
comment on column registre.etablissement.lign2_adr is 'Ville (Province), par exemple « Laval (Québec) ».';
comment on column registre.etablissement.lign4_adr is 'Code postal sans espace.';
create unique index etablissement_principal on registre.etablissement (no_dossier) where ind_etab_princ = 'O';

-- ---------------------------------------------------------------------------------------------------------------
-- grappe : tables de codes
-- ---------------------------------------------------------------------------------------------------------------

create table grappe.visibilite (cod_visibilite text primary key, lib_fran text not null);
insert into grappe.visibilite values
    ('P', 'Publique'), ('G', 'Grappe'), ('C', 'Corridor'), ('M', 'Intérêt mutuel'), ('X', 'Privée');

create table grappe.statut_adhesion (cod_statut_adhesion text primary key, lib_fran text not null);
insert into grappe.statut_adhesion values
    ('AC', 'Active'), ('SU', 'Suspendue'), ('TE', 'Terminée'), ('RT', 'Fiche retirée');

create table grappe.type_membre (cod_type_membre text primary key, lib_fran text not null);
insert into grappe.type_membre values
    ('JP', 'Jeune pousse'), ('PME', 'Petite ou moyenne entreprise'), ('GE', 'Grande entreprise'),
    ('INV', 'Investisseur'), ('UNI', 'Université'), ('COL', 'Collège ou cégep'), ('CRE', 'Centre de recherche'),
    ('OBN', 'Organisme sans but lucratif'), ('ASS', 'Association'), ('MUN', 'Municipalité'),
    ('OGO', 'Organisme gouvernemental');

create table grappe.langue (cod_langue text primary key, lib_fran text not null);
insert into grappe.langue values ('fr', 'Français'), ('en', 'Anglais'), ('es', 'Espagnol');

create table grappe.niveau (cod_niveau text primary key, lib_fran text not null);
insert into grappe.niveau values ('1', 'Sensibilisé'), ('2', 'Fonctionnel'), ('3', 'Avancé'), ('4', 'Expert');

create table grappe.type_offre (cod_type_offre text primary key, lib_fran text not null);
insert into grappe.type_offre values
    ('OA', 'Offre d''affaires'), ('OT', 'Offre de technologie'), ('OE', 'Offre d''expertise'), ('OI', 'Offre d''installation');

create table grappe.type_besoin (cod_type_besoin text primary key, lib_fran text not null);
insert into grappe.type_besoin values
    ('BA', 'Demande d''affaires'), ('BT', 'Demande de technologie'), ('BR', 'Partenaire de recherche'),
    ('BD', 'Défi'), ('BP', 'Demande de talents'), ('BF', 'Demande de financement');

create table grappe.mode_collaboration (cod_mode text primary key, lib_fran text not null);
insert into grappe.mode_collaboration values
    ('AGE', 'Agence commerciale'), ('DIS', 'Distribution'), ('COE', 'Coentreprise'), ('STR', 'Sous-traitance'),
    ('LIC', 'Licence'), ('RDC', 'Recherche et développement'), ('TEC', 'Coopération technique'),
    ('SCO', 'Soumission conjointe'), ('STA', 'Accueil de stagiaires'), ('INV', 'Investissement');

create table grappe.statut_annonce (cod_statut text primary key, lib_fran text not null);
insert into grappe.statut_annonce values
    ('BR', 'Brouillon'), ('PU', 'Publiée'), ('PA', 'En pause'), ('EX', 'Expirée'), ('RE', 'Retirée');

create table grappe.statut_programme (cod_statut text primary key, lib_fran text not null);
insert into grappe.statut_programme values
    ('AN', 'Annoncé'), ('EC', 'En cours'), ('RT', 'Retardé'), ('RL', 'Relancé'), ('TE', 'Terminé'), ('AB', 'Abandonné');

create table grappe.finalite (cod_finalite text primary key, lib_fran text not null);
insert into grappe.finalite values
    ('PROFIL', 'Échange du profil'), ('JUMELAGE', 'Recherche de partenaires'),
    ('CONTACT', 'Communication du contact'), ('CONSORT', 'Formation de consortiums'),
    ('MISSION', 'Missions commerciales'), ('STAGE', 'Stages'), ('VITRINE', 'Présentation lors d’événements'),
    ('STAT', 'Statistiques'), ('AVIS', 'Avis');

create table grappe.registre_externe (cod_registre text primary key, lib_fran text not null);
insert into grappe.registre_externe values
    ('ROR', 'Research Organization Registry'), ('ISIN', 'Numéro ISIN'), ('BOURSE', 'Symbole boursier'), ('AUT', 'Autre');

create table grappe.competence (
    cod_competence text primary key,
    uri_esco text not null unique,
    lib_fran text not null
);
comment on table grappe.competence is 'Répertoire des compétences, chacune rattachée à un concept d''ESCO.';

create table grappe.cae_scian (
    cod_cae text primary key,
    lib_fran text not null,
    cod_scian text not null check (cod_scian ~ '^[0-9]{6}$'),
    cod_commun5 text check (cod_commun5 = left(cod_scian, 5)),
    cod_competence text references grappe.competence
);
comment on table grappe.cae_scian is
    'Concordance faite à la main, non officielle, du code CAE (4 chiffres) au SCIAN Canada 2017 (6 chiffres).';
comment on column grappe.cae_scian.cod_commun5 is
    'Les cinq premiers chiffres, s''ils se comparent au Canada, aux États-Unis et au Mexique ; sinon vide.';
comment on column grappe.cae_scian.cod_competence is 'Compétence large que l''activité implique, s''il y en a une.';

-- ---------------------------------------------------------------------------------------------------------------
-- grappe : membres
-- ---------------------------------------------------------------------------------------------------------------

create table grappe.membre (
    no_membre integer primary key,
    no_dossier integer not null unique references registre.entreprise,
    nom_affiche text not null,
    cod_type_membre text not null references grappe.type_membre,
    cod_statut_adhesion text not null references grappe.statut_adhesion,
    cod_visibilite text not null references grappe.visibilite,
    vis_site text not null default 'C' references grappe.visibilite,
    vis_denomination text not null default 'C' references grappe.visibilite,
    vis_identifiants text not null default 'C' references grappe.visibilite,
    an_fondation integer,
    site_web text,
    dat_verif_neq timestamptz,
    dat_maj timestamptz not null
);
comment on column grappe.membre.an_fondation is 'Année de fondation déclarée à l''adhésion ; dat_consti est celle de la constitution légale.';

create table grappe.fiche_membre (
    no_membre integer not null references grappe.membre,
    cod_langue text not null references grappe.langue,
    presentation text not null,
    ind_trad_auto text not null default 'N' check (ind_trad_auto in ('O', 'N')),
    primary key (no_membre, cod_langue)
);

create table grappe.langue_membre (
    no_membre integer not null references grappe.membre,
    cod_langue text not null references grappe.langue,
    primary key (no_membre, cod_langue)
);

create table grappe.marche_membre (
    no_membre integer not null references grappe.membre,
    cod_pays text not null check (cod_pays ~ '^[A-Z]{2}$'),
    primary key (no_membre, cod_pays)
);

create table grappe.interet_membre (
    no_membre integer not null references grappe.membre,
    cod_competence text not null references grappe.competence,
    primary key (no_membre, cod_competence)
);

create table grappe.competence_membre (
    no_membre integer not null references grappe.membre,
    cod_competence text not null references grappe.competence,
    cod_niveau text not null references grappe.niveau,
    primary key (no_membre, cod_competence)
);

create table grappe.identifiant (
    no_membre integer not null references grappe.membre,
    cod_registre text not null references grappe.registre_externe,
    valeur text not null,
    dat_verif timestamptz,
    verif_par text,
    primary key (no_membre, cod_registre, valeur)
);

create table grappe.consentement (
    no_membre integer not null references grappe.membre,
    cod_finalite text not null references grappe.finalite,
    dat_octroi timestamptz not null,
    dat_retrait timestamptz,
    primary key (no_membre, cod_finalite)
);

create table grappe.contact (
    no_membre integer not null references grappe.membre,
    no_contact integer not null,
    nom text not null,
    fonction text,
    courriel text,
    telephone text,
    cod_langue text references grappe.langue,
    cellulaire text,
    primary key (no_membre, no_contact)
);
comment on table grappe.contact is
    'Personnes-ressources. Lues pour le membre lui-même, et pour l''autre partie d''une communication accordée (finalité CONTACT).';
comment on column grappe.contact.telephone is 'Numéro d''affaires, comme on l''écrit : « 514 555-0123, poste 4 ».';
comment on column grappe.contact.cod_langue is 'Langue dans laquelle la personne préfère qu''on lui écrive.';
comment on column grappe.contact.cellulaire is 'Numéro personnel, pour la grappe seulement. Jamais lu par le corridor.';

-- ---------------------------------------------------------------------------------------------------------------
-- grappe : offres et besoins. Les numéros sont tirés au hasard : ils ne disent rien du membre.
-- ---------------------------------------------------------------------------------------------------------------

create table grappe.offre (
    no_offre bigint primary key,
    no_membre integer not null references grappe.membre,
    cod_type_offre text not null references grappe.type_offre,
    niv_maturite integer check (niv_maturite between 1 and 9),
    ind_anonyme text not null default 'N' check (ind_anonyme in ('O', 'N')),
    cod_statut text not null references grappe.statut_annonce,
    cod_visibilite text not null references grappe.visibilite,
    dat_fin date not null,
    dat_maj timestamptz not null
);

create table grappe.offre_texte (
    no_offre bigint not null references grappe.offre,
    cod_langue text not null references grappe.langue,
    titre text not null,
    resume text,
    ind_trad_auto text not null default 'N' check (ind_trad_auto in ('O', 'N')),
    primary key (no_offre, cod_langue)
);

create table grappe.offre_competence (
    no_offre bigint not null references grappe.offre,
    cod_competence text not null references grappe.competence,
    primary key (no_offre, cod_competence)
);

create table grappe.offre_mode (
    no_offre bigint not null references grappe.offre,
    cod_mode text not null references grappe.mode_collaboration,
    primary key (no_offre, cod_mode)
);

create table grappe.besoin (
    no_besoin bigint primary key,
    no_membre integer not null references grappe.membre,
    cod_type_besoin text not null references grappe.type_besoin,
    ind_anonyme text not null default 'N' check (ind_anonyme in ('O', 'N')),
    cod_statut text not null references grappe.statut_annonce,
    cod_visibilite text not null references grappe.visibilite,
    dat_fin date not null,
    dat_maj timestamptz not null
);

create table grappe.besoin_texte (
    no_besoin bigint not null references grappe.besoin,
    cod_langue text not null references grappe.langue,
    titre text not null,
    resume text,
    ind_trad_auto text not null default 'N' check (ind_trad_auto in ('O', 'N')),
    primary key (no_besoin, cod_langue)
);

create table grappe.besoin_mode (
    no_besoin bigint not null references grappe.besoin,
    cod_mode text not null references grappe.mode_collaboration,
    primary key (no_besoin, cod_mode)
);

create table grappe.besoin_marche (
    no_besoin bigint not null references grappe.besoin,
    cod_pays text not null check (cod_pays ~ '^[A-Z]{2}$'),
    primary key (no_besoin, cod_pays)
);

create table grappe.exigence (
    no_besoin bigint not null references grappe.besoin,
    no_exigence integer not null,
    cod_competence text not null references grappe.competence,
    cod_niveau_min text not null references grappe.niveau,
    poids integer not null check (poids between 1 and 10),
    ind_obligatoire text not null check (ind_obligatoire in ('O', 'N')),
    primary key (no_besoin, no_exigence)
);

-- ---------------------------------------------------------------------------------------------------------------
-- grappe : programmes
-- ---------------------------------------------------------------------------------------------------------------

create table grappe.programme (
    no_programme integer primary key,
    cod_programme text not null unique,
    cod_statut text not null references grappe.statut_programme,
    cod_visibilite text not null references grappe.visibilite
);

create table grappe.programme_nom (
    no_programme integer not null references grappe.programme,
    cod_langue text not null references grappe.langue,
    nom text not null,
    ind_trad_auto text not null default 'N' check (ind_trad_auto in ('O', 'N')),
    primary key (no_programme, cod_langue)
);

create table grappe.programme_theme (
    no_programme integer not null references grappe.programme,
    cod_competence text not null references grappe.competence,
    primary key (no_programme, cod_competence)
);

create table grappe.participation (
    no_programme integer not null references grappe.programme,
    no_membre integer not null references grappe.membre,
    primary key (no_programme, no_membre)
);
