"""Nobody notices in Montréal's answers what they may not see."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime

import asyncpg
import pytest

from adapters.kit.adapter import PostgresAdapter
from adapters.kit.conformance.secrets import SECRETS, Plant, Secret, SecretLaws
from adapters.montreal import ADAPTER
from adapters.montreal.native import codelists
from tests.adapters.montreal.conftest import leave

MakeDatabase = Callable[..., Awaitable[str]]

MOMENT = datetime(2026, 10, 1, tzinfo=UTC)
WORD = Secret.word

HOST = f"""
insert into registre.entreprise (no_dossier) values ($host_file);
insert into grappe.membre values
    ($host, $host_file, '$name', 'PME', 'AC', 'P', 'P', 'P', 'X', null, null, null, '{MOMENT}');
insert into grappe.consentement values
    ($host, 'PROFIL', '{MOMENT}', null), ($host, 'JUMELAGE', '{MOMENT}', null);
insert into grappe.competence_membre
    select $host, cod_competence, '4' from grappe.competence order by cod_competence limit 1;
insert into grappe.identifiant values ($host, 'AUT', '', null, null);
"""

CONTACT = f"""
insert into grappe.contact values ($owner, 7, '{Secret.person}', '{Secret.person}', 'zq@{Secret.person}.example',
    '+1 202 555-0199', 'fr', '{Secret.person}');
"""

CODES = f"""
insert into grappe.competence values ('ZQ', '{Secret.concept}', '{WORD}');
insert into grappe.cae_scian values ('ZQ', '{WORD}', '{Secret.industry}', left('{Secret.industry}', 5), 'ZQ');
"""

MEMBER = f"""
insert into registre.entreprise (no_dossier, neq, cod_intval_emplo_que, cod_act_econ_cae)
    values ($member_file, '119999999$number', 'L', 'ZQ');
insert into registre.nom (no_dossier, no_nom, nom_assuj, nom_assuj_lang_etrng, stat_nom, typ_nom_assuj) values
    ($member_file, 1, '{WORD} inc.', '{WORD} Inc.', 'V', 'M'),
    ($member_file, 2, '{WORD} ancien', '{WORD} former', 'A', 'N');
insert into registre.etablissement (no_dossier, no_suf_etab, ind_etab_princ, lign2_adr)
    values ($member_file, 1, 'O', '{WORD} (Québec)');
insert into grappe.membre values
    ($member, $member_file, '{WORD} Démo', 'PME', 'AC', $level, $level, $level, $level, {Secret.year},
    'https://{WORD}.example/', null, '{MOMENT}');
insert into grappe.consentement values ($member, 'PROFIL', '{MOMENT}', $withdrawn);
insert into grappe.consentement values
    ($member, 'CONTACT', '{MOMENT}', null), ($member, 'JUMELAGE', '{MOMENT}', null);
insert into grappe.fiche_membre values ($member, 'fr', 'Présentation {WORD}'), ($member, 'en', 'Profile {WORD}');
insert into grappe.langue_membre values ($member, 'fr');
insert into grappe.marche_membre values ($member, '{Secret.market}');
insert into grappe.interet_membre values ($member, 'ZQ');
insert into grappe.competence_membre values ($member, 'ZQ', '4');
insert into grappe.identifiant values ($member, 'AUT', '{WORD}', '{MOMENT}', '{WORD}');
insert into grappe.participation select no_programme, $member from grappe.programme where cod_visibilite = 'P' limit 1;
"""

POSTING = f"""
insert into grappe.offre values ($posting, $owner, 'OI', 9, '$anonymous', 'PU', $level, '{Secret.day}', '{MOMENT}');
insert into grappe.offre_texte
    values ($posting, 'fr', 'Titre {WORD}', 'Résumé {WORD}'), ($posting, 'en', '{WORD}', null);
insert into grappe.offre_competence values ($posting, 'ZQ');
insert into grappe.offre_mode values ($posting, 'STA');
insert into grappe.besoin values ($posting, $owner, 'BF', '$anonymous', 'PU', $level, '{Secret.day}', '{MOMENT}');
insert into grappe.besoin_texte
    values ($posting, 'fr', 'Titre {WORD}', 'Résumé {WORD}'), ($posting, 'en', '{WORD}', null);
