"""Gateways on one store, each with its own port, and those who follow what is changed through any of them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest
from starlette.applications import Starlette

from adapters.contract.codes import Level
from gateway.access.authentication import Authentication
from gateway.access.viewer import Viewer
from gateway.app import Gateway, open_directory
from gateway.audit import Disclosures
from gateway.corridor.acts import Act, Acts, Command, Result
from gateway.corridor.agreements import Agreements
from gateway.corridor.consortia import CONSTRAINTS
from gateway.corridor.feed import Feed, Pace
from gateway.corridor.interests import Rules
from gateway.corridor.ports import Profile
from gateway.execution import facts
from gateway.execution.building import Building
from gateway.execution.composing import Composer
from gateway.execution.interests import InterestActs
from gateway.execution.log import Log
from gateway.execution.registries import AskedRegistries
from gateway.http.application import Backend, application
from gateway.reference import Reference, member_cluster
from gateway.settings import AuthSettings, Settings
from gateway.store import Store
from gateway.vocabulary import Vocabulary
from tests.http.conversation import Conversation, Events
from tests.viewers import PARTNER

SECONDS = 60
FOLLOW = """
    subscription S16_Consortium($id: ID!, $after: ID) {
      consortiumChanged(id: $id, after: $after) {
        eventId at consortium { id state version seats { member { ... on Member { id displayName } } } }
      }
    }
"""
INTERESTS = """
    subscription ($member: ID, $after: ID) {
      interestChanged(memberId: $member, after: $after) {
        eventId interest { id state from { ... on Member { id } } to { ... on Member { id } } }
      }
    }
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
REVOKE = "mutation ($id: ID!) { revokeSeat(seatId: $id, expectedVersion: 1) { errors { code message } } }"
SCREEN = """
    mutation ($id: ID!) {
      screenInterest(id: $id, forward: true, expectedVersion: 1) { errors { code message } }
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
        # There is no TLS here, and to read whom to trust takes longer than a request.
        async with httpx.AsyncClient(base_url=url, timeout=SECONDS, verify=False) as client:
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


def replica(settings: Settings, dsn: str, viewers: dict[str, Viewer], pace: Pace, rules: Rules) -> Starlette:
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
            interests=InterestActs.of(store, acts, registries, agreements, building.consortia.leave_all, rules),
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
