"""The tables that are filled, parents first, with the columns given; and rows on their way into them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import asyncpg

__all__ = ["COLUMNS", "Rows"]

_POSTING = ("ind_anonyme", "cod_statut", "cod_visibilite", "dat_fin", "dat_maj")
_TEXT = ("cod_langue", "titre", "resume", "ind_trad_auto")

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "registre.domaine_valeur": ("typ_dom_val", "cod_dom_val", "val_dom_fran"),
    "registre.entreprise": (
        "no_dossier", "neq", "dat_immat", "cod_intval_emplo_que", "cod_forme_juri", "dat_consti",
        "cod_act_econ_cae", "desc_act_econ_assuj", "cod_act_econ_cae2",
    ),
    "registre.nom": (
        "no_dossier", "no_nom", "nom_assuj", "nom_assuj_lang_etrng", "stat_nom", "typ_nom_assuj", "dat_fin_nom_assuj",
    ),
    "registre.etablissement": (
        "no_dossier", "no_suf_etab", "ind_etab_princ", "ind_disp", "lign1_adr", "lign2_adr", "lign4_adr",
    ),
    "grappe.competence": ("cod_competence", "uri_esco", "lib_fran"),
    "grappe.cae_scian": ("cod_cae", "lib_fran", "cod_scian", "cod_commun5", "cod_competence"),
    "grappe.programme": ("no_programme", "cod_programme", "cod_statut", "cod_visibilite"),
    "grappe.programme_nom": ("no_programme", "cod_langue", "nom", "ind_trad_auto"),
    "grappe.programme_theme": ("no_programme", "cod_competence"),
    "grappe.membre": (
        "no_membre", "no_dossier", "nom_affiche", "cod_type_membre", "cod_statut_adhesion", "cod_visibilite",
        "vis_site", "vis_denomination", "vis_identifiants", "an_fondation", "site_web", "dat_verif_neq", "dat_maj",
    ),
    "grappe.fiche_membre": ("no_membre", "cod_langue", "presentation", "ind_trad_auto"),
    "grappe.langue_membre": ("no_membre", "cod_langue"),
    "grappe.marche_membre": ("no_membre", "cod_pays"),
    "grappe.interet_membre": ("no_membre", "cod_competence"),
    "grappe.competence_membre": ("no_membre", "cod_competence", "cod_niveau"),
    "grappe.identifiant": ("no_membre", "cod_registre", "valeur", "dat_verif", "verif_par"),
    "grappe.consentement": ("no_membre", "cod_finalite", "dat_octroi", "dat_retrait"),
    "grappe.contact": (
        "no_membre", "no_contact", "nom", "fonction", "courriel", "telephone", "cod_langue", "cellulaire",
    ),
    "grappe.participation": ("no_programme", "no_membre"),
    "grappe.offre": ("no_offre", "no_membre", "cod_type_offre", "niv_maturite", *_POSTING),
    "grappe.offre_texte": ("no_offre", *_TEXT),
    "grappe.offre_competence": ("no_offre", "cod_competence"),
    "grappe.offre_mode": ("no_offre", "cod_mode"),
    "grappe.besoin": ("no_besoin", "no_membre", "cod_type_besoin", *_POSTING),
    "grappe.besoin_texte": ("no_besoin", *_TEXT),
    "grappe.besoin_mode": ("no_besoin", "cod_mode"),
    "grappe.besoin_marche": ("no_besoin", "cod_pays"),
    "grappe.exigence": ("no_besoin", "no_exigence", "cod_competence", "cod_niveau_min", "poids", "ind_obligatoire"),
}  # fmt: skip
"""Columns by table; a table comes after those it refers to."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows gathered by table, written together."""

    by_table: dict[str, list[tuple[Any, ...]]] = field(default_factory=lambda: {table: [] for table in COLUMNS})

    def add(self, table: str, *values: Any) -> None:
        """Take one row of a table, its values in the order of `COLUMNS`."""
        self.by_table[table].append(values)

    async def write(self, connection: asyncpg.Connection) -> None:
        """Copy everything into the database, in one transaction."""
        async with connection.transaction():
            for table, records in self.by_table.items():
                if records:
                    schema, name = table.split(".")
                    await connection.copy_records_to_table(
                        name, schema_name=schema, columns=COLUMNS[table], records=records
                    )
