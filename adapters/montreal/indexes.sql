-- Indexes that the corridor's questions need. Harmless to run again. Run corridor.sql and visibility.sql first.
-- The expressions are those of the projections, letter for letter: change both together.
-- Keys are compared twice: as text (lookups, links) and as bytes, collate "C" (order of lists).

-- Members: key, then each order with the key as the tie-break.
create unique index if not exists membre_cle on grappe.membre ((no_membre::text));
create index if not exists membre_cle_octets on grappe.membre ((no_membre::text) collate "C");
create index if not exists membre_ordre_nom
    on grappe.membre ((corridor.fold(nom_affiche)) collate "C", (no_membre::text) collate "C");
create index if not exists membre_ordre_maj on grappe.membre (dat_maj, (no_membre::text) collate "C");
create index if not exists membre_ordre_fondation
    on grappe.membre ((an_fondation is null), an_fondation, (no_membre::text) collate "C");
create index if not exists membre_ordre_fondation_inverse
    on grappe.membre ((an_fondation is not null), an_fondation, (no_membre::text) collate "C");
create index if not exists membre_type on grappe.membre (cod_type_membre);

-- Whether a member may be seen, asked of every row that a search finds: by its key, and by its file with what decides on
-- a name of the REQ. The levels are those that corridor.sees gives the view CORRIDOR, then CLUSTER; PUBLIC is a part of
-- the first, and takes its own from the column.
create unique index if not exists membre_visible_corridor on grappe.membre (no_membre) include (cod_visibilite)
    where cod_visibilite in ('P', 'C') and cod_statut_adhesion not in ('TE', 'RT');
create index if not exists membre_visible_corridor_dossier
    on grappe.membre (no_dossier) include (no_membre, nom_affiche, vis_denomination, cod_visibilite)
    where cod_visibilite in ('P', 'C') and cod_statut_adhesion not in ('TE', 'RT');
create unique index if not exists membre_visible_grappe on grappe.membre (no_membre)
    where cod_visibilite in ('P', 'C', 'G') and cod_statut_adhesion not in ('TE', 'RT');
create index if not exists membre_visible_grappe_dossier
    on grappe.membre (no_dossier) include (no_membre, nom_affiche, vis_denomination)
    where cod_visibilite in ('P', 'C', 'G') and cod_statut_adhesion not in ('TE', 'RT');

-- Consent: asked for on every row.
create index if not exists consentement_profil
    on grappe.consentement (no_membre) where cod_finalite = 'PROFIL' and dat_retrait is null;
-- Whom a match finds is looked up: without this, every match reads the consents of all members.
create index if not exists consentement_membre on grappe.consentement ((no_membre::text));

-- Activities and headcount. The bounds of a letter stand in the mapping: the order by them sorts all members.
-- no index: order HEADCOUNT of member
create index if not exists entreprise_cae on registre.entreprise (cod_act_econ_cae);
create index if not exists entreprise_cae2 on registre.entreprise (cod_act_econ_cae2);
create index if not exists entreprise_effectif on registre.entreprise (cod_intval_emplo_que);

-- What hangs on a member, by the member's key; then by value, for filters.
create index if not exists identifiant_membre on grappe.identifiant ((no_membre::text));
create index if not exists competence_membre_membre on grappe.competence_membre ((no_membre::text));
create index if not exists competence_membre_competence on grappe.competence_membre (cod_competence, no_membre);
create index if not exists langue_membre_membre on grappe.langue_membre ((no_membre::text));
create index if not exists langue_membre_langue on grappe.langue_membre (cod_langue, no_membre);
create index if not exists marche_membre_membre on grappe.marche_membre ((no_membre::text));
create index if not exists marche_membre_pays on grappe.marche_membre (cod_pays, no_membre);
create index if not exists interet_membre_membre on grappe.interet_membre ((no_membre::text));
create index if not exists interet_membre_competence on grappe.interet_membre (cod_competence, no_membre);

-- Contacts: by their own key, and by the member's.
create unique index if not exists contact_cle on grappe.contact ((no_membre::text || '/contact-' || no_contact::text));
create index if not exists contact_membre on grappe.contact ((no_membre::text));

