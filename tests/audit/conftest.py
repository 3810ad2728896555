"""The disclosure log of a store of the test's own, and entries for it."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import asyncpg
import pytest

from gateway.audit import Disclosures, Entry
from gateway.store import Store

MakeEntry = Callable[..., Entry]


def entry(*members: str, **other: Any) -> Entry:
    """An entry as any, apart from what is given."""
    given = {
        "viewer": "key:k1",
        "viewer_class": "PARTNER_APP",
        "viewer_org": "Élan numérique",
        "viewer_cluster": "technomontreal",
        "cluster": "canieti-occidente",
        "purpose": "PROFILE_EXCHANGE",
        "fields": ("member.legalName", "member.websites"),
        "basis": "CONSENT",
    }
    return Entry(**given | other, members=members or ("M1",))


@pytest.fixture
async def disclosures(store: Store) -> AsyncIterator[Disclosures]:
    """The log as a gateway uses it."""
    log = Disclosures(store)
    yield log
    await log.close()


@pytest.fixture
async def owner(store_owner: str) -> AsyncIterator["asyncpg.Connection"]:
    """A connection of whoever owns the same store, who could do anything."""
    connection = await asyncpg.connect(store_owner)
    yield connection
    await connection.close()
