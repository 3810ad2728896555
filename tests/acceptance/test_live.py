"""Live: what is changed through one gateway reaches who is connected to another, and who comes back misses nothing."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest
import websockets
from pydantic import SecretStr
from starlette.applications import Starlette

from adapters.contract.codes import Level
from adapters.contract.viewers import Purpose
from gateway.access.authentication import Authentication
from gateway.access.viewer import Viewer, ViewerClass
from gateway.app import Gateway, open_directory
from gateway.audit import Disclosures
from gateway.corridor.acts import Act, Acts, Command, Result
from gateway.corridor.agreements import Agreements
from gateway.corridor.consortia import CONSTRAINTS
from gateway.corridor.events import behind, mark, marked, newest
from gateway.corridor.feed import Feed, Pace
from gateway.corridor.ports import ContactState, Profile
from gateway.errors import ClientError
from gateway.execution import facts
from gateway.execution.building import Building
from gateway.execution.composing import Composer
from gateway.execution.interests import InterestActs
from gateway.execution.log import Log
from gateway.execution.operations import Operation
from gateway.execution.registries import AskedRegistries
from gateway.http.application import Backend, application
from gateway.reference import Reference, member_cluster
from gateway.settings import AuthSettings, RatesSettings, RegistrySettings, Settings
from gateway.store import Store
from gateway.vocabulary import Vocabulary
from tests.acceptance.test_consortia import AGREEMENT, HERE, THERE, member
from tests.http.conversation import Conversation, Events
from tests.http.served import Served
from tests.viewers import PARTNER, viewer

SECONDS = 60
FOLLOW = """
    subscription S16_Consortium($id: ID!, $after: ID) {
      consortiumChanged(id: $id, after: $after) {
        eventId at consortium { id state version seats { member { ... on Member { id displayName } } } }
      }
    }
"""
INTERESTS = """
    subscription ($member: ID!, $after: ID) {
      interestChanged(memberId: $member, after: $after) {
        eventId interest { id state from { ... on Member { id } } to { ... on Member { id } } }
      }
    }
"""
MATCHES = """
    subscription ($need: ID!) { matchesForNeed(needId: $need, first: 3) { match { score member { __typename } } } }
"""
DRAFT = """
    mutation ($concept: ConceptURI!) {
      createConsortium(input: {
        title: "Mobilité", lang: "fr-CA", targetMarkets: ["CO"], rules: {minClusters: 2, minMembers: 2},
        requirements: [{key: "iot", concept: $concept, minLevel: AWARENESS}]
      }) { consortium { id version } errors { code message } }
    }
"""
INVITE = """
    mutation ($c: ID!, $m: ID!, $until: DateTime!) {
      inviteToConsortium(consortiumId: $c, memberId: $m, role: PARTNER, covers: [], expiresAt: $until,
        expectedVersion: 1) { consortium { version } errors { code message } }
    }
"""
EXPRESS = """
    mutation ($about: ID!, $ref: String!) {
      expressInterest(aboutId: $about, message: "Bonjour", lang: "fr-CA", shareContactRef: $ref, idempotencyKey: "k") {
        interest { id } errors { code message }
      }
    }
"""
ACCEPT = """
    mutation ($id: ID!, $ref: String!) {
      answerInterest(id: $id, accept: true, shareContactRef: $ref, expectedVersion: 1) {
        interest { id } errors { code message }
      }
    }
