"""Contacts of Montréal: in the contract's form, for the member itself, and for a release that it consents to."""

import asyncpg
import pytest

from adapters.contract.codes import Visibility
from adapters.kit.folder import load
from adapters.kit.promises import RELEASED
from adapters.kit.sample import SampleMember
from adapters.montreal import ADAPTER

CONTACT = {view: text["contact"] for view in Visibility for text in [load(ADAPTER.folder).under(view)]}


async def contacts(registry: asyncpg.Connection, view: Visibility) -> set[tuple[str | None, ...]]:
    """What the gateway's role reads."""
    await registry.execute("set local role corridor_reader")
    try:
        return {tuple(row) for row in await registry.fetch(CONTACT[view])}
    finally:
        await registry.execute("reset role")


def expected(sample: list[SampleMember], view: Visibility) -> set[tuple[str | None, ...]]:
    """The same, from what was filled in."""
    return {
        (
            f"{100_000 + member.number}/contact-{each.number}", f"{100_000 + member.number}", f"contact-{each.number}",
            each.name, each.role, each.email, each.phone, each.language,
        )
        for member in sample
        if member.seen(view) and (view is Visibility.PRIVATE or "CONTACT_RELEASE" in member.consents)
        for each in member.contacts
    }  # fmt: skip


@pytest.mark.parametrize("view", sorted(RELEASED), ids=str)
async def test_contacts_are_those_filled_in(
    registry: asyncpg.Connection, sample: list[SampleMember], view: Visibility
) -> None:
    """However their numbers were typed; those of whoever does not consent for the member itself alone."""
    assert len({each.number for member in sample for each in member.contacts}) == 3
    assert 0 < len(expected(sample, Visibility.MUTUAL)) < len(expected(sample, Visibility.PRIVATE))
    assert await contacts(registry, view) == expected(sample, view)


async def test_no_real_organisation_has_a_contact(registry: asyncpg.Connection) -> None:
    """And every number and address is one that nobody has."""
    assert not await registry.fetchval("select count(*) from grappe.contact where no_membre < 100000")
    for _, _, _, name, _, email, phone, _ in await contacts(registry, Visibility.PRIVATE):
        assert name is not None
        assert "(démo)" in name
        assert email is None or email.endswith(".example")
        assert phone is None or phone.startswith("+151455501")


@pytest.mark.parametrize(
    ("written", "phone"),
    [
        ("514 555-0123", "+15145550123"),
        ("(514) 555-0123", "+15145550123"),
        ("514.555.0123 poste 45", "+15145550123"),
        ("1-514-555-0123, p. 301", "+15145550123"),
        ("+1 (514) 555-0123 x9", "+15145550123"),
        ("+52 33 1234 5678", "+523312345678"),
        ("+33 1 99 00 12 34", "+33199001234"),
        ("555-0123", None),
        ("514 155-0123", None),
        ("514 555-0123 1", None),
        ("+0 514 555 0123", None),
        ("au bureau", None),
        ("", None),
        (None, None),
    ],
)
async def test_a_number_comes_out_as_e164_or_not_at_all(
    registry: asyncpg.Connection, written: str | None, phone: str | None
) -> None:
    """As people write them."""
    await registry.execute("update grappe.contact set telephone = $1", written)
    assert {row[6] for row in await contacts(registry, Visibility.PRIVATE)} == {phone}


@pytest.mark.parametrize(
    ("change", "views"),
    [
        ("update grappe.consentement set dat_retrait = now() where cod_finalite = 'CONTACT'", {Visibility.PRIVATE}),
        ("delete from grappe.consentement where cod_finalite = 'CONTACT'", {Visibility.PRIVATE}),
        ("update grappe.membre set cod_visibilite = 'G'", {Visibility.PRIVATE}),
        ("update grappe.membre set cod_visibilite = 'X'", {Visibility.PRIVATE}),
        ("update grappe.membre set cod_visibilite = 'M'", RELEASED),
        ("update grappe.consentement set dat_retrait = now() where cod_finalite = 'PROFIL'", set()),
        ("update grappe.membre set cod_statut_adhesion = 'TE'", set()),
        ("delete from grappe.contact", set()),
    ],
)
async def test_what_is_withdrawn_is_released_no_more(
    registry: asyncpg.Connection, change: str, views: set[Visibility]
) -> None:
    """From the next request on: the member itself keeps seeing its own as long as it is one."""
    await registry.execute(change)
    assert {view for view in Visibility if await contacts(registry, view)} == views


async def test_the_reader_reads_no_more_of_a_contact_than_is_released(registry: asyncpg.Connection) -> None:
    """Not the person's own number."""
    granted = await registry.fetch(
        "select column_name::text from information_schema.column_privileges"
        " where grantee = 'corridor_reader' and table_schema = 'grappe' and table_name = 'contact'"
    )
    assert {row[0] for row in granted} == {
        "no_membre", "no_contact", "nom", "fonction", "courriel", "telephone", "cod_langue",
    }  # fmt: skip
