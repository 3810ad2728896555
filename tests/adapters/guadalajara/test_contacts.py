"""Contacts of Guadalajara: in the contract's form, for the member itself, and for a release that it consents to."""

from collections.abc import AsyncIterator, Awaitable, Callable

import asyncpg
import pytest

from adapters.contract.codes import Visibility
from adapters.contract.registry import Limits
from adapters.contract.request import FetchRequest
from adapters.guadalajara import ADAPTER
from adapters.guadalajara.native import organisations
from adapters.kit.folder import load
from adapters.kit.postgres import PostgresRegistry
from adapters.kit.promises import RELEASED
from adapters.kit.sample import SampleMember
from adapters.kit.shapes import everything

MakeDatabase = Callable[..., Awaitable[str]]
CONTACT = {view: load(ADAPTER.folder).under(view)["contact"] for view in Visibility}
CONSENTED = """consentimiento = consentimiento || '{"entrega_de_contacto": {"vigente": %s, "desde": "2026-01-01"}}'"""


@pytest.fixture
async def changed(registry: asyncpg.Connection) -> AsyncIterator[asyncpg.Connection]:
    """The registry, whose changes are undone."""
    transaction = registry.transaction()
    await transaction.start()
    try:
        yield registry
    finally:
        await transaction.rollback()


async def contacts(registry: asyncpg.Connection, view: Visibility) -> set[tuple[str | None, ...]]:
    """What the gateway's role reads."""
    await registry.execute("set role corridor_reader")
    try:
        return {tuple(row) for row in await registry.fetch(CONTACT[view])}
    finally:
        await registry.execute("reset role")


@pytest.mark.parametrize("view", sorted(RELEASED), ids=str)
async def test_contacts_are_those_filled_in(
    registry: asyncpg.Connection, sample: dict[str, SampleMember], view: Visibility
) -> None:
    """However the desk took their numbers down; those of whoever does not consent for the member itself alone."""
    listed = {
        (f"{key}/contacto-{each.number}", key, f"contacto-{each.number}",
         each.name, each.role, each.email, each.phone, each.language)
        for key, member in sample.items()
        if member.seen(view) and (view is Visibility.PRIVATE or "CONTACT_RELEASE" in member.consents)
        for each in member.contacts
    }  # fmt: skip
    assert listed
    assert await contacts(registry, view) == listed


async def test_no_real_organisation_has_a_contact(registry: asyncpg.Connection) -> None:
    """And nobody is called on the numbers: no area code of México begins with 0."""
    given = await contacts(registry, Visibility.PRIVATE)
    assert not {row[1] for row in given} & {str(each.key) for each in organisations.organisations()}
    for _, _, _, name, _, email, phone, _ in given:
        assert name is not None
        assert "(muestra)" in name
        assert email is None or email.endswith(".example")
        assert phone is None or phone.startswith("+520")


@pytest.mark.parametrize(
    ("written", "phone"),
    [
        ("33 1234 5678", "+523312345678"),
        ("(33) 1234-5678 ext. 12", "+523312345678"),
        ("01 33 1234 5678", "+523312345678"),
        ("044 33 1234 5678", "+523312345678"),
        ("045 33 1234 5678", "+523312345678"),
        ("52 33 1234 5678", "+523312345678"),
        ("+52 (33) 1234-5678", "+523312345678"),
        ("+52 1 33 1234 5678", "+523312345678"),
        ("+1 514 555 0123", "+15145550123"),
        ("1234 5678", None),
        ("+0 33 1234 5678", None),
        ("recepción", None),
        ("", None),
    ],
)
async def test_a_number_comes_out_as_e164_or_not_at_all(
    changed: asyncpg.Connection, written: str, phone: str | None
) -> None:
    """As people take them down."""
    await changed.execute("update padron.contacto set telefono = $1", written)
    assert {row[6] for row in await contacts(changed, Visibility.PRIVATE)} == {phone}


async def test_what_is_empty_is_null(changed: asyncpg.Connection) -> None:
    """Empty strings and spaces, as DENUE has them."""
    await changed.execute(
        "update padron.contacto set nombre = ' ', cargo = '', correo = ' ', telefono = '', idioma = ''"
    )
    assert {row[3:] for row in await contacts(changed, Visibility.PRIVATE)} == {(None,) * 5}


@pytest.mark.parametrize(
    ("change", "views"),
    [
        (CONSENTED % "false", {Visibility.PRIVATE}),
        ("consentimiento = consentimiento - 'entrega_de_contacto'", {Visibility.PRIVATE}),
        ("visibilidad = 'afiliados'", {Visibility.PRIVATE}),
        ("visibilidad = 'privado'", {Visibility.PRIVATE}),
        ("visibilidad = 'mutuo'", RELEASED),
        ("consentimiento = consentimiento - 'intercambio_de_perfil'", set()),
        ("estatus = 'baja'", set()),
    ],
)
async def test_what_is_withdrawn_is_released_no_more(
    changed: asyncpg.Connection, change: str, views: set[Visibility]
) -> None:
    """The member itself keeps seeing its own as long as it is one."""
    await changed.execute(f"update padron.afiliado set {change}")
    assert {view for view in Visibility if await contacts(changed, view)} == views


async def test_the_reader_reads_no_more_of_a_contact_than_is_released(registry: asyncpg.Connection) -> None:
    """Not the person's own number."""
    granted = await registry.fetch(
        "select column_name::text from information_schema.column_privileges"
        " where grantee = 'corridor_reader' and table_schema = 'padron' and table_name = 'contacto'"
    )
    assert {row[0] for row in granted} == {"afiliado_id", "clave", "nombre", "cargo", "correo", "telefono", "idioma"}


async def test_a_withdrawal_takes_effect_on_the_next_request(make_database: MakeDatabase) -> None:
    """On connections that have kept their plans; and it is taken back as soon."""
    dsn = await make_database()
    await ADAPTER.create(dsn, members=20, seed=3, progress=lambda done, total: None)
    home = await asyncpg.connect(dsn)
    registry: PostgresRegistry = ADAPTER.open(dsn, Limits(pool_size=2, connect_timeout=10, statement_timeout=30))
    try:
        key = await home.fetchval(f"select min(key) from ({CONTACT[Visibility.MUTUAL]}) as row")
        member = key.partition("/")[0]

        async def told(view: Visibility) -> list[tuple[str, str | None]]:
            rows = await registry.fetch(FetchRequest((key,), everything("contact"), view))
            return [(row.key, row.subject) for row in rows]

        for _ in range(6):  # often enough for plans to be kept
            assert await told(Visibility.MUTUAL) == await told(Visibility.PRIVATE) == [(key, member)]
        for consented, opened in (("false", []), ("true", [(key, member)])):
            await home.execute(f"update padron.afiliado set {CONSENTED % consented} where id::text = $1", member)
            assert await told(Visibility.MUTUAL) == opened
            assert await told(Visibility.PRIVATE) == [(key, member)]
        await home.execute("delete from padron.contacto where afiliado_id::text = $1", member)
        assert await told(Visibility.MUTUAL) == await told(Visibility.PRIVATE) == []
    finally:
        await registry.close()
        await home.close()
