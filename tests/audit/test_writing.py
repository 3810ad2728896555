"""Writing disclosures: before they are made, together, in one chain whoever writes, and never otherwise."""

import asyncio
import shutil
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest

from gateway.audit import Disclosures, Entry, append
from gateway.audit.chain import verify
from gateway.embedded import EmbeddedServer
from gateway.errors import ClientError, ErrorCode
from gateway.store import Store
from gateway.store.migration import migrate
from tests.audit.conftest import entry


async def _until_somebody_waits(owner: "asyncpg.Connection") -> None:
    """For a lock of the owner's transaction; pg_locks, as pg_stat_activity stands still inside of one."""
    while not await owner.fetchval("select true from pg_locks where not granted"):
        pass


async def test_invariant_19_the_row_is_committed_before_the_disclosure(
    disclosures: Disclosures, owner: "asyncpg.Connection"
) -> None:
    await disclosures.record(entry("M1", "M2"))
    (row,) = await owner.fetch("select * from corridor.disclosure")  # on another connection: it is committed
    assert (row["seq"], row["viewer"], row["viewer_class"]) == (1, "key:k1", "PARTNER_APP")
    assert (row["viewer_org"], row["viewer_cluster"]) == ("Élan numérique", "technomontreal")
    assert (row["cluster"], row["purpose"], row["basis"]) == ("canieti-occidente", "PROFILE_EXCHANGE", "CONSENT")
    assert (row["fields"], row["members"]) == (["member.legalName", "member.websites"], ["M1", "M2"])


async def test_invariant_19_nothing_is_disclosed_while_another_holds_the_log(
    disclosures: Disclosures, owner: "asyncpg.Connection"
) -> None:
    async with owner.transaction():
        await owner.execute("select from corridor.disclosure_head for update")
        waiting = asyncio.create_task(disclosures.record(entry()))
        await _until_somebody_waits(owner)
        assert not waiting.done()
    await waiting


async def test_those_who_wait_together_are_written_as_one_row_where_only_members_differ(
    disclosures: Disclosures, owner: "asyncpg.Connection"
) -> None:
    await asyncio.gather(
        disclosures.record(entry("M1", "M2")),
        disclosures.record(entry("M2", "M3")),
        disclosures.record(entry("M1", viewer="key:k2"), entry("M4")),
        disclosures.record(entry("M5", purpose="MATCHMAKING")),
    )
    rows = await owner.fetch("select viewer, purpose, members from corridor.disclosure order by seq")
    assert [tuple(row) for row in rows] == [
        ("key:k1", "PROFILE_EXCHANGE", ["M1", "M2", "M3", "M4"]),
        ("key:k2", "PROFILE_EXCHANGE", ["M1"]),
        ("key:k1", "MATCHMAKING", ["M5"]),
    ]


@pytest.mark.parametrize(
    "other",
    [
        {"viewer": "x"}, {"viewer_class": "x"}, {"viewer_org": "x"}, {"viewer_cluster": None}, {"cluster": "x"},
        {"purpose": "x"}, {"fields": ("x",)}, {"basis": "x"},
    ],
    ids=lambda other: next(iter(other)),
)  # fmt: skip
async def test_whatever_else_differs_makes_a_row_of_its_own(
    disclosures: Disclosures, owner: "asyncpg.Connection", other: dict[str, object]
) -> None:
    await disclosures.record(entry("M1"), entry("M2", **other))
    assert await owner.fetchval("select array_agg(members order by seq) from corridor.disclosure") == [["M1"], ["M2"]]


async def test_an_entry_without_members_is_none(disclosures: Disclosures, owner: "asyncpg.Connection") -> None:
    none = Entry("v", "c", "o", None, "c", "p", ("f",), "b", ())
    await disclosures.record(none)
    await disclosures.record()
    assert await owner.fetchval("select count(*) from corridor.disclosure") == 0


@pytest.mark.parametrize("other", [{"viewer_org": "a\0"}, {"viewer_org": "\ud800"}, {"fields": ()}], ids=repr)
async def test_an_entry_that_cannot_be_stored_is_refused_before_it_meets_others(
    disclosures: Disclosures, owner: "asyncpg.Connection", other: dict[str, object]
) -> None:
    for wrong in (entry("M1", **other), entry("M\0")):
        with pytest.raises(ValueError, match="disclosure"):
            await disclosures.record(entry("M1"), wrong)
        async with owner.transaction():
            with pytest.raises(ValueError, match="disclosure"):
                await append(owner, entry("M1"), wrong)  # type: ignore[arg-type]
    await disclosures.record(entry("M2"))
    assert await owner.fetchval("select array_agg(members) from corridor.disclosure") == [["M2"]]


