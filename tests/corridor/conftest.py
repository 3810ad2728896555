"""Fixtures of the corridor's tests."""

import pytest

from gateway.corridor.interests import Rules
from gateway.store import Store
from tests.corridor.building import Building
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
