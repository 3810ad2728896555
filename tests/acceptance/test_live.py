"""Live: what is changed through one gateway reaches who is connected to another, and who comes back misses nothing."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack
from uuid import UUID

import asyncpg
import pytest
import websockets
from pydantic import SecretStr
from starlette.applications import Starlette

from adapters.contract.viewers import Purpose
from gateway.access.viewer import ViewerClass
from gateway.app import Gateway, open_directory
from gateway.corridor.events import behind, mark, marked, newest
from gateway.corridor.feed import Pace
from gateway.corridor.interests import Rules
from gateway.corridor.ports import ContactState, Profile
from gateway.errors import ClientError
from gateway.execution.operations import Operation
from gateway.execution.registries import AskedRegistries
from gateway.reference import Reference
from gateway.settings import RatesSettings, RegistrySettings, Settings
from gateway.store import Store
from schemas.codes import DataCategory
from tests.acceptance.replicas import (
    ACCEPT,
    APP,
    COORDINATOR,
    EXPRESS,
    FOLLOW,
    INTERESTS,
    INVITED,
    LEADER,
    REVOKE,
    SCREEN,
    SECONDS,
    STRANGER,
    WAYS,
    Cities,
    Replicas,
    Way,
    by_events,
    by_websocket,
    login,
    replica,
)
from tests.acceptance.table import HERE, THERE, agreement, member
from tests.http.conversation import Conversation
from tests.http.served import Served
from tests.viewers import PARTNER, viewer


@pytest.fixture
def serve() -> Iterator[Callable[[Starlette], str]]:
    with ExitStack() as running:

        def start(app: Starlette) -> str:
            served = Served(app)
            running.callback(served.stop)
            return served.url

        yield start


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
def rules() -> Rules:
    return Rules()


@pytest.fixture
async def corridor(
    cities: Cities,
    store: Store,
    store_dsn: str,
    store_owner: str,
    serve: Callable[[Starlette], str],
    rules: Rules,
) -> Replicas:
    connection = await asyncpg.connect(store_owner)
    await connection.execute(agreement(Purpose.CONSORTIUM, DataCategory.ORGANISATION))
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
    urls = tuple(serve(replica(settings, store_dsn, viewers, pace, rules)) for _ in range(2))
    return Replicas((urls[0], urls[1]), store, store_owner, viewers, lead, lead_ref, partner, partner_ref)


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
    last = mark(await newest(corridor.store))
    for given in ({"id": consortium}, {"id": unknown}, {"id": consortium, "after": last}):
        async with way(corridor.urls[0], by, FOLLOW, given) as following:
            answers.append(await following.next())
    assert answers[0] == answers[1] == answers[2], "nobody learns whether there is one, or when something happens to it"
    assert answers[0][0]["extensions"]["code"] == code


@pytest.mark.parametrize("way", WAYS)
async def test_who_loses_the_right_to_know_of_it_is_told_no_more(corridor: Replicas, way: Way) -> None:
    here, there = corridor.urls
    consortium = await corridor.draft(here)
    await corridor.invite(here, consortium)
    async with way(there, INVITED, FOLLOW, {"id": consortium}) as following:
        assert (await following.next())["consortium"]["id"] == consortium
        (seat,) = await corridor.store.fetch("select id from corridor.seat where member = $1", corridor.partner.id)
        ended = await corridor.act(here, LEADER, REVOKE, id=Reference("Seat", "corridor", str(seat["id"])).id)
        assert ended["revokeSeat"]["errors"] == []
        assert (await following.next())[0]["extensions"]["code"] == "NOT_FOUND"


@pytest.mark.parametrize(
    ("variables", "code"),
    [
        ({"id": "x"}, "BAD_ID"),
        ({"id": Reference("Consortium", "corridor", "x").id}, "BAD_ID"),
        ({"id": Reference("Seat", "corridor", str(UUID(int=7))).id}, "BAD_ID"),
        ({"id": Reference("Consortium", "corridor", str(UUID(int=7))).id}, "NOT_FOUND"),
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


@pytest.mark.parametrize("rules", [Rules(frozenset({THERE}))])
async def test_the_coordinators_alone_hear_of_an_interest_that_waits_for_them(corridor: Replicas) -> None:
    here, there = corridor.urls
    text = "query ($c: String!) { members(filter: {clusters: [$c]}, first: 2) { nodes { id } } }"
    listed = [each["id"] for each in (await corridor.act(here, LEADER, text, c=THERE))["members"]["nodes"]]
    other = next(each for each in listed if each != corridor.partner.id)
    received = {"member": corridor.partner.id}
    async with (
        by_websocket(there, INVITED, INTERESTS, received) as receiver,
        by_websocket(there, COORDINATOR, INTERESTS, received) as cluster,
        by_websocket(there, COORDINATOR, INTERESTS, {"member": other}) as elsewhere,
        by_websocket(there, COORDINATOR, INTERESTS, {}) as screening,
    ):
        for each in (receiver, cluster, elsewhere, screening):
            assert (await each.next())["interest"] is None, "where it begins"
        made = []
        for about in (corridor.partner.id, other):
            done = await corridor.act(
                here, LEADER, EXPRESS.replace('"k"', f'"{about}"'), about=about, ref=corridor.lead_ref
            )
            assert done["expressInterest"]["errors"] == []
            made.append(done["expressInterest"]["interest"]["id"])
        first, second = (made[0], corridor.partner.id), (made[1], other)
        for following, (id_, to) in ((cluster, first), (elsewhere, second), (screening, first), (screening, second)):
            assert (await following.next())["interest"] == {
                "id": id_,
                "state": "SCREENING",
                "from": {"id": corridor.lead.id},
                "to": {"id": to},
            }
        assert (await corridor.act(here, COORDINATOR, SCREEN, id=made[0]))["screenInterest"]["errors"] == []
        for following in (receiver, cluster, screening):
            told = (await following.next())["interest"]
            assert (told["id"], told["state"]) == (made[0], "FORWARDED"), "before it the receiver heard nothing"


async def test_only_coordinators_follow_without_a_member(corridor: Replicas) -> None:
    async with by_websocket(corridor.urls[0], LEADER, INTERESTS, {}) as following:
        (error,) = await following.next()
    assert error["extensions"]["code"] == "BAD_INPUT"
    assert "`memberId`" in error["message"]


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
