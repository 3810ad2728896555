"""Nobody notices in Montréal's answers what they may not see."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import asyncpg
import pytest

from adapters.kit.adapter import PostgresAdapter
from adapters.kit.conformance.secrets import Plant, Secret, SecretLaws
from adapters.montreal import ADAPTER
from adapters.montreal.native import codelists

MakeDatabase = Callable[..., Awaitable[str]]

MOMENT = datetime(2026, 10, 1, tzinfo=UTC)
WORD = Secret.word

HOST = f"""
insert into registre.entreprise (no_dossier) values (9000001);
insert into grappe.membre values
    (900001, 9000001, '{Secret.host}', 'PME', 'AC', 'P', 'P', 'P', 'X', null, null, null, '{MOMENT}');
insert into grappe.consentement values (900001, 'PROFIL', '{MOMENT}', null);
insert into grappe.identifiant values (900001, 'AUT', '', null, null);
"""

MEMBER = f"""
insert into grappe.competence values ('ZQ', '{Secret.concept}', '{WORD}');
insert into grappe.cae_scian values ('ZQ', '{WORD}', '{Secret.industry}', left('{Secret.industry}', 5), 'ZQ');
insert into registre.entreprise (no_dossier, neq, cod_intval_emplo_que, cod_act_econ_cae)
    values (9000002, '1199999999', 'L', 'ZQ');
insert into registre.nom (no_dossier, no_nom, nom_assuj, nom_assuj_lang_etrng, stat_nom, typ_nom_assuj) values
    (9000002, 1, '{WORD} inc.', '{WORD} Inc.', 'V', 'M'),
    (9000002, 2, '{WORD} ancien', '{WORD} former', 'A', 'N');
insert into registre.etablissement (no_dossier, no_suf_etab, ind_etab_princ, lign2_adr)
    values (9000002, 1, 'O', '{WORD} (Québec)');
insert into grappe.membre values
    (900002, 9000002, '{WORD} Démo', 'PME', 'AC', $level, $level, $level, $level, {Secret.year},
    'https://{WORD}.example/', null, '{MOMENT}');
insert into grappe.consentement values (900002, 'PROFIL', '{MOMENT}', $withdrawn);
insert into grappe.fiche_membre values (900002, 'fr', 'Présentation {WORD}'), (900002, 'en', 'Profile {WORD}');
insert into grappe.langue_membre values (900002, 'fr');
insert into grappe.marche_membre values (900002, '{Secret.market}');
insert into grappe.interet_membre values (900002, 'ZQ');
insert into grappe.competence_membre values (900002, 'ZQ', '4');
insert into grappe.identifiant values (900002, 'AUT', '{WORD}', '{MOMENT}', '{WORD}');
insert into grappe.participation select no_programme, 900002 from grappe.programme where cod_visibilite = 'P' limit 1;
"""

POSTING = f"""
insert into grappe.offre values ($number, $owner, 'OI', 9, '$anonymous', 'PU', $level, '{Secret.day}', '{MOMENT}');
insert into grappe.offre_texte values ($number, 'fr', 'Titre {WORD}', 'Résumé {WORD}'), ($number, 'en', '{WORD}', null);
insert into grappe.offre_competence values ($number, 'ZQ');
insert into grappe.offre_mode values ($number, 'STA');
insert into grappe.besoin values ($number, $owner, 'BF', '$anonymous', 'PU', $level, '{Secret.day}', '{MOMENT}');
insert into grappe.besoin_texte
    values ($number, 'fr', 'Titre {WORD}', 'Résumé {WORD}'), ($number, 'en', '{WORD}', null);
insert into grappe.besoin_mode values ($number, 'STA');
insert into grappe.besoin_marche values ($number, '{Secret.market}');
insert into grappe.exigence values ($number, 1, 'ZQ', '4', 10, 'O');
"""

# The host's other names say its corporate name once more.
REST = f"""
insert into grappe.programme values (9001, '{Secret.programme}', 'EC', $level);
insert into grappe.programme_nom values (9001, 'fr', 'Programme {WORD}');
insert into grappe.programme_theme values (9001, 'ZQ');
insert into grappe.participation values (9001, 900001);
update grappe.membre set vis_site = $level, vis_denomination = $level, vis_identifiants = $level,
    site_web = 'https://{WORD}.example/' where no_membre = 900001;
insert into registre.nom (no_dossier, no_nom, nom_assuj, nom_assuj_lang_etrng, stat_nom, typ_nom_assuj)
    values (9000001, 1, '{WORD} inc.', '{WORD} Inc.', 'V', 'M'),
    (9000001, 2, '{WORD.upper()}, INC.', null, 'V', 'N'), (9000001, 3, '{WORD} Inc', '{WORD}-inc', 'A', 'A');
update grappe.identifiant set valeur = '{WORD}', verif_par = '{WORD}', dat_verif = '{MOMENT}' where no_membre = 900001;
"""


@pytest.fixture(scope="session")
async def registry_address(make_session_database: MakeDatabase) -> tuple[PostgresAdapter, str]:
    """The adapter, and the registry that secrets are planted into copies of."""
    dsn = await make_session_database()
    await ADAPTER.create(dsn, members=60, seed=2, progress=lambda done, total: None)
    return ADAPTER, dsn


@pytest.fixture(scope="session")
def planted(registry_address: tuple[PostgresAdapter, str], make_session_database: MakeDatabase) -> Plant:
    """Writes the host, and a secret, into a copy."""

    async def plant(secret: Secret | None) -> str:
        dsn = await make_session_database(registry_address[1])
        connection = await asyncpg.connect(dsn)
        try:
            await connection.execute(script(secret))
        finally:
            await connection.close()
        return dsn

    return plant


def script(secret: Secret | None) -> str:
    """The SQL that writes the host, and a secret."""
    if secret is None:
        return HOST
    level = f"'{codelists.VISIBILITY[secret.level]}'"
    parts = [HOST, MEMBER.replace("$withdrawn", "null" if secret.consented else "now()")]
    parts += [posting(number, 900002, anonymous, "'P'") for number, anonymous in ((91, "N"), (92, "O"))]
    if secret.consented:
        parts += [posting(number, 900001, anonymous, level) for number, anonymous in ((93, "N"), (94, "O"))]
        parts.append(REST)
    return "".join(parts).replace("$level", level)


def posting(number: int, owner: int, anonymous: str, level: str) -> str:
    """The SQL of an offer and a need."""
    filled = POSTING.replace("$number", f"{number}").replace("$owner", f"{owner}")
    return filled.replace("$anonymous", anonymous).replace("$level", level)


class TestSecrets(SecretLaws):
    """Everything is inherited."""
