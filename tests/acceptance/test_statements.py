"""What a request costs in statements, counted where they are sent: in each registry, and on the store's connections."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any
from uuid import uuid4

import asyncpg
import orjson
import pytest

from adapters.contract.codes import Level
from adapters.contract.registry import Limits
from adapters.contract.trace import Trace
from adapters.contract.viewers import Purpose
from gateway.access.viewer import Viewer, ViewerClass
from gateway.app import Gateway
from gateway.audit import Disclosures
from gateway.corridor.acts import Acts
from gateway.corridor.agreements import Agreements
from gateway.corridor.consortium import Requirement, Rules, global_id
from gateway.corridor.ports import Profile
from gateway.execution.building import Building
from gateway.execution.composing import Composer
from gateway.execution.facts import Corridor
from gateway.execution.interests import InterestActs
from gateway.execution.log import Log
from gateway.execution.operations import Operation
from gateway.execution.registries import AskedRegistries
from gateway.federation.directory import Directory, Source
from gateway.reference import Reference
from gateway.settings import Settings
from gateway.store import Connection, Store
from gateway.vocabulary import Vocabulary
from tests.agreements import agree
from tests.boundless import BOUNDLESS
from tests.viewers import PARTNER, viewer

HERE, THERE = "technomontreal", "canieti-occidente"
SEATS = 12
PROFILE = "id displayName sector orgType founded city country updatedAt"
CONSORTIUM = f"""
    id title {{ text lang }} state formable version
    requirements {{ requirement {{ key }} covered coveredBy {{ id }} pendingBy {{ id }} }}
    blockers {{ code nodes }}
    lead {{ id }}
    seats {{ id role state covers member {{ ... on Member {{ {PROFILE} }} }} }}
"""
MATCHES = f"""
    nodes {{
      score oneSided reasons {{ code points maxPoints text }} unmet {{ key }}
      member {{ ... on Member {{ {PROFILE} }} }}
    }}
