"""Fixtures of the corridor's tests."""

from collections.abc import AsyncIterator

import pytest

from gateway.corridor.feed import Feed
from gateway.corridor.interests import Rules
from gateway.store import Store
from tests.corridor.building import Building
from tests.corridor.feeds import Tell, feeding, telling
from tests.corridor.interested import THERE, Corridor
from tests.corridor.negotiation import Negotiation


@pytest.fixture
def corridor(store: Store, store_owner: str) -> Corridor:
    return Corridor.of(store, store_owner)


@pytest.fixture
def screened(store: Store, store_owner: str) -> Corridor:
    """One in which the receiver's cluster looks at interests first."""
    return Corridor.of(store, store_owner, Rules(screened=frozenset({THERE})))


@pytest.fixture
def negotiation(store: Store) -> Negotiation:
    return Negotiation(store)


@pytest.fixture
def building(store: Store) -> Building:
    return Building(store)


@pytest.fixture
def tell(store: Store) -> Tell:
    """Commits events of these topics."""
    return telling(store)


@pytest.fixture
async def feed(store: Store) -> AsyncIterator[Feed]:
    async with feeding(store) as made:
        yield made
