"""Montréal's registry keeps the contract."""

from collections.abc import Awaitable, Callable

import pytest

from adapters.kit.adapter import PostgresAdapter
from adapters.kit.conformance import ConformanceSuite
from adapters.montreal import ADAPTER
from tests.adapters.montreal.conftest import leave


@pytest.fixture(scope="session")
async def registry_address(make_session_database: Callable[[], Awaitable[str]]) -> tuple[PostgresAdapter, str]:
    """The adapter, and a reference registry to try it on."""
    dsn = await make_session_database()
    await ADAPTER.create(dsn, members=150, seed=1, progress=lambda done, total: None)
    await leave(dsn, 120)
    return ADAPTER, dsn


class TestConformance(ConformanceSuite):
    """Everything is inherited."""