insert into grappe.besoin_mode values ($posting, 'STA');
insert into grappe.besoin_marche values ($posting, '{Secret.market}');
insert into grappe.exigence values ($posting, 1, 'ZQ', '4', 10, 'O');
"""

# The host's other names say its corporate name once more.
REST = f"""
insert into grappe.programme values ($programme, '$code', 'EC', $level);
insert into grappe.programme_nom values ($programme, 'fr', 'Programme {WORD}');
insert into grappe.programme_theme values ($programme, 'ZQ');
insert into grappe.participation values ($programme, $host);
update grappe.membre set vis_site = $level, vis_denomination = $level, vis_identifiants = $level,
    site_web = 'https://{WORD}.example/' where no_membre = $host;
insert into registre.nom (no_dossier, no_nom, nom_assuj, nom_assuj_lang_etrng, stat_nom, typ_nom_assuj)
    values ($host_file, 1, '{WORD} inc.', '{WORD} Inc.', 'V', 'M'),
    ($host_file, 2, '{WORD.upper()}, INC.', null, 'V', 'N'), ($host_file, 3, '{WORD} Inc', '{WORD}-inc', 'A', 'A');
update grappe.identifiant set valeur = '{WORD}', verif_par = '{WORD}', dat_verif = '{MOMENT}' where no_membre = $host;
"""


@pytest.fixture(scope="session")
async def registry_address(make_session_database: MakeDatabase) -> tuple[PostgresAdapter, str]:
    """The adapter, and the registry that secrets are planted into copies of."""
    dsn = await make_session_database()
    await ADAPTER.create(dsn, members=60, seed=2, progress=lambda done, total: None)
    await leave(dsn, 30)
    return ADAPTER, dsn


@pytest.fixture(scope="session")
def planted(registry_address: tuple[PostgresAdapter, str], make_session_database: MakeDatabase) -> Plant:
    """Writes the host, and a secret, into a copy."""

    async def plant(secrets: Sequence[Secret]) -> str:
        dsn = await make_session_database(registry_address[1])
        connection = await asyncpg.connect(dsn)
        try:
            await connection.execute(script(secrets))
        finally:
            await connection.close()
        return dsn

    return plant


def script(secrets: Sequence[Secret]) -> str:
    """The SQL that writes all hosts, and some secrets."""
    hosts = [filled(HOST, secret) for secret in SECRETS]
    return "".join([*hosts, CODES * bool(secrets), *(filled(hidden(secret), secret) for secret in secrets)])


def hidden(secret: Secret) -> str:
    """The SQL that writes a secret, but for its names and numbers."""
    parts = [MEMBER.replace("$withdrawn", "null" if secret.consented else "now()")]
    parts += [CONTACT.replace("$owner", owner) for owner in ("$member", "$host")[: 1 + secret.consented]]
    parts += [posting(place, "$member", anonymous, "'P'") for place, anonymous in ((1, "N"), (2, "O"))]
    if secret.consented:
        parts += [posting(place, "$host", anonymous, "$level") for place, anonymous in ((3, "N"), (4, "O"))]
        parts.append(REST)
    return "".join(parts)


def posting(place: int, owner: str, anonymous: str, level: str) -> str:
    """The SQL of an offer and a need."""
    written = POSTING.replace("$posting", f"$posting_{place}").replace("$owner", owner)
    return written.replace("$anonymous", anonymous).replace("$level", level)


def filled(written: str, secret: Secret) -> str:
    """With the names and numbers that are the secret's own."""
    number = SECRETS.index(secret)
    for name, value in {
        "$host_file": 9000001 + 10 * number,
        "$member_file": 9000002 + 10 * number,
        "$host": 900001 + 10 * number,
        "$member": 900002 + 10 * number,
        "$programme": 9001 + number,
        "$posting_": 9000 + number,
        "$number": number,
        "$name": secret.host,
        "$code": secret.programme,
        "$level": f"'{codelists.VISIBILITY[secret.level]}'",
    }.items():
        written = written.replace(name, f"{value}")
    return written


class TestSecrets(SecretLaws):
    """Everything is inherited."""
