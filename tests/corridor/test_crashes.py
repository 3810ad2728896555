"""Nothing lost, nothing doubled: gateways and the store's server are killed between any two steps of a mutation."""

import asyncio
import json
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path
from time import time
from uuid import UUID

import asyncpg
import httpx
import pytest

from gateway.access.admission import Holder
from gateway.access.register import Register
from gateway.access.viewer import GRANTABLE, ViewerClass
from gateway.corridor.events import behind
from gateway.corridor.failures import Failed
from gateway.corridor.feed import Feed, Pace
from gateway.embedded import EmbeddedServer
from gateway.errors import ClientError
from gateway.reference import Reference, member_cluster
from gateway.store import Store
from gateway.store.migration import migrate
from schemas.codes import FailureCode
from tests.cli.service import RunningService
from tests.corridor.crashing import CONTESTS, FAILED, ROW, End, Place, change, stopping, watched
from tests.corridor.interested import RECEIVER

SECONDS = 120
PACE = Pace(heartbeat=0.5, pause=0.01, longest_pause=0.1, opening=SECONDS)
_OTHERS = (
    "select count(*) from pg_stat_activity where application_name = 'corridor-gateway' and datname = current_database()"
)


async def made_row(owner: str) -> UUID:
    connection = await asyncpg.connect(owner)
    for statement in ROW.strip().rstrip(";").split(";"):
        found = await connection.fetchval(statement)
    await connection.close()
    assert isinstance(found, UUID)
    return found


async def until_alone(owner: str) -> None:
    """Waits until the server has done with the connections of those who are dead."""
    connection = await asyncpg.connect(owner)
    async with asyncio.timeout(SECONDS):
        while await connection.fetchval(_OTHERS):
            await connection.fetchval("select pg_sleep(0.01)")
    await connection.close()


async def check(store: Store, row: UUID, versions: int) -> None:
    """Every version of the row has one act, one transition and two events, in its order: no half change, no double."""
    numbers = [*range(1, versions + 1)]
    assert await store.fetchval("select version from corridor.row where id = $1", row) == versions
    acts = await store.fetch("select id, (result->>'version')::integer as version from corridor.act order by 2")
    assert [each["version"] for each in acts] == numbers
    transitions = await store.fetch("select act from corridor.transition where entity_key = $1 order by id", row)
    assert sorted(each["act"] for each in transitions) == sorted(each["id"] for each in acts)
    for topic in (f"Row:{row}", "Rows"):
        events = await behind(store, 0, [topic], 10_000)
        assert [each.version for each in events] == numbers


async def contest(dsn: str, name: str) -> tuple[int, list[End]]:
    """The statements of an act, and how all ended where one was killed at each of them."""
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.corridor.crashing", dsn, name, stdout=asyncio.subprocess.PIPE
    )
    async with asyncio.timeout(SECONDS):
        written, _ = await child.communicate()
    ends = [End(**each) for each in json.loads(written)]
    statements = ends[0].status
    assert 8 < statements < FAILED
    assert sum(each.status == -signal.SIGKILL for each in ends) == 2 * statements + 1
    return statements, ends


async def test_gateways_killed_at_each_statement_of_an_act(store: Store, store_dsn: str, store_owner: str) -> None:
    """Each dies in its turn while two others change the same row; the same keys are then tried again."""
    row = await made_row(store_owner)
    async with following(store, row) as heard:
        statements, ends = await contest(store_dsn, "row")
        assert {each.status for each in ends} == {statements, -signal.SIGKILL}, "the others are not held up"
        done = {row["key"]: row["result"] for row in await store.fetch("select key, result from corridor.act")}
        await check(store, row, len(done))
        assert f"{statements}" in done, "it was committed before it died"
        assert f"{statements - 1}" not in done, "it died before it was committed"
        for key in [each.key for each in ends]:
            result = await change(store, row, key)
            assert key not in done or json.loads(done[key]) == result, "the first result again"
        await check(store, row, len(ends))
        await heard(len(ends))


@pytest.mark.parametrize("name", ["seat", "interest"])
async def test_gateways_killed_while_others_act_on_the_same(store: Store, store_dsn: str, name: str) -> None:
    """Who accepts dies at each statement in turn, with two at hand who decline and take back: one of three comes about.

    Afterwards all three are tried again under their keys.
    """
    statements, ends = await contest(store_dsn, name)
    done = {
        row["key"]: json.loads(row["result"])
        for row in await store.fetch("select key, result from corridor.act where key is not null")
    }
    won = [each for each in ends if each.key in done]
    assert len({each.thing for each in won}) == len(won) == 2 * statements + 2, "one on each thing"
    assert {each.act for each in won} > {0}, "it comes about by who died, and else by another"
    assert str(statements) in done, "it was committed before it died"
    assert all(each.status == FAILED for each in ends if each.status > 0 and each.key not in done)
    for each in ends:
        again = CONTESTS[name].acts[each.act](store, each.thing, each.key)
        if each.key in done:
            assert await again == done[each.key], "the first result again"
        else:
            with pytest.raises(Failed) as failed:
                await again
            assert failed.value.failures[0].code is FailureCode.STALE_VERSION
    assert await store.fetchval("select count(*) from corridor.act where key is not null") == len(won)
    await (check_seats if name == "seat" else check_interests)(store, won)


