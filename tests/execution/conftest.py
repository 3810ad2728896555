"""Two gateways over the same rows: one over Postgres, one over what Postgres holds, in memory."""

from collections.abc import AsyncIterator
from importlib import import_module

import pytest

from adapters.contract.registry import Limits
from adapters.kit.memory import snapshot
from gateway.app import Gateway
from gateway.federation.directory import Directory, Source
from gateway.settings import Settings

SETTINGS = Settings(
    cursor_secret="for tests only", max_tokens=100_000, max_depth=50, max_fields=100_000, request_deadline=60
)  # type: ignore[arg-type]


@pytest.fixture(scope="session")
async def over_postgres(city_databases: dict[str, str]) -> AsyncIterator[Gateway]:
    """The gateway as it runs: texts from Postgres, spliced."""
    directory = Directory.of(
        *(
            Source(import_module(f"adapters.{city}").ADAPTER.open(dsn, Limits(5, 5, 30)), deadline=30)
            for city, dsn in city_databases.items()
        )
    )
    yield Gateway.of(SETTINGS, directory)
    await directory.close()


@pytest.fixture(scope="session")
async def in_memory(over_postgres: Gateway) -> Gateway:
    """The same rows as objects, walked field by field by graphql-core."""
    sources = [Source(await snapshot(source.registry), deadline=30) for source in over_postgres.directory]  # type: ignore[arg-type]
    return Gateway.of(SETTINGS, Directory.of(*sources))