-- Names and presentations. The display names of those alone that some list may show: a search takes no longer for a name
-- that is hidden from all of them. The other texts stand in tables that do not say who may see them.
create index if not exists nom_dossier on registre.nom (no_dossier);
create index if not exists membre_nom_mots on grappe.membre using gin ((corridor.document(null, nom_affiche)))
    where cod_visibilite in ('P', 'C', 'G') and cod_statut_adhesion not in ('TE', 'RT');
create index if not exists nom_mots on registre.nom using gin ((corridor.document(null, nom_assuj)));
create index if not exists nom_etranger_mots on registre.nom using gin ((corridor.document(null, nom_assuj_lang_etrng)));
create index if not exists fiche_membre_membre on grappe.fiche_membre ((no_membre::text));
create index if not exists fiche_membre_mots
    on grappe.fiche_membre using gin ((corridor.document(cod_langue, presentation)));

-- Offers.
create unique index if not exists offre_cle on grappe.offre ((no_offre::text));
create index if not exists offre_cle_octets on grappe.offre ((no_offre::text) collate "C");
create index if not exists offre_ordre_maj on grappe.offre (dat_maj, (no_offre::text) collate "C");
create index if not exists offre_ordre_fin on grappe.offre (dat_fin, (no_offre::text) collate "C");
create index if not exists offre_proprietaire
    on grappe.offre ((case when ind_anonyme = 'N' then no_membre::text end));
-- The owner itself sees its anonymous ones, too.
create index if not exists offre_titulaire on grappe.offre ((no_membre::text));
create index if not exists offre_membre on grappe.offre (no_membre);
create index if not exists offre_type on grappe.offre (cod_type_offre);
create index if not exists offre_texte_offre on grappe.offre_texte ((no_offre::text));
create index if not exists offre_titre_mots on grappe.offre_texte using gin ((corridor.document(cod_langue, titre)));
create index if not exists offre_resume_mots on grappe.offre_texte using gin ((corridor.document(cod_langue, resume)));
create index if not exists offre_competence_offre on grappe.offre_competence ((no_offre::text));
create index if not exists offre_competence_competence on grappe.offre_competence (cod_competence, no_offre);
create index if not exists offre_mode_offre on grappe.offre_mode ((no_offre::text));
create index if not exists offre_mode_mode on grappe.offre_mode (cod_mode, no_offre);

-- Needs.
create unique index if not exists besoin_cle on grappe.besoin ((no_besoin::text));
create index if not exists besoin_cle_octets on grappe.besoin ((no_besoin::text) collate "C");
create index if not exists besoin_ordre_maj on grappe.besoin (dat_maj, (no_besoin::text) collate "C");
create index if not exists besoin_ordre_fin on grappe.besoin (dat_fin, (no_besoin::text) collate "C");
create index if not exists besoin_proprietaire
    on grappe.besoin ((case when ind_anonyme = 'N' then no_membre::text end));
create index if not exists besoin_titulaire on grappe.besoin ((no_membre::text));
create index if not exists besoin_membre on grappe.besoin (no_membre);
create index if not exists besoin_type on grappe.besoin (cod_type_besoin);
create index if not exists besoin_texte_besoin on grappe.besoin_texte ((no_besoin::text));
create index if not exists besoin_titre_mots on grappe.besoin_texte using gin ((corridor.document(cod_langue, titre)));
create index if not exists besoin_resume_mots on grappe.besoin_texte using gin ((corridor.document(cod_langue, resume)));
create index if not exists besoin_mode_besoin on grappe.besoin_mode ((no_besoin::text));
create index if not exists besoin_mode_mode on grappe.besoin_mode (cod_mode, no_besoin);
create index if not exists besoin_marche_besoin on grappe.besoin_marche ((no_besoin::text));
create index if not exists besoin_marche_pays on grappe.besoin_marche (cod_pays, no_besoin);
create index if not exists exigence_besoin on grappe.exigence ((no_besoin::text));
create index if not exists exigence_competence on grappe.exigence (cod_competence, no_besoin);

-- Programmes.
create unique index if not exists programme_cle on grappe.programme ((no_programme::text));
create index if not exists programme_ordre_code on grappe.programme (cod_programme collate "C", (no_programme::text) collate "C");
create index if not exists programme_nom_programme on grappe.programme_nom ((no_programme::text));
create index if not exists programme_theme_programme on grappe.programme_theme ((no_programme::text));
create index if not exists participation_membre on grappe.participation ((no_membre::text));
create index if not exists participation_programme on grappe.participation ((no_programme::text));

analyze;
