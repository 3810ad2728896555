-- The role that the gateway connects as: it reads what the projections read, and nothing else. Harmless to run again.
-- Give it a login of its own: create role passerelle login password '...' in role corridor_reader;
-- Run after schema.sql, corridor.sql and visibility.sql.

do $$
begin
    if not exists (select from pg_roles where rolname = 'corridor_reader') then
        create role corridor_reader nologin;
    end if;
end
$$;

grant usage on schema registre, grappe, corridor to corridor_reader;
grant execute on all functions in schema corridor to corridor_reader;

grant select (no_dossier, neq, cod_intval_emplo_que, cod_act_econ_cae, cod_act_econ_cae2)
    on registre.entreprise to corridor_reader;
grant select (no_dossier, nom_assuj, nom_assuj_lang_etrng, stat_nom, typ_nom_assuj) on registre.nom to corridor_reader;
grant select (no_dossier, ind_etab_princ, ind_disp, lign2_adr) on registre.etablissement to corridor_reader;
grant select (no_membre, cod_finalite, dat_retrait) on grappe.consentement to corridor_reader;
-- Of a contact, what projections/contact.sql gives: under PRIVATE for the member itself, under MUTUAL with its consent
-- CONTACT. Not cellulaire, which is the person's own.
grant select (no_membre, no_contact, nom, fonction, courriel, telephone, cod_langue)
    on grappe.contact to corridor_reader;
grant select on
    grappe.membre,
    grappe.fiche_membre,
    grappe.langue_membre,
    grappe.marche_membre,
    grappe.interet_membre,
    grappe.competence,
    grappe.competence_membre,
    grappe.cae_scian,
    grappe.identifiant,
    grappe.offre,
    grappe.offre_texte,
    grappe.offre_competence,
    grappe.offre_mode,
    grappe.besoin,
    grappe.besoin_texte,
    grappe.besoin_mode,
    grappe.besoin_marche,
    grappe.exigence,
    grappe.programme,
    grappe.programme_nom,
    grappe.programme_theme,
    grappe.participation
to corridor_reader;