async def test_several_gateways_write_one_chain(store_dsn: str, owner: "asyncpg.Connection") -> None:
    stores = [Store(store_dsn, timeout=30) for _ in range(3)]
    logs = [Disclosures(store) for store in stores]

    async def write(log: Disclosures, name: str) -> None:
        for number in range(20):
            await log.record(entry(f"{name}-{number}", viewer=name))

    names = [f"{which}-{caller}" for which in range(3) for caller in range(4)]
    await asyncio.gather(*(write(logs[int(name[0])], name) for name in names))
    found = await verify(owner)
    assert found.faults == []
    written = await owner.fetch("select viewer, unnest(members) as member from corridor.disclosure order by seq")
    assert Counter(row["member"] for row in written) == Counter(f"{name}-{n}" for name in names for n in range(20))
    for name in names:
        own = [row["member"] for row in written if row["viewer"] == name]
        assert own == [f"{name}-{number}" for number in range(20)]
    times = [row["at"] for row in await owner.fetch("select at from corridor.disclosure order by seq")]
    assert times == sorted(times)
    for log, store in zip(logs, stores, strict=True):
        await log.close()
        await store.close()


async def test_a_caller_that_goes_away_harms_nobody(disclosures: Disclosures, owner: "asyncpg.Connection") -> None:
    async with owner.transaction():
        await owner.execute("select from corridor.disclosure_head for update")
        callers = [asyncio.create_task(disclosures.record(entry(f"M{n}", viewer=f"key:{n}"))) for n in range(3)]
        await _until_somebody_waits(owner)
        late = asyncio.create_task(disclosures.record(entry("M9")))
        await asyncio.sleep(0)
        callers[1].cancel()
        late.cancel()
    assert [type(each) for each in await asyncio.gather(*callers, late, return_exceptions=True)] == [
        type(None), asyncio.CancelledError, type(None), asyncio.CancelledError,
    ]  # fmt: skip
    await disclosures.record(entry("M10"))
    assert (await verify(owner)).faults == []


async def test_closing_writes_what_waits_and_takes_no_more(store: Store, owner: "asyncpg.Connection") -> None:
    log = Disclosures(store)
    waiting = [asyncio.create_task(log.record(entry(f"M{n}", viewer=f"key:{n}"))) for n in range(5)]
    await asyncio.sleep(0)
    await log.close()
    await asyncio.gather(*waiting)
    assert await owner.fetchval("select count(*) from corridor.disclosure") == 5
    with pytest.raises(ClientError) as caught:
        await log.record(entry())
    assert caught.value.code is ErrorCode.STORE_UNAVAILABLE
    assert not [task for task in asyncio.all_tasks() if task.get_name() == "disclosures"]


async def test_a_writer_that_is_ended_from_outside_leaves_nobody_waiting(
    store: Store, owner: "asyncpg.Connection"
) -> None:
    log = Disclosures(store)
    async with owner.transaction():
        await owner.execute("select from corridor.disclosure_head for update")
        waiting = asyncio.create_task(log.record(entry()))
        await _until_somebody_waits(owner)
        behind = asyncio.create_task(log.record(entry()))
        await asyncio.sleep(0)
        (writer,) = (task for task in asyncio.all_tasks() if task.get_name() == "disclosures")
        writer.cancel()
        failures = await asyncio.gather(waiting, behind, return_exceptions=True)
    assert [each.extensions["code"] for each in failures] == ["STORE_UNAVAILABLE"] * 2
    await log.record(entry())
    await log.close()


class Watched(Store):
    """A store that tells of the connections beside its pool: how many were taken, and when one is lost."""

    def __init__(self, dsn: str) -> None:
        super().__init__(dsn, timeout=30)
        self.servers: list[int] = []
        self.lost = asyncio.Event()

    @asynccontextmanager
    async def apart(self) -> AsyncIterator["asyncpg.Connection"]:
        async with super().apart() as connection:
            self.servers.append(connection.get_server_pid())
            connection.add_termination_listener(lambda _: self.lost.set())
            yield connection