async def check_seats(store: Store, won: list[End]) -> None:
    """What became of each seat is written once in its row, its history and the events of its consortium."""
    states = ("ACCEPTED", "DECLINED", "REVOKED")
    for each in won:
        key = UUID(Reference.parse(each.thing).key)
        row = await store.fetch("select consortium, state, version from corridor.seat where id = $1", key)
        consortium = row[0]["consortium"]
        assert tuple(row[0]) == (consortium, states[each.act], 2)
        assert await went(store, key) == ["INVITED", states[each.act]]
        assert await store.fetchval("select version from corridor.consortium where id = $1", consortium) == 3
        assert [event.version for event in await behind(store, 0, [f"Consortium:{consortium}"], 10)] == [1, 2, 3]


async def check_interests(store: Store, won: list[End]) -> None:
    """The same of each interest; with the release, and what both disclosed, where it was accepted and nowhere else."""
    states = ("MUTUAL", "DECLINED", "WITHDRAWN")
    for each in won:
        key = UUID(each.thing)
        row = await store.fetch("select state, version from corridor.interest where id = $1", key)
        assert tuple(row[0]) == (states[each.act], 2)
        released = ["ACTIVE"] if each.act == 0 else []
        assert await went(store, key) == ["SUBMITTED", states[each.act], *released]
        found = await store.fetch("select state from corridor.contact_release where id = $1", key)
        assert [each["state"] for each in found] == released
        basis = Reference("ContactRelease", "corridor", each.thing).id
        disclosed = await store.fetchval("select count(*) from corridor.disclosure where basis = $1", basis)
        assert disclosed == 2 * len(released)
    events = await behind(store, 0, [f"Interest:{RECEIVER}"], 10_000)
    assert sorted((str(event.key), event.version) for event in events) == sorted(
        (each.thing, version) for each in won for version in (1, 2)
    )


async def went(store: Store, key: UUID) -> list[str]:
    """The states that something has gone through."""
    rows = await store.fetch("select to_state from corridor.transition where entity_key = $1 order by id", key)
    return [row["to_state"] for row in rows]


@asynccontextmanager
async def following(store: Store, row: UUID) -> AsyncIterator[Callable[[int], Awaitable[None]]]:
    """Who follows the row, and comes back behind what it heard; gives what waits for so many versions of it."""
    feed = Feed(store, PACE)
    versions: list[int] = []
    more = asyncio.Event()

    async def follow() -> None:
        last = 0
        while True:
            with suppress(ClientError):  # the store is away
                async with feed.events([f"Row:{row}"], last) as events:
                    async for event in events.told:
                        last = event.id
                        versions.append(event.version)
                        more.set()

    async def heard(number: int) -> None:
        async with asyncio.timeout(SECONDS):
            while len(versions) < number:
                more.clear()
                await more.wait()
        assert versions == [*range(1, number + 1)]

    task = asyncio.create_task(follow())
    try:
        yield heard
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await feed.close()


@pytest.fixture(scope="module")
def mortal() -> Iterator[EmbeddedServer]:
    """A server of its own that keeps what it has committed."""
    home = Path(tempfile.mkdtemp(prefix="corridor-mortal-"))
    home.chmod(0o755)
    server = EmbeddedServer("mortal", home)
    try:
        server.start()
        yield server
    finally:
        server.destroy()
        shutil.rmtree(home, ignore_errors=True)


async def test_the_server_of_the_store_killed_at_each_statement_of_an_act(mortal: EmbeddedServer) -> None:
    """It is killed with all of its processes, at the commit as well, while others change the same row and go on."""
    owner = mortal.dsn()
    await migrate(owner)
    row = await made_row(owner)
    store = Store(owner, timeout=5)
    back = asyncio.Event()

    async def persist(key: str) -> str:
        """Does the act once, however often it takes."""
        while True:
            await back.wait()
            with suppress(ClientError):  # the store is away
                return (await change(store, row, key))["version"]

    def kill() -> None:
        back.clear()
        mortal.kill()

    back.set()
    async with following(store, row) as heard, asyncio.timeout(SECONDS):
        with stopping(Place(-1), kill) as statements:
            await asyncio.create_task(watched(change(store, row, "whole")))
        versions = 1
        last = len(statements) - 1
        assert "COMMIT" in statements[last]
        places = [*(Place(number) for number in range(2, last + 1, 2)), Place(last), Place(last, sent=True)]
        for place in dict.fromkeys(places):
            name = f"{place.number}{' sent' if place.sent else ''}"
            with stopping(place, kill):
                one = asyncio.create_task(watched(change(store, row, name)))
                others = [asyncio.create_task(persist(f"{name}, {other}")) for other in "ab"]
                (ended,) = await asyncio.gather(one, return_exceptions=True)
            assert not back.is_set()
            mortal.start()
            back.set()
            again = await persist(name)
            assert isinstance(ended, ClientError) or (isinstance(ended, dict) and ended["version"] == again)
            assert len({again, *await asyncio.gather(*others)}) == 3
            assert await persist(name) == again
            versions += 3
            await check(store, row, versions)
        await heard(versions)
    await store.close()