"""
LEADER, INVITED, STRANGER, APP, COORDINATOR = "leader", "invited", "stranger", "app", "coordinator"

Cities = tuple[Settings, tuple[Profile, str], tuple[Profile, str]]


@dataclass(frozen=True, slots=True)
class Replicas:
    """Two gateways on one store, and a member of each city. ``viewers`` are known by their names as credentials."""

    urls: tuple[str, str]
    store: Store
    owner: str
    viewers: dict[str, Viewer]
    lead: Profile
    lead_ref: str
    partner: Profile
    partner_ref: str

    async def act(self, url: str, by: str, text: str, **variables: Any) -> Any:
        """The data of an operation by HTTP."""
        async with httpx.AsyncClient(base_url=url, timeout=SECONDS) as client:
            answer = (
                await client.post("/graphql", json={"query": text, "variables": variables}, headers=login(by))
            ).json()
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    async def draft(self, url: str) -> str:
        """A consortium of the first member."""
        concept = max(self.lead.capabilities, key=lambda each: list(Level).index(self.lead.capabilities[each]))
        made = (await self.act(url, LEADER, DRAFT, concept=concept))["createConsortium"]
        assert made["errors"] == []
        return str(made["consortium"]["id"])

    async def invite(self, url: str, consortium: str) -> None:
        """Invites the second."""
        until = f"{datetime.now(UTC) + timedelta(days=30):%Y-%m-%dT%H:%M:%SZ}"
        done = await self.act(url, LEADER, INVITE, c=consortium, m=self.partner.id, until=until)
        assert done["inviteToConsortium"]["errors"] == []

    async def change(self, consortium: str) -> None:
        """Has those who follow a consortium look at it again."""
        key = UUID(Reference.parse(consortium).key)

        async def work(act: Act) -> Result:
            act.tell("Consortium", key, 1, f"Consortium:{key}")
            return {}

        await Acts(self.store, CONSTRAINTS).do(Command(PARTNER, "change", {}), work)

    async def cut(self) -> int:
        """Ends all connections of all gateways to the store; says how many there were."""
        connection = await asyncpg.connect(self.owner)
        ended = await connection.fetch(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where application_name = 'corridor-gateway' and datname = current_database()"
        )
        await connection.close()
        return len(ended)


def login(name: str) -> dict[str, str]:
    return {"authorization": f"Bearer {name}"}


@pytest.fixture
def serve() -> Iterator[Callable[[Starlette], str]]:
    with ExitStack() as running:

        def start(app: Starlette) -> str:
            served = Served(app)
            running.callback(served.stop)
            return served.url

        yield start


def replica(settings: Settings, dsn: str, viewers: dict[str, Viewer], pace: Pace) -> Starlette:
    """One gateway of several on the same store."""
    directory = open_directory(settings)
    store = Store(dsn, timeout=10)
    registries, acts, disclosures = AskedRegistries(directory), Acts(store, CONSTRAINTS), Disclosures(store)
    agreements, feed = Agreements.of(store, lifetime=0), Feed(store, pace)
    clusters = [source.cluster.code for source in directory]
    building = Building.of(
        store,
        acts,
        registries=registries,
        agreements=agreements,
        vocabulary=Vocabulary.load(),
        clusters=clusters,
        compose=Composer().compose,
    )
    gateway = Gateway.of(
        settings,
        directory,
        Log(disclosures),
        corridor=facts.Corridor(
            agreements,
            interests=InterestActs.of(store, acts, registries, agreements, building.consortia.leave_all),
            building=building,
            feed=feed,
        ),
    )
    known = Authentication(AuthSettings(), store, member_cluster)

    async def authenticate(authorization: bytes | None, _looked_up: Callable[[], None] = lambda: None, /) -> Viewer:
        name = (authorization or b"").decode().removeprefix("Bearer ")
        return viewers[name] if name in viewers else await known.viewer(authorization)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        await feed.close()
        await disclosures.close()
        await store.close()
        await directory.close()

    backend = Backend(gateway.run, gateway.operations.stream, lambda: "", authenticate)
    return application(backend, directory, lifespan, settings)


@pytest.fixture(scope="module")
async def cities(city_databases: dict[str, str]) -> AsyncIterator[Cities]:
    """The settings of both cities, and a member of each that would build consortia, with a contact that it shares."""
    settings = Settings(
        registries={
            city: RegistrySettings(dsn=SecretStr(dsn), deadline=15, statement_timeout=10, connect_timeout=5)
            for city, dsn in city_databases.items()
        },
        cursor_secret=SecretStr("only for tests"),
        request_deadline=20,
        rates=RatesSettings(enabled=False),
        match_interval=1,
    )
    directory = open_directory(settings)
    registries = AskedRegistries(directory)
    gateway = Gateway.of(settings, directory)

    async def able(cluster: str) -> tuple[Profile, str]:
        text = "query ($c: [String!]) { members(filter: {clusters: $c}, first: 100) { nodes { id } } }"
        answer = json.loads((await gateway.run(Operation(text, variables={"c": [cluster]}))).body)
        found = await registries.profiles([node["id"] for node in answer["data"]["members"]["nodes"]])
        for each in found.values():
            if isinstance(each, Profile) and Purpose.CONSORTIUM in each.purposes and len(each.capabilities) > 1:
                text = "{ viewer { member { ... on Member { contacts { ref } } } } }"
                own = json.loads((await gateway.run(Operation(text, viewer=member(each.id)))).body)
                for contact in own["data"]["viewer"]["member"]["contacts"]:
                    if await registries.contact(each.id, contact["ref"]) is ContactState.SHAREABLE:
                        return each, str(contact["ref"])
        raise AssertionError("nobody shares a contact")

    yield settings, await able(HERE), await able(THERE)
    await directory.close()


@pytest.fixture
async def corridor(
    cities: Cities,
    store: Store,
    store_dsn: str,
    store_owner: str,
    serve: Callable[[Starlette], str],
) -> Replicas:
    connection = await asyncpg.connect(store_owner)
    await connection.execute(AGREEMENT)
    await connection.execute("update corridor.agreement set purposes = purposes || array['CONTACT_RELEASE']")
    await connection.close()
    settings, (lead, lead_ref), (partner, partner_ref) = cities
    viewers = {
        LEADER: member(lead.id),
        INVITED: member(partner.id),
        STRANGER: viewer(ViewerClass.MEMBER, HERE, Reference("Member", HERE, "nobody").id),
        COORDINATOR: viewer(ViewerClass.COORDINATOR, THERE),
        APP: PARTNER,
    }
    pace = Pace(heartbeat=1, pause=0.01, longest_pause=0.1, opening=SECONDS)
    urls = tuple(serve(replica(settings, store_dsn, viewers, pace)) for _ in range(2))
    return Replicas((urls[0], urls[1]), store, store_owner, viewers, lead, lead_ref, partner, partner_ref)


class Following:
    """A subscription by one way or the other: ``next`` gives the data of its field, or the errors it ended with."""

    def __init__(self, source: Conversation | Events) -> None:
        self._source = source

    async def next(self) -> Any:
        async with asyncio.timeout(SECONDS):
            if isinstance(self._source, Events):
                event = await self._source.next()
                assert event is not None
                kind, answer = event
                assert kind == "next", event
                return next(iter(answer["data"].values())) if answer.get("data") else answer["errors"]
            message = await self._source.hear()
            if message["type"] == "error":
                return message["payload"]
            assert message["type"] == "next", message
            return next(iter(message["payload"]["data"].values()))


@asynccontextmanager
async def by_websocket(url: str, by: str, text: str, variables: dict[str, Any]) -> AsyncIterator[Following]:
    async with Conversation(url, additional_headers=login(by)) as talk:
        await talk.init()
        await talk.subscribe("1", text, variables=variables)
        yield Following(talk)


@asynccontextmanager
async def by_events(url: str, by: str, text: str, variables: dict[str, Any]) -> AsyncIterator[Following]:
    async with httpx.AsyncClient(base_url=url, timeout=SECONDS) as client:
        body = {"query": text, "variables": variables}
        headers = {"accept": "text/event-stream", **login(by)}
        async with client.stream("POST", "/graphql", headers=headers, json=body) as response:
            yield Following(Events(response))


WAYS = [pytest.param(by_websocket, id="websocket"), pytest.param(by_events, id="events")]
Way = Callable[[str, str, str, dict[str, Any]], Any]


@pytest.mark.parametrize("way", WAYS)
async def test_a_change_through_one_gateway_reaches_who_is_connected_to_another(corridor: Replicas, way: Way) -> None:
    here, there = corridor.urls
    consortium = await corridor.draft(here)
    async with way(there, LEADER, FOLLOW, {"id": consortium}) as following:
        begun = await following.next()
        assert begun["consortium"]["version"] == 1
        await corridor.invite(here, consortium)
        told = await following.next()
        assert told["consortium"]["version"] == 2
        names = [seat["member"] for seat in told["consortium"]["seats"]]
        assert {each["id"] for each in names} == {corridor.lead.id, corridor.partner.id}
        assert all(each["displayName"] for each in names)
        disclosed = await corridor.store.fetch(
            "select members from corridor.disclosure where viewer = $1 and cluster = $2",
            corridor.viewers[LEADER].id,
            THERE,
        )
        assert any(corridor.partner.id in row["members"] for row in disclosed), "it is logged before it is told"
    async with way(here, LEADER, FOLLOW, {"id": consortium, "after": begun["eventId"]}) as following:
        again = await following.next()
    assert again == told


@pytest.mark.parametrize("way", WAYS)
async def test_a_client_that_comes_back_misses_nothing_of_a_storm(corridor: Replicas, way: Way) -> None:
    """Its own connection and all of the gateways' connections to the store are cut again and again."""
    consortium = await corridor.draft(corridor.urls[0])
    topic = f"Consortium:{Reference.parse(consortium).key}"
    heard: list[int] = []
    done = asyncio.Event()

    async def storm() -> None:
        for number in range(60):
            if number % 12 == 6:
                await corridor.cut()
            try:
                await corridor.change(consortium)
            except ClientError:  # its own connection was cut: nobody knows whether it was done
                continue
        done.set()

    async def follow() -> None:
        visits = 0
        while not done.is_set() or heard[-1] < await newest(corridor.store):
            visits += 1
            variables = {"id": consortium} | ({"after": mark(heard[-1])} if heard else {})
            async with way(corridor.urls[visits % 2], LEADER, FOLLOW, variables) as following:
                if not heard:
                    heard.append(marked((await following.next())["eventId"]))
                    storming.set()
                for _ in range(7):  # then it goes away without a word
                    if done.is_set() and heard[-1] >= await newest(corridor.store):
                        break
                    told = await following.next()
                    if isinstance(told, list):
                        assert told[0]["extensions"]["code"] == "STORE_UNAVAILABLE", told
                        break
                    heard.append(marked(told["eventId"]))

    storming = asyncio.Event()
    async with asyncio.timeout(SECONDS), asyncio.TaskGroup() as group:
        group.create_task(follow())
        await storming.wait()
        group.create_task(storm())
    stored = [each.id for each in await behind(corridor.store, heard[0], [topic], 1000)]
    assert len(stored) >= 50
    assert heard[1:] == stored


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("by", "code"), [(STRANGER, "NOT_FOUND"), (COORDINATOR, "NOT_FOUND"), (APP, "FORBIDDEN"), ("nobody", None)]
)
async def test_who_may_not_know_of_it_cannot_follow_it(corridor: Replicas, way: Way, by: str, code: str | None) -> None:
    consortium = await corridor.draft(corridor.urls[0])
    unknown = Reference("Consortium", "corridor", str(UUID(int=7))).id
    if code is None:
        with pytest.raises((websockets.InvalidStatus, StopIteration, json.JSONDecodeError, AssertionError)):
            async with way(corridor.urls[0], by, FOLLOW, {"id": consortium}) as following:
                await following.next()
        return
    answers = []
    for id_ in (consortium, unknown):
        async with way(corridor.urls[0], by, FOLLOW, {"id": id_}) as following:
            answers.append(await following.next())
    assert answers[0] == answers[1], "nobody learns whether there is one"
    assert answers[0][0]["extensions"]["code"] == code