async def test_a_connection_that_is_lost_between_two_entries_costs_nobody_an_answer(
    store_dsn: str, owner: "asyncpg.Connection"
) -> None:
    store = Watched(store_dsn)
    log = Disclosures(store)
    await log.record(entry("M1"))
    await log.record(entry("M2"))
    (server,) = store.servers
    await owner.execute("select pg_terminate_backend($1)", server)
    await store.lost.wait()
    await log.record(entry("M3"))
    assert len(store.servers) == 2
    assert (await verify(owner)).rows == 3
    await log.close()
    await store.close()


async def test_what_the_log_does_not_take_is_not_disclosed(
    disclosures: Disclosures, owner: "asyncpg.Connection"
) -> None:
    await owner.execute("alter table corridor.disclosure add check (purpose <> 'FORBIDDEN')")
    with pytest.raises(RuntimeError, match="did not take"):
        await disclosures.record(entry(purpose="FORBIDDEN"))
    await disclosures.record(entry())
    assert (await verify(owner)).rows == 1


FORBIDDEN = [
    "insert into corridor.disclosure select * from corridor.disclosure",
    "update corridor.disclosure set viewer = 'nobody'",
    "delete from corridor.disclosure",
    "truncate corridor.disclosure",
    "alter table corridor.disclosure disable trigger all",
    "drop table corridor.disclosure",
    "drop trigger no_change on corridor.disclosure",
    "update corridor.disclosure_head set seq = 0",
    "delete from corridor.disclosure_head",
    "insert into corridor.disclosure_checkpoint values (1, '', 1, now(), now())",
    "select corridor.expire_disclosures(now())",
    "select set_config('corridor.expiring', 'on', false); delete from corridor.disclosure",
    "create or replace function corridor.disclose(entries json) returns bigint language sql as 'select 1'",
    "set session_replication_role = replica",
    "update corridor.schema_version set version_num = '0000'",
    "create table corridor.mine (x int)",
]


@pytest.mark.parametrize("statement", FORBIDDEN)
async def test_the_gateway_cannot_change_its_disclosure_log(
    store: Store, store_dsn: str, disclosures: Disclosures, statement: str
) -> None:
    await disclosures.record(entry())
    connection = await asyncpg.connect(store_dsn)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute(statement)
    assert (await verify(connection)).faults == []
    await connection.close()


@pytest.mark.parametrize("statement", ["update corridor.disclosure set viewer = 'nobody'",
                                       "delete from corridor.disclosure", "truncate corridor.disclosure"])  # fmt: skip
async def test_the_owner_cannot_change_it_by_mistake(
    disclosures: Disclosures, owner: "asyncpg.Connection", statement: str
) -> None:
    await disclosures.record(entry())
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="only ever added to"):
        await owner.execute(statement)


@pytest.fixture
def server() -> Iterator[EmbeddedServer]:
    """A durable server of the test's own, to be killed."""
    home = Path(tempfile.mkdtemp(prefix="corridor-audit-"))
    home.chmod(0o755)
    server = EmbeddedServer("store", home)
    server.start()
    yield server
    server.destroy()
    shutil.rmtree(home, ignore_errors=True)


async def test_a_kill_loses_nothing_that_was_acknowledged(server: EmbeddedServer) -> None:
    await migrate(server.dsn())
    store = Store(server.dsn(), timeout=10)
    log = Disclosures(store)
    acknowledged: set[str] = set()
    refused: list[ErrorCode] = []

    async def write(caller: int, enough: int) -> None:
        for number in range(1000):
            member = f"{len(refused)}-{caller}-{number}"
            try:
                await log.record(entry(member, viewer=f"key:{caller}"))
            except ClientError as error:
                refused.append(error.code)
                return
            acknowledged.add(member)
            if len(acknowledged) == enough:
                server.kill()

    for enough in (10, 150):
        await asyncio.gather(*(write(caller, enough) for caller in range(8)))
        assert set(refused) == {ErrorCode.STORE_UNAVAILABLE}
        server.start()
        connection = await asyncpg.connect(server.dsn())
        assert (await verify(connection)).faults == []
        kept = await connection.fetchval("select array_agg(m) from corridor.disclosure, unnest(members) as m")
        assert acknowledged <= set(kept)
        await connection.close()
    await log.close()
    await store.close()
