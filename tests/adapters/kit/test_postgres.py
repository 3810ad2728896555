"""The rim to Postgres: never more connections than promised, each kind planned its own way, nobody starved."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from importlib import import_module

import asyncpg
import pytest

from adapters.contract.errors import ContractBroken, RegistryTimeout, Unavailable
from adapters.contract.registry import Limits
from adapters.contract.request import Condition, FacetRequest, FetchRequest, Ordering, PageRequest, Where
from adapters.contract.shape import Pick, Shape
from adapters.kit import connections
from adapters.kit.connections import Connections, Line, Planning
from adapters.kit.postgres import PLANNING, PostgresRegistry
from adapters.kit.statement import Statement, StatementKind
from tests.conftest import MEMBERS, SEED, MakeDatabase

MONTREAL = import_module("adapters.montreal").ADAPTER
SHAPE = Shape("member", (Pick("id", "id"), Pick("name", "display_name")))
NAMED = PageRequest(Where("member"), Ordering("NAME"), 10, shape=SHAPE)
PUBLIC = Where("member", (Condition("sectors", ("PUBLIC",)),))
HELD = "select count(*) from pg_stat_activity where datname = current_database() and application_name = $1"

Open = Callable[..., PostgresRegistry]
Read = Callable[[PostgresRegistry], Awaitable[object]]

READS: tuple[Read, ...] = (
    lambda registry: registry.page(NAMED),
    lambda registry: registry.page(PageRequest(PUBLIC, Ordering("NAME"), 10)),
    lambda registry: registry.count(PUBLIC),
    lambda registry: registry.facet(FacetRequest(Where("member"), "SECTOR")),
    lambda registry: registry.fetch(FetchRequest(("nobody",), SHAPE)),
)
"""One read of each kind but a search, which is planned as a page is."""


@pytest.fixture(scope="session")
async def address(make_session_database: MakeDatabase) -> str:
    """The DSN of a registry of Montréal that no other tests connect to."""
    dsn = await make_session_database()
    await MONTREAL.create(dsn, MEMBERS, SEED, lambda _done, _total: None)
    return dsn


@pytest.fixture
async def open_registry(address: str) -> AsyncIterator[Open]:
    """Opens the registry with so many connections at most; closes it after the test."""
    opened: list[PostgresRegistry] = []

    def open_(size: int, connect_timeout: float = 20, statement_timeout: float = 20) -> PostgresRegistry:
        limits = Limits(size, connect_timeout, statement_timeout)
        opened.append(MONTREAL.open(address, limits))
        return opened[-1]

    yield open_
    for registry in opened:
        await registry.close()


@pytest.fixture
async def onlooker(address: str) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    """A connection that sees those of the registries."""
    connection = await asyncpg.connect(address)
    yield connection
    await connection.close()


async def backend(registry: PostgresRegistry, kind: StatementKind) -> int:
    """The process of the server that a statement of this kind meets."""
    (record,) = await registry.run(Statement("select pg_backend_pid()", (), kind))
    return int(record[0])


@pytest.mark.parametrize("size", [1, 2, 5])
async def test_a_burst_of_mixed_reads_never_takes_more_connections_than_promised(
    open_registry: Open, onlooker: "asyncpg.Connection[asyncpg.Record]", size: int
) -> None:
    registry = open_registry(size)
    expected = [await read(registry) for read in READS]
    burst = asyncio.gather(*(read(registry) for _ in range(10) for read in READS))
    seen = set()
    while not burst.done():
        seen.add(await onlooker.fetchval(HELD, "corridor-gateway"))
    assert await burst == expected * 10
    assert max(seen) <= size
    assert await onlooker.fetchval(HELD, "corridor-gateway") <= size


@pytest.mark.parametrize("size", [1, 3])
async def test_each_kind_of_statement_is_planned_in_its_way(open_registry: Open, size: int) -> None:
    registry = open_registry(size)
    for kind in [*StatementKind, *reversed(StatementKind)]:
        (record,) = await registry.run(Statement("select current_setting('plan_cache_mode')", (), kind))
        assert record[0] == PLANNING[kind]


async def test_rows_by_key_are_planned_once_and_filters_for_their_values(open_registry: Open) -> None:
    registry = open_registry(1)
    key = (await registry.page(NAMED))[0].key
    for _ in range(3):
        await registry.fetch(FetchRequest((key,), SHAPE))
        await registry.count(PUBLIC)
    plans = {
        record["statement"]: (record["generic_plans"], record["custom_plans"])
        for record in await registry.run(Statement("select * from pg_prepared_statements", ()))
    }
    assert plans[registry.compiler.fetch(FetchRequest((key,), SHAPE)).sql] == (3, 0)
    assert plans[registry.compiler.count(PUBLIC).sql] == (0, 3)


async def test_where_there_is_room_each_way_of_planning_keeps_its_own_connection(
    open_registry: Open, onlooker: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    registry = open_registry(5)
    kinds = (StatementKind.KEYS, StatementKind.FILTERED)
    first = [await backend(registry, kind) for kind in kinds]
    assert len(set(first)) == 2
    for _ in range(5):
        assert [await backend(registry, kind) for kind in kinds] == first
    assert await onlooker.fetchval(HELD, "corridor-gateway") == 2


async def test_who_finds_no_free_connection_in_time_is_told_so(open_registry: Open) -> None:
    registry = open_registry(1, connect_timeout=3)
    await registry.ping()
    holding = asyncio.create_task(registry.run(Statement("select pg_sleep(30)", ())))
    await asyncio.sleep(0)  # it takes the connection
    with pytest.raises(RegistryTimeout):
        await registry.ping()
    assert not holding.done()
    holding.cancel()
    await asyncio.gather(holding, return_exceptions=True)
    await registry.ping()


async def test_a_statement_that_fails_costs_no_connection(open_registry: Open) -> None:
    registry = open_registry(2)
    before = await backend(registry, StatementKind.OTHER)
    with pytest.raises(ContractBroken):
        await registry.run(Statement("select 1 / 0", ()))
    assert await backend(registry, StatementKind.OTHER) == before


async def test_nobody_can_write(open_registry: Open) -> None:
    with pytest.raises(ContractBroken, match="read-only"):
        await open_registry(1).run(Statement("create table written ()", ()))


async def test_connections_that_were_ended_are_not_lent_again(
    open_registry: Open, onlooker: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    registry = open_registry(4)
    await asyncio.gather(*(read(registry) for read in READS))
    await onlooker.fetch(HELD.replace("count(*)", "pg_terminate_backend(pid)"), "corridor-gateway")
    # Where the news of their end has not come yet, reads are lost with them: once, and not again.
    await asyncio.gather(*(read(registry) for read in READS), return_exceptions=True)
    await asyncio.gather(*(read(registry) for read in READS))


async def test_a_closed_registry_connects_no_more(
    open_registry: Open, onlooker: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    registry = open_registry(2)
    await registry.ping()
    running = asyncio.create_task(registry.run(Statement("select pg_sleep(30)", ())))
    await asyncio.sleep(0)
    await registry.close()
    with pytest.raises(Unavailable):
        await running
    with pytest.raises(Unavailable):
        await registry.ping()
    await nobody_left(onlooker)


async def test_connections_that_nobody_uses_are_given_back(
    open_registry: Open, onlooker: "asyncpg.Connection[asyncpg.Record]", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "_IDLE", 0.05)
    registry = open_registry(5)
    await asyncio.gather(*(read(registry) for read in READS))
    await nobody_left(onlooker)
    await registry.ping()


async def nobody_left(onlooker: "asyncpg.Connection[asyncpg.Record]") -> None:
    """Waits until the registries have no connection left; gives up after a while."""
    async with asyncio.timeout(20):
        while await onlooker.fetchval(HELD, "corridor-gateway"):
            await onlooker.execute("select pg_sleep(0.01)")


@pytest.fixture
async def lent(address: str) -> AsyncIterator[Connections]:
    """The connections of a registry that may have one."""

    async def connect(_planning: Planning) -> "asyncpg.Connection[asyncpg.Record]":
        return await asyncpg.connect(address)

    lent = Connections(connect, 1, 20)
    yield lent
    lent.close()


async def waiting(lent: Connections, number: int) -> list["asyncio.Task[Line]"]:
    """So many callers, in this order, for whom there is no line now."""
    tasks = [asyncio.create_task(lent.take(Planning.AUTO)) for _ in range(number)]
    await asyncio.sleep(0)
    assert not any(task.done() for task in tasks)
    return tasks


async def test_lines_are_lent_in_the_order_of_asking(lent: Connections) -> None:
    line = await lent.take(Planning.AUTO)
    for task in await waiting(lent, 3):
        lent.give_back(line)
        assert await task is line


async def test_a_caller_who_leaves_as_the_line_comes_passes_it_on(lent: Connections) -> None:
    line = await lent.take(Planning.AUTO)
    leaving, staying = await waiting(lent, 2)
    lent.give_back(line)
    leaving.cancel()  # the line is its own by now, but it has not heard of it
    assert await staying is line
    assert leaving.cancelled()


async def test_a_caller_who_left_is_passed_over(lent: Connections) -> None:
    line = await lent.take(Planning.AUTO)
    leaving, staying = await waiting(lent, 2)
    leaving.cancel()
    lent.give_back(line)
    assert await staying is line


async def test_a_line_that_was_lost_makes_room_for_who_waits(lent: Connections) -> None:
    line = await lent.take(Planning.AUTO)
    leaving, staying = await waiting(lent, 2)
    line.connection.terminate()
    lent.give_back(line)
    leaving.cancel()  # while it opens another in the place that it was given
    other = await staying
    assert other is not line
    assert not other.connection.is_closed()


async def test_who_cannot_connect_leaves_the_place_to_the_next(address: str) -> None:
    attempts: list[Planning] = []

    async def connect(planning: Planning) -> "asyncpg.Connection[asyncpg.Record]":
        attempts.append(planning)
        if len(attempts) <= 3:
            raise ConnectionRefusedError
        return await asyncpg.connect(address)

    lent = Connections(connect, 1, 20)
    found = await asyncio.gather(*(lent.take(Planning.ONCE) for _ in range(4)), return_exceptions=True)
    assert [type(each) for each in found] == [ConnectionRefusedError] * 3 + [Line]
    lent.close()