@pytest.mark.parametrize("way", WAYS)
async def test_who_loses_the_right_to_know_of_it_is_told_no_more(corridor: Replicas, way: Way) -> None:
    here, there = corridor.urls
    consortium = await corridor.draft(here)
    await corridor.invite(here, consortium)
    async with way(there, INVITED, FOLLOW, {"id": consortium}) as following:
        assert (await following.next())["consortium"]["id"] == consortium
        connection = await asyncpg.connect(corridor.owner)
        await connection.execute("delete from corridor.seat where member = $1", corridor.partner.id)
        await connection.close()
        await corridor.change(consortium)
        assert (await following.next())[0]["extensions"]["code"] == "NOT_FOUND"


@pytest.mark.parametrize(
    ("variables", "code"),
    [
        ({"id": "x"}, "BAD_ID"),
        ({"id": Reference("Consortium", "corridor", "x").id}, "NOT_FOUND"),
        ({"id": Reference("Seat", "corridor", str(UUID(int=7))).id}, "NOT_FOUND"),
        ({"after": "7"}, "BAD_CURSOR"),
        ({"after": mark(10**9)}, "BAD_CURSOR"),
        ({"after": ""}, "BAD_CURSOR"),
    ],
)
async def test_what_cannot_be_followed(corridor: Replicas, variables: dict[str, str], code: str) -> None:
    given = {"id": await corridor.draft(corridor.urls[0])} | variables
    async with by_websocket(corridor.urls[0], LEADER, FOLLOW, given) as following:
        assert (await following.next())[0]["extensions"]["code"] == code