REGISTER = """
    mutation {
      registerAgreement(
        series: "invented", parties: ["technomontreal", "canieti-occidente"], purposes: [CONSORTIUM],
        idempotencyKey: "once"
      ) { agreement { id version } errors { code message } }
    }
"""
BEFORE_ACT = "lock table corridor.act in share row exclusive mode"
BEFORE_EVENTS = "select pg_advisory_xact_lock(x'636F727265766E74'::bigint)"
_WAITING = """
    select count(*)
    from pg_stat_activity
    where application_name = 'corridor-gateway' and datname = current_database() and wait_event_type = 'Lock'
"""


class Gateways:
    """Gateways as real processes, over one store, and an API key for them."""

    def __init__(self, folder: Path, settings: dict[str, str], key: str) -> None:
        self._folder = folder
        self._settings = settings
        self.headers = {"authorization": f"Bearer {key}"}
        self.running: list[RunningService] = []

    def start(self) -> RunningService:
        folder = self._folder / str(len(self.running))
        folder.mkdir()
        service = RunningService(folder, self._settings)
        self.running.append(service)
        service.wait_ready()
        return service

    async def register(self, service: RunningService) -> tuple[str, int]:
        async with httpx.AsyncClient(timeout=SECONDS) as client:
            body = {"query": REGISTER}
            answer = (await client.post(f"{service.url}/graphql", json=body, headers=self.headers)).json()
        payload = answer["data"]["registerAgreement"]
        assert payload["errors"] == [], payload
        return payload["agreement"]["id"], payload["agreement"]["version"]


@pytest.fixture
async def gateways(
    tmp_path: Path, city_databases: dict[str, str], store_dsn: str, store_owner: str
) -> AsyncIterator[Gateways]:
    """Gateways as `corridor serve` runs them."""
    owner = Store(store_owner, timeout=10)
    holder = Holder("COORDINATOR", "Invented", "technomontreal", None, GRANTABLE[ViewerClass.COORDINATOR])
    key = await Register(owner, member_cluster, time).create(holder, timedelta(days=1))
    await owner.close()
    settings = {name: value for name, value in os.environ.items() if not name.startswith("CORRIDOR_")}
    settings |= {f"CORRIDOR_REGISTRIES__{city.upper()}__DSN": dsn for city, dsn in city_databases.items()}
    settings |= {
        "CORRIDOR_STORE__DSN": store_dsn,
        "CORRIDOR_STORE__TIMEOUT": "60",
        "CORRIDOR_REQUEST_DEADLINE": "60",
        "CORRIDOR_CURSOR_SECRET": "only for tests",
    }
    made = Gateways(tmp_path, settings, str(key))
    yield made
    for service in made.running:
        if service.process.poll() is None:
            service.kill()


async def waiting(reader: asyncpg.Connection, sql: str, *values: object) -> None:
    """Waits until the server says so."""
    async with asyncio.timeout(SECONDS):
        while not await reader.fetchval(sql, *values):
            await reader.fetchval("select pg_sleep(0.01)")


@pytest.mark.parametrize("step", ["act", "events", "answer"])
async def test_a_gateway_killed_within_a_mutation(
    gateways: Gateways, store: Store, store_owner: str, step: str
) -> None:
    """Before the audit row, before the events, and after the commit before the answer; then another is asked again."""
    service, owner, blocker = gateways.start(), await asyncpg.connect(store_owner), await asyncpg.connect(store_owner)
    reader = await asyncpg.connect(store_owner)
    async with owner.transaction():
        await owner.execute(BEFORE_ACT if step == "act" else BEFORE_EVENTS)
        asking = asyncio.create_task(gateways.register(service))
        await waiting(reader, _WAITING)
        if step == "answer":
            # What reads the agreement for the answer comes behind this lock, and this behind the act.
            locked = asyncio.create_task(
                blocker.execute("begin; lock table corridor.agreement in access exclusive mode")
            )
            await waiting(
                reader, "select wait_event_type = 'Lock' from pg_stat_activity where pid = $1", blocker.get_server_pid()
            )
        else:
            service.process.kill()
    if step == "answer":
        await locked
        await waiting(reader, _WAITING)
        assert await reader.fetchval("select count(*) from corridor.act") == 1, "it is committed"
        service.process.kill()
    await blocker.close()
    with pytest.raises(httpx.TransportError):
        await asking
    await until_alone(store_owner)
    done = await store.fetchval("select result->>'agreement' from corridor.act")
    assert (done is not None) is (step == "answer")
    again = gateways.start()
    agreement = await gateways.register(again)
    assert await gateways.register(again) == agreement
    assert done is None or agreement == (Reference("Agreement", "corridor", done).id, 1)
    for table in ("agreement", "act", "transition", "event"):
        assert await store.fetchval(f"select count(*) from corridor.{table}") == 1, table
    assert [each.version for each in await behind(store, 0, ["Agreement"], 10)] == [1]
    for connection in (owner, reader):
        await connection.close()
