"""The gateway over both cities' reference registries."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from importlib import import_module
from typing import Any

import pytest

from adapters.contract.registry import Limits
from gateway.access.viewer import Viewer
from gateway.app import Gateway
from gateway.execution.operations import Operation
from gateway.federation.directory import Directory, Source
from gateway.settings import Settings
from tests.agreements import agreed
from tests.boundless import BOUNDLESS
from tests.copied import copied, known_to_registries
from tests.viewers import PARTNER, Notes

Ask = Callable[..., Awaitable[Any]]


@pytest.fixture(scope="session")
async def gateway(city_databases: dict[str, str]) -> AsyncIterator[Gateway]:
    """A gateway with generous deadlines, for tests of meaning."""
    directory = Directory.of(
        *(
            Source(import_module(f"adapters.{city}").ADAPTER.open(dsn, Limits(5, 5, 30)), deadline=30)
            for city, dsn in city_databases.items()
        )
    )
    settings = Settings(cursor_secret="for tests only", request_deadline=60, **BOUNDLESS)  # type: ignore[arg-type]
    yield Gateway.of(settings, directory, Notes(), corridor=agreed(directory))
    await directory.close()


@pytest.fixture(scope="session")
async def registry_values(city_databases: dict[str, str]) -> frozenset[str]:
    """What the registries of the tests know of their members."""
    return await known_to_registries(city_databases)


@pytest.fixture
async def store_owner(store_owner: str, registry_values: frozenset[str]) -> AsyncIterator[str]:
    """The store of a test, which is looked through after it: invariant 15 holds whatever was done."""
    yield store_owner
    assert await copied(store_owner, registry_values) == []


def asking(gateway: Gateway, viewer: Viewer) -> Ask:
    """Runs operations of a viewer that have to succeed, and gives their data."""

    async def run(text: str, **variables: Any) -> Any:
        answer = json.loads((await gateway.run(Operation(text, variables=variables, viewer=viewer))).body)
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    return run


@pytest.fixture
def ask(gateway: Gateway) -> Ask:
    """Asks as a partner."""
    return asking(gateway, PARTNER)