async def test_after_what_is_kept_no_more(corridor: Replicas) -> None:
    consortium = await corridor.draft(corridor.urls[0])
    await corridor.change(consortium)
    connection = await asyncpg.connect(corridor.owner)
    await connection.execute("update corridor.event set at = at - interval '40 days'")
    await connection.execute("select corridor.forget_events(30, 100)")
    await connection.close()
    async with by_events(corridor.urls[0], LEADER, FOLLOW, {"id": consortium, "after": mark(1)}) as following:
        assert (await following.next())[0]["extensions"]["code"] == "EVENTS_GONE"


@pytest.mark.parametrize("way", WAYS)
async def test_both_sides_and_their_clusters_hear_of_an_interest(corridor: Replicas, way: Way) -> None:
    here, there = corridor.urls
    sent, received = {"member": corridor.lead.id}, {"member": corridor.partner.id}
    async with (
        way(there, LEADER, INTERESTS, sent) as sender,
        way(there, INVITED, INTERESTS, received) as receiver,
        way(there, COORDINATOR, INTERESTS, received) as cluster,
    ):
        everybody = (sender, receiver, cluster)
        for each in everybody:
            assert (await each.next())["interest"] is None, "where it begins"
        made = (await corridor.act(here, LEADER, EXPRESS, about=corridor.partner.id, ref=corridor.lead_ref))[
            "expressInterest"
        ]
        assert made["errors"] == []
        for each in everybody:
            assert (await each.next())["interest"] == {
                "id": made["interest"]["id"],
                "state": "SUBMITTED",
                "from": {"id": corridor.lead.id},
                "to": {"id": corridor.partner.id},
            }
        done = await corridor.act(here, INVITED, ACCEPT, id=made["interest"]["id"], ref=corridor.partner_ref)
        assert done["answerInterest"]["errors"] == []
        for each in everybody:
            assert (await each.next())["interest"]["state"] == "MUTUAL"