"""


@dataclass(frozen=True, slots=True)
class Counted:
    """A gateway whose registries and store tell of every statement, with members to build consortia of."""

    gateway: Gateway
    store: str
    members: Sequence[str]
    """Global IDs, of the two cities in turns."""
    capable: str
    """A concept that some of them are capable of."""
    in_registries: list[Trace] = field(default_factory=list)
    in_store: list[str] = field(default_factory=list)

    async def run(self, text: str, **variables: Any) -> Any:
        """The data of an operation of the first member, asked again once all that is kept for a while is there."""
        await self._data(text, variables)
        await asyncio.sleep(0)  # the driver tells of a statement in the next turn of the loop
        self.in_registries.clear()
        self.in_store.clear()
        found = await self._data(text, variables)
        await asyncio.sleep(0)
        return found

    async def consortia(self, number: int) -> list[str]:
        """So many consortia of twelve members of both cities, six a city, with the first as their lead."""
        made = []
        async with self.owner() as connection:
            for _ in range(number):
                key = uuid4()
                made.append(global_id("Consortium", key))
                await connection.execute(
                    "insert into corridor.consortium"
                    " (id, cluster, title, lang, target_markets, requirements, rules, state)"
                    " values ($1, $2, 'Twelve', 'en', '{CO}', $3, $4, 'RECRUITING')",
                    key,
                    HERE,
                    orjson.dumps([Requirement("one", self.capable, Level.AWARENESS).stored]).decode(),
                    orjson.dumps(Rules().stored).decode(),
                )
                await connection.executemany(
                    "insert into corridor.seat (id, consortium, member, cluster, role, state, covers)"
                    " values (gen_random_uuid(), $1, $2, $3, $4, 'ACCEPTED', '{one}')",
                    [
                        (key, each, Reference.parse(each).cluster, "PARTNER" if place else "LEAD")
                        for place, each in enumerate(self.members)
                    ],
                )
        return made

    @asynccontextmanager
    async def owner(self) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
        """A connection beside, for the login that owns the store."""
        connection = await asyncpg.connect(self.store)
        try:
            yield connection
        finally:
            await connection.close()

    def costs(self) -> Mapping[str, int]:
        """Statements by registry."""
        return Counter(trace.cluster for trace in self.in_registries)

    def reads(self) -> list[str]:
        """The statements of the store that read; what is left of them writes the disclosure log."""
        return [each for each in self.in_store if not _of_the_log(each)]

    def writes(self) -> list[str]:
        """The statements that write the disclosure log."""
        return [each for each in self.in_store if _of_the_log(each)]

    async def _data(self, text: str, variables: Mapping[str, Any]) -> Any:
        asked = Operation(text, variables=variables, viewer=_member(self.members[0]))
        answer = json.loads((await self.gateway.run(asked)).body)
        assert "errors" not in answer, answer["errors"]
        return answer["data"]


def _of_the_log(statement: str) -> bool:
    return "corridor.disclose(" in statement


def _member(id_: str) -> Viewer:
    cluster = Reference.parse(id_).cluster
    found = viewer(ViewerClass.MEMBER, cluster, id_)
    return Viewer(found.kind, f"key:{id_[-12:]}", found.organisation, cluster, id_, found.scopes)


class Told(Store):
    """A store that tells of every statement on its connections."""

    def __init__(self, dsn: str, told: list[str]) -> None:
        super().__init__(dsn, timeout=10)
        self._told = told

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """Watched as long as it is used."""
        async with super().connection() as connection:
            with connection.query_logger(self._tell):
                yield connection

    @asynccontextmanager
    async def apart(self) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
        """Watched as long as it is open: the disclosure log is written on such a one."""
        async with super().apart() as connection:
            with connection.query_logger(self._tell):
                yield connection

    def _tell(self, statement: asyncpg.connection.LoggedQuery) -> None:
        self._told.append(statement.query)


@pytest.fixture
async def counted(city_databases: dict[str, str], store_dsn: str, store_owner: str) -> AsyncIterator[Counted]:
    """Twelve members that consent to consortia, six a city, and an agreement in force."""
    await agree(store_owner)
    traces: list[Trace] = []
    told: list[str] = []
    directory = Directory.of(
        *(
            Source(import_module(f"adapters.{city}").ADAPTER.trace(dsn, Limits(5, 5, 30), traces.append), deadline=30)
            for city, dsn in city_databases.items()
        )
    )
    store = Told(store_dsn, told)
    registries, agreements = AskedRegistries(directory), Agreements.of(store, lifetime=3600)
    disclosures, acts = Disclosures(store), Acts(store, {})
    building = Building.of(
        store,
        acts,
        registries=registries,
        agreements=agreements,
        vocabulary=Vocabulary.load(),
        clusters=[HERE, THERE],
        compose=Composer().compose,
    )
    interests = InterestActs.of(store, acts, registries, agreements, building.consortia.leave_all)
    settings = Settings(cursor_secret="for tests only", request_deadline=60, **BOUNDLESS)  # type: ignore[arg-type]
    corridor = Corridor(agreements, interests=interests, building=building)
    gateway = Gateway.of(settings, directory, Log(disclosures), corridor=corridor)
    able = [await _able(gateway, registries, cluster) for cluster in (HERE, THERE)]
    members = [each.id for pair in zip(*able, strict=True) for each in pair]
    yield Counted(gateway, store_owner, members, next(iter(able[0][0].capabilities)), traces, told)
    await disclosures.close()
    await store.close()
    await directory.close()


async def _able(gateway: Gateway, registries: AskedRegistries, cluster: str) -> list[Profile]:
    """Half of a consortium: members of a cluster that consent to consortia and are capable of something."""
    text = "query ($c: [String!]) { members(filter: {clusters: $c}, first: 100) { nodes { id } } }"
    answer = json.loads((await gateway.run(Operation(text, variables={"c": [cluster]}, viewer=PARTNER))).body)
    found = await registries.profiles([node["id"] for node in answer["data"]["members"]["nodes"]])
    able = [
        each
        for each in found.values()
        if isinstance(each, Profile) and Purpose.CONSORTIUM in each.purposes and each.capabilities
    ]
    return able[: SEATS // 2]


async def test_a_consortium_of_twelve_takes_two_statements_a_registry_and_one_of_the_store(counted: Counted) -> None:
    (id_,) = await counted.consortia(1)
    data = await counted.run(f"query ($id: ID!) {{ node(id: $id) {{ ... on Consortium {{ {CONSORTIUM} }} }} }}", id=id_)
    consortium = data["node"]
    assert len(consortium["seats"]) == SEATS
    assert all(seat["member"]["displayName"] for seat in consortium["seats"])
    assert consortium["requirements"][0]["coveredBy"]
    assert max(counted.costs().values()) <= 2
    assert set(counted.costs()) == {HERE, THERE}
    assert len(counted.reads()) == 1, counted.reads()
    assert len(counted.writes()) == 1, counted.writes()


@pytest.mark.parametrize("number", [1, 10])
async def test_a_page_of_consortia_takes_no_more(counted: Counted, number: int) -> None:
    made = await counted.consortia(number)
    data = await counted.run(f"{{ viewer {{ consortia(first: 10) {{ {CONSORTIUM} }} }} }}")
    assert {each["id"] for each in data["viewer"]["consortia"]} == set(made)
    assert {len(each["seats"]) for each in data["viewer"]["consortia"]} == {SEATS}
    assert max(counted.costs().values()) <= 2
    assert set(counted.costs()) == {HERE, THERE}
    assert len(counted.reads()) == 1, counted.reads()
    assert len(counted.writes()) == 1, counted.writes()


async def test_nodes_take_no_more(counted: Counted) -> None:
    made = await counted.consortia(3)
    text = f"query ($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on Consortium {{ {CONSORTIUM} }} }} }}"
    data = await counted.run(text, ids=made)
    assert [each["id"] for each in data["nodes"]] == made
    assert max(counted.costs().values()) <= 2
    assert len(counted.reads()) == 1, counted.reads()


async def test_titles_histories_and_opportunities_are_one_statement_each(counted: Counted) -> None:
    await counted.consortia(10)
    await counted.run("{ viewer { consortia(first: 10) { id history { at to } opportunity { id } } } }")
    assert len(counted.reads()) == 2, counted.reads()  # the consortia, and the histories of all
    assert counted.in_registries == []


async def test_matches_with_profiles_take_three_statements_a_registry(counted: Counted) -> None:
    """The asker (of its own registry alone), the match, and the profiles of those on the page."""
    for cluster in (HERE, THERE):
        asker = next(each for each in counted.members if Reference.parse(each).cluster == cluster)
        found = f"query ($id: ID!) {{ partnerMatches(memberId: $id, first: 10) {{ {MATCHES} }} }}"
        data = await counted.run(found, id=asker)
        matches = data["partnerMatches"]["nodes"]
        assert len(matches) == 10
        assert all(each["reasons"] and each["member"]["displayName"] for each in matches)
        other = HERE if cluster == THERE else THERE
        assert counted.costs()[cluster] <= 3
        assert counted.costs()[other] <= 2
        assert counted.reads() == []
        assert len(counted.writes()) == 1


async def test_interests_with_profiles_take_one_statement_a_registry(counted: Counted) -> None:
    sender, *others = counted.members
    async with counted.owner() as connection:
        await connection.executemany(
            "insert into corridor.interest (id, about, anonymous, sender, sender_cluster, sender_contact, receiver,"
            " receiver_cluster, lang, state, submitted_at, arrived_at, expires_at)"
            " values (gen_random_uuid(), $1, false, $2, $3, 'one', $1, $4, 'en', 'SUBMITTED', now(), now(),"
            " now() + interval '1 day')",
            [(each, sender, HERE, Reference.parse(each).cluster) for each in others],
        )
    party = f"{{ ... on Member {{ {PROFILE} }} }}"
    data = await counted.run(f"{{ viewer {{ interests(first: 100) {{ id state from {party} to {party} }} }} }}")
    assert len(data["viewer"]["interests"]) == len(others)
    assert max(counted.costs().values()) <= 2
    assert len(counted.reads()) == 2, counted.reads()  # which they are, and what they are
    assert len(counted.writes()) == 1
