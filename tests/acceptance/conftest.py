"""The gateway over both cities' reference registries."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from importlib import import_module
from typing import Any

import pytest

from adapters.contract.codes import Visibility
from adapters.contract.registry import Limits, Registry
from adapters.contract.request import Ordering, PageRequest, Where
from adapters.kit.memory import MemoryRegistry
from adapters.kit.memory.sample import sample_tables
from gateway.access.viewer import Viewer
from gateway.app import Gateway
from gateway.audit import Disclosures
from gateway.corridor.acts import Acts
from gateway.corridor.agreements import Agreements, read_agreements
from gateway.corridor.consortia import CONSTRAINTS
from gateway.execution import facts
from gateway.execution.building import Building
from gateway.execution.composing import Composer
from gateway.execution.log import Log
from gateway.execution.operations import Operation
from gateway.execution.registries import AskedRegistries
from gateway.federation.directory import Directory, Source
from gateway.reference import Reference
from gateway.settings import Settings
from gateway.store import Store
from gateway.vocabulary import Vocabulary
from tests.acceptance.clusters import HOME, THIRD, Asked, Corridor
from tests.acceptance.table import AGREEMENT, HERE, THERE, Table, able
from tests.agreements import agreed
from tests.boundless import BOUNDLESS
from tests.copied import copied, known_to_registries
from tests.federation.registries import cluster
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


@pytest.fixture
async def corridor(city_databases: dict[str, str], store: Store) -> AsyncIterator[Corridor]:
    """A gateway over three clusters that have agreed on nothing yet."""
    adapters = {city: import_module(f"adapters.{city}").ADAPTER for city in city_databases}
    opened: list[Registry] = [adapters[city].open(dsn, Limits(5, 5, 30)) for city, dsn in city_databases.items()]
    opened.append(MemoryRegistry(cluster(THIRD), sample_tables(HOME, 20, seed=5)))
    registries = {each.cluster.code: Asked(each) for each in opened}
    members = {}
    for code, asked in registries.items():
        (row, *_) = await asked.registry.page(
            PageRequest(Where("member", view=Visibility.CORRIDOR), Ordering("NAME"), 1)
        )
        members[code] = Reference("Member", code, row.key).id
    made = Corridor(registries, store, members)
    yield made
    await made.disclosures.close()
    for each in opened:
        await each.close()


@pytest.fixture
async def table(city_databases: dict[str, str], store: Store, store_owner: str) -> AsyncIterator[Table]:
    owner = Store(store_owner, timeout=10)
    await owner.execute(AGREEMENT)
    await owner.close()
    directory = Directory.of(
        *(
            Source(import_module(f"adapters.{city}").ADAPTER.open(dsn, Limits(5, 5, 30)), deadline=30)
            for city, dsn in city_databases.items()
        )
    )
    registries = AskedRegistries(directory)
    agreements = Agreements(lambda: read_agreements(store), lifetime=0)
    disclosures = Disclosures(store)
    clusters = [source.cluster.code for source in directory]
    building = Building.of(
        store,
        Acts(store, CONSTRAINTS),
        registries=registries,
        agreements=agreements,
        vocabulary=Vocabulary.load(),
        clusters=clusters,
        compose=Composer().compose,
    )
    settings = Settings(cursor_secret="for tests only", request_deadline=60, **BOUNDLESS)  # type: ignore[arg-type]
    gateway = Gateway.of(settings, directory, Log(disclosures), corridor=facts.Corridor(agreements, building=building))
    lead, partner = [await able(gateway, registries, cluster) for cluster in (HERE, THERE)]
    yield Table(gateway, store, lead, partner)
    await disclosures.close()
    await directory.close()