@pytest.mark.parametrize("by", [STRANGER, INVITED, COORDINATOR, APP])
async def test_the_interests_of_another_member_cannot_be_followed(corridor: Replicas, by: str) -> None:
    async with by_websocket(corridor.urls[0], by, INTERESTS, {"member": corridor.lead.id}) as following:
        assert (await following.next())[0]["extensions"]["code"] == ("FORBIDDEN" if by == APP else "NOT_FOUND")


async def test_many_who_wait_leave_room_for_requests(corridor: Replicas) -> None:
    """A subscription that waits for news takes no place among the operations that run."""
    consortium = await corridor.draft(corridor.urls[0])
    async with by_websocket(corridor.urls[0], LEADER, FOLLOW, {"id": consortium}) as following:
        after = (await following.next())["eventId"]
    async with Conversation(corridor.urls[0], additional_headers=login(LEADER)) as talk:
        await talk.init()
        for number in range(20):
            await talk.subscribe(str(number), FOLLOW, variables={"id": consortium, "after": after})
        await corridor.invite(corridor.urls[1], consortium)
        async with asyncio.timeout(SECONDS):
            told = [await talk.hear() for _ in range(20)]
    assert {each["id"] for each in told} == {str(number) for number in range(20)}
    assert {each["payload"]["data"]["consortiumChanged"]["consortium"]["version"] for each in told} == {2}
