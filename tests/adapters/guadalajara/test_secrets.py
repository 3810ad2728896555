"""Nobody notices in Guadalajara's answers what they may not see."""

from collections.abc import Awaitable, Callable, Sequence
from uuid import NAMESPACE_URL, uuid5

import asyncpg
import pytest

from adapters.guadalajara import ADAPTER
from adapters.guadalajara.native.codelists import Codes
from adapters.kit.adapter import PostgresAdapter
from adapters.kit.conformance.secrets import SECRETS, Plant, Secret, SecretLaws
from tests.adapters.guadalajara.conftest import leave

MakeDatabase = Callable[..., Awaitable[str]]

WORD = Secret.word
NAMES = (
    "host",
    "member",
    "programme",
    "offer_1",
    "offer_2",
    "offer_3",
    "offer_4",
    "need_1",
    "need_2",
    "need_3",
    "need_4",
)

HOST = """
insert into padron.afiliado (id, nombre, giro, tipo_organizacion, cve_ent, visibilidad_campos, estatus, visibilidad,
    consentimiento, actualizado)
values ($host, '$name', 'PRIVADO', 'PYME', '14', '{"identificadores": "privado"}', 'vigente', 'público',
    '{"intercambio_de_perfil": {"vigente": true}, "busqueda_de_socios": {"vigente": true}}', '2026-10-01');
insert into padron.capacidad select $host, concepto, 'experto' from padron.capacidad order by concepto limit 1;
insert into padron.identificador values ($host, 'RFC', 'ABC000000AB1', true, null, null);
"""

# The establishment in DENUE is told of by the member alone; its id is one that nobody has.
MEMBER = f"""
insert into padron.denue_unidad_economica (id, clee, nom_estab, raz_social, codigo_act, nombre_act, per_ocu, cve_ent,
    entidad, cve_mun, municipio, www)
values ($place, '', 'SUCURSAL {WORD}', '{WORD}', '{Secret.industry}', '{WORD}', '251 y más personas', '14', '',
    '', '{WORD}', 'WWW.{WORD}.EXAMPLE');
insert into padron.afiliado values ($member, $place, '{WORD} Muestra', '{WORD} SA DE CV', 'PRIVADO', 'PYME',
    '251 y más personas', left('{Secret.industry}', 5), {Secret.year}, null, null, 'https://{WORD}.example/',
    '{{"es": "Semblanza {WORD}", "en": "Profile {WORD}", "fr": "Profil {WORD}"}}', '{{en}}', '{{es-MX}}',
    '{{{Secret.market}}}', '{{{Secret.concept}}}', 'vigente', $level, '{{}}',
    '{{"intercambio_de_perfil": {{"vigente": $consented}}, "entrega_de_contacto": {{"vigente": true}},
    "busqueda_de_socios": {{"vigente": true}}}}', '2026-10-01', 'nota {WORD}');
insert into padron.establecimiento values ($place, $member, 'MATRIZ', 'SUCURSAL {WORD}');
insert into padron.otro_nombre values ($member, '{WORD} antes'), ($member, '{WORD} abroad');
insert into padron.identificador values ($member, 'RFC', '{WORD}', false, '2026-10-01', '{WORD}');
insert into padron.capacidad values ($member, '{Secret.concept}', 'experto');
insert into padron.programa_afiliado select id, $member from padron.programa where visibilidad = 'público' limit 1;
"""

CONTACT = f"""
insert into padron.contacto values ($owner, 'zq', '{Secret.person}', '{Secret.person}', 'zq@{Secret.person}.example',
    '+1 202 555 0199', 'es-MX', '{Secret.person}');
"""

TEXTS = (
    f"""'{{"es": "Título {WORD}", "en": "Title {WORD}"}}', """
    f"""'{{"es": "Resumen {WORD}", "fr": "Résumé {WORD}"}}', '{{fr}}'"""
)

POSTING = f"""
insert into padron.oferta values ($offer, $owner, 'tecnología', {TEXTS}, '{{{Secret.concept}}}', 9, $anonymous,
    'publicada', $shown, '{Secret.day}', '2026-10-01');
insert into padron.oferta_modalidad values ($offer, 'licencia');
insert into padron.necesidad values ($need, $owner, 'reto', {TEXTS},
    '[{{"clave": "{WORD}", "concepto": "{Secret.concept}", "nivel": "experto", "peso": 10, "obligatorio": true}}]',
    '{{{Secret.market}}}', $anonymous, 'publicada', $shown, '{Secret.day}', '2026-10-01');
insert into padron.necesidad_modalidad values ($need, 'licencia');
"""

# The host's other name says its legal name once more, and its identifier has been verified.
REST = f"""
insert into padron.programa values ($programme, '$code', '{{"es": "Programa {WORD}", "en": "{WORD}"}}',
    '{{{Secret.concept}}}', 'en marcha', $level);
insert into padron.programa_afiliado values ($programme, $host);
update padron.afiliado set razon_social = '{WORD} SA', sitio_web = 'https://{WORD}.example/', visibilidad_campos =
    jsonb_build_object('sitio_web', $level, 'razon_social', $level, 'identificadores', $level) where id = $host;
insert into padron.otro_nombre values ($host, '{WORD.upper()}, S.A.'), ($host, '{WORD} sa');
update padron.identificador set valor = '{WORD}', digito_valido = false, verificado = '2026-10-01',
    verificado_por = '{WORD}' where afiliado_id = $host;
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
    return "".join(filled(HOST, secret) for secret in SECRETS) + "".join(
        filled(hidden(secret), secret) for secret in secrets
    )


def hidden(secret: Secret) -> str:
    """The SQL that writes a secret, but for its names and keys."""
    parts = [MEMBER, posting(1, "$member", "false", "'público'"), posting(2, "$member", "true", "'público'")]
    parts += [CONTACT.replace("$owner", owner) for owner in ("$member", "$host")[: 1 + secret.consented]]
    if secret.consented:
        parts += [posting(3, "$host", "false", "$level"), posting(4, "$host", "true", "$level"), REST]
    return "".join(parts)


def filled(written: str, secret: Secret) -> str:
    """With the names and keys that are the secret's own."""
    for name, value in {
        **{f"${name}": f"'{uuid5(NAMESPACE_URL, f'{name} {secret.name}')}'" for name in NAMES},
        "$place": f"{8999999990 + SECRETS.index(secret)}",
        "$name": secret.host,
        "$code": secret.programme,
        "$level": f"'{Codes().word('visibilidad', secret.level)}'",
        "$consented": f"{secret.consented}".lower(),
    }.items():
        written = written.replace(name, value)
    return written


def posting(number: int, owner: str, anonymous: str, shown: str) -> str:
    """The SQL of an offer and a need."""
    written = POSTING.replace("$offer", f"$offer_{number}").replace("$need", f"$need_{number}")
    return written.replace("$owner", owner).replace("$anonymous", anonymous).replace("$shown", shown)


class TestSecrets(SecretLaws):
    """Everything is inherited."""
