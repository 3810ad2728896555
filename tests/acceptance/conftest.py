"""The gateway over both cities' reference registries."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from importlib import import_module
from typing import Any

import pytest

from adapters.contract.codes import Visibility
from adapters.contract.registry import Limits, Registry
from adapters.contract.request import Ordering, PageRequest, Where
from adapters.contract.viewers import Purpose
from adapters.kit.memory import MemoryRegistry
from adapters.kit.memory.sample import sample_tables
from gateway.access.viewer import Viewer
from gateway.app import Gateway
from gateway.audit import Disclosures
from gateway.corridor import consortia, interest
from gateway.corridor.acts import Acts
from gateway.corridor.agreements import Agreements, read_agreements
from gateway.execution import facts
from gateway.execution.building import Building
from gateway.execution.composing import Composer
from gateway.execution.interests import InterestActs
from gateway.execution.log import Log
from gateway.execution.operations import Operation
from gateway.execution.registries import AskedRegistries
from gateway.federation.directory import Directory, Source
from gateway.reference import Reference
from gateway.store import Store
from gateway.vocabulary import Vocabulary
from schemas.codes import DataCategory
from tests.acceptance.clusters import HOME, SETTINGS, THIRD, Asked, Corridor
from tests.acceptance.meeting import Meeting, sharing, wanted
from tests.acceptance.table import HERE, THERE, Table, able, agreement
from tests.agreements import agreed
from tests.copied import copied, known_to_registries
from tests.federation.registries import cluster
from tests.viewers import PARTNER, Notes

Ask = Callable[..., Awaitable[Any]]


def opened(databases: dict[str, str]) -> Directory:
    """The registries at these addresses, by city."""
    return Directory.of(
        *(
            Source(import_module(f"adapters.{city}").ADAPTER.open(dsn, Limits(5, 5, 30)), deadline=30)
            for city, dsn in databases.items()
        )
    )


@pytest.fixture(scope="session")
async def gateway(city_databases: dict[str, str]) -> AsyncIterator[Gateway]:
    """A gateway with generous deadlines, for tests of meaning."""
    directory = opened(city_databases)
    yield Gateway.of(SETTINGS, directory, Notes(), corridor=agreed(directory))
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


async def agree(dsn: str, purpose: Purpose, category: DataCategory) -> None:
    """Puts an agreement between the two clusters into a store."""
    owner = Store(dsn, timeout=10)
    await owner.execute(agreement(purpose, category))
    await owner.close()


@pytest.fixture
async def table(city_databases: dict[str, str], store: Store, store_owner: str) -> AsyncIterator[Table]:
    await agree(store_owner, Purpose.CONSORTIUM, DataCategory.ORGANISATION)
    directory = opened(city_databases)
    registries = AskedRegistries(directory)
    agreements = Agreements(lambda: read_agreements(store), lifetime=0)
    disclosures = Disclosures(store)
    clusters = [source.cluster.code for source in directory]
    building = Building.of(
        store,
        Acts(store, consortia.CONSTRAINTS),
        registries=registries,
        agreements=agreements,
        vocabulary=Vocabulary.load(),
        clusters=clusters,
        compose=Composer().compose,
    )
    gateway = Gateway.of(SETTINGS, directory, Log(disclosures), corridor=facts.Corridor(agreements, building=building))
    lead, partner = [await able(gateway, registries, cluster) for cluster in (HERE, THERE)]
    yield Table(gateway, store, lead, partner)
    await disclosures.close()
    await directory.close()


@pytest.fixture(params=[False, True], ids=["named", "anonymous"])
async def meeting(
    request: pytest.FixtureRequest, city_databases: dict[str, str], store: Store, store_owner: str
) -> AsyncIterator[Meeting]:
    await agree(store_owner, Purpose.CONTACT_RELEASE, DataCategory.BUSINESS_CONTACT)
    directory = opened(city_databases)
    registries = AskedRegistries(directory)
    agreements = Agreements(lambda: read_agreements(store), lifetime=0)
    disclosures = Disclosures(store)

    async def leave(_act: object, _member: str) -> tuple[str, ...]:
        return ()

    acts = InterestActs.of(store, Acts(store, interest.CONSTRAINTS), registries, agreements, leave)
    gateway = Gateway.of(SETTINGS, directory, Log(disclosures), corridor=facts.Corridor(agreements, interests=acts))
    sender, sender_ref = await sharing(gateway, registries, HERE)
    need, receiver, receiver_ref = await wanted(gateway, registries, anonymous=request.param)
    yield Meeting(gateway, store, sender, sender_ref, receiver, receiver_ref, need, request.param)
    await disclosures.close()
    await directory.close()
