"""Acts that can be made to stop at any of their statements, in this process or in children that are killed there.

``python -m tests.corridor.crashing <dsn> <contest>`` runs a child for every place where one can stop, kills it there
with others waiting behind it or going ahead of it, and prints how each ended.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

import asyncpg
import orjson

from gateway.access.viewer import ViewerClass
from gateway.corridor.acts import Act, Acts, Command, Result
from gateway.corridor.failures import Failed
from gateway.store import Store
from schemas.codes import ActorRole, AgreementState
from tests.corridor import building, interested
from tests.viewers import viewer

__all__ = ["CONTESTS", "FAILED", "ROW", "Contest", "End", "Place", "change", "stopping", "watched"]

T = TypeVar("T")

ME = viewer(ViewerClass.MEMBER, "technomontreal", "TWVtYmVyOnRlY2hub21vbnRyZWFsOjQy")
ROW = """
    create table corridor.row (id uuid primary key, version integer not null);
    grant select, update on corridor.row to corridor_app;
    insert into corridor.row values (gen_random_uuid(), 0) returning id;
"""
_METHODS = ("execute", "fetch", "fetchrow", "fetchval")
_TURNS = 5
"""Turns of the loop in which what is to be sent is handed to the system."""
_BEYOND = 1000
FAILED = 250
"""How a child ends whose act was refused."""
_WAITING = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
_WATCHED: ContextVar[bool] = ContextVar("watched", default=False)


@dataclass(frozen=True, slots=True)
class Place:
    """Before the statement of this number, counted from 0, or when it is sent and not answered."""

    number: int
    sent: bool = False


@contextmanager
def stopping(place: Place, stop: Callable[[], None]) -> Iterator[list[str]]:
    """Has what is watched call something once, at that place of its statements; gives the statements as they come."""
    statements: list[str] = []
    originals = {name: getattr(asyncpg.Connection, name) for name in _METHODS}

    async def stopped(original: Any, connection: Any, query: str, *args: Any, **options: Any) -> Any:
        if not _WATCHED.get() or "schema_version" in query:  # which only the first of a pool's connections asks for
            return await original(connection, query, *args, **options)
        number = len(statements)
        statements.append(query)
        if number != place.number:
            return await original(connection, query, *args, **options)
        if not place.sent:
            stop()
            return await original(connection, query, *args, **options)
        answering = asyncio.ensure_future(original(connection, query, *args, **options))
        for _ in range(_TURNS):
            await asyncio.sleep(0)
        stop()
        return await answering

    def method(original: Any) -> Any:
        async def call(connection: Any, query: str, *args: Any, **options: Any) -> Any:
            return await stopped(original, connection, query, *args, **options)

        return call

    for name, original in originals.items():
        setattr(asyncpg.Connection, name, method(original))
    try:
        yield statements
    finally:
        for name, original in originals.items():
            setattr(asyncpg.Connection, name, original)


async def watched(work: Awaitable[T]) -> T:
    """Has the statements of some work count, in a task of its own."""
    _WATCHED.set(True)
    return await work


async def change(store: Store, row: UUID, key: str) -> Result:
    """One more version of a row, once for each key: a change, a transition, two events, as any mutation has them."""

    async def work(act: Act) -> Result:
        version = await act.connection.fetchval("select version + 1 from corridor.row where id = $1 for update", row)
        await act.connection.execute("update corridor.row set version = $2 where id = $1", row, version)
        await act.transition("Row", row, AgreementState.SIGNED, AgreementState.IN_FORCE, ActorRole.MEMBER)
        act.tell("Row", row, version, f"Row:{row}")
        act.tell("Row", row, version, "Rows")
        return {"version": str(version)}

    return await Acts(store, {}).do(Command(ME, "change", {"row": str(row)}, key), work)


async def _row(store: Store) -> str:
    return str(await store.fetchval("select id from corridor.row"))


async def _change(store: Store, row: str, key: str) -> Result:
    return await change(store, UUID(row), key)


async def _invited(store: Store) -> str:
    made = building.Building(store)
    return (await made.invite(await made.create(), building.PARTNER)).id


async def _accept(store: Store, seat: str, key: str) -> Result:
    command = Command(building.of(building.PARTNER), "accept", {"id": seat}, key)
    return await building.Building(store).seats.answer(command, seat, 1, accept=True)


async def _decline(store: Store, seat: str, key: str) -> Result:
    command = Command(building.of(building.PARTNER), "decline", {"id": seat}, key)
    return await building.Building(store).seats.answer(command, seat, 1, accept=False)


async def _revoke(store: Store, seat: str, key: str) -> Result:
    command = Command(building.of(building.LEAD), "revoke", {"id": seat}, key)
    return await building.Building(store).seats.revoke(command, seat, 1)


async def _expressed(store: Store) -> str:
    return str(await interested.Corridor.of(store, "").express())


async def _agree(store: Store, interest: str, key: str) -> Result:
    return await interested.Corridor.of(store, "").interests.answer(
        interested.RECEIVING, UUID(interest), 1, accept=True, contact="contact-9", key=key
    )


async def _refuse(store: Store, interest: str, key: str) -> Result:
    return await interested.Corridor.of(store, "").interests.answer(
        interested.RECEIVING, UUID(interest), 1, accept=False, key=key
    )


async def _withdraw(store: Store, interest: str, key: str) -> Result:
    return await interested.Corridor.of(store, "").interests.withdraw(interested.SENDING, UUID(interest), 1, key)


@dataclass(frozen=True, slots=True)
class Contest:
    """What several do at once to one thing, which is made for them: the first of them is killed."""

    begin: Callable[[Store], Awaitable[str]]
    acts: tuple[Callable[[Store, str, str], Awaitable[Result]], ...]


CONTESTS = {
    "row": Contest(_row, (_change, _change, _change)),
    "seat": Contest(_invited, (_accept, _decline, _revoke)),
    "interest": Contest(_expressed, (_agree, _refuse, _withdraw)),
}


@dataclass(frozen=True, slots=True)
class End:
    """How one of a contest ended: with so many statements, FAILED, or below 0 by a signal. ``key`` is of its act."""

    thing: str
    act: int
    key: str
    status: int


def _stop() -> None:
    os.kill(os.getpid(), signal.SIGSTOP)


def _child(dsn: str, contest: Contest, thing: str, number: int, key: str, place: Place) -> int:
    """Runs an act in a child process, which stops at the place; gives its number."""
    pid = os.fork()
    if pid:
        return pid

    async def act() -> int:
        store = Store(dsn, timeout=60)
        try:
            with stopping(place, _stop) as statements:
                await watched(contest.acts[number](store, thing, key))
        except Failed:
            return FAILED
        if place.number == len(statements):  # it is committed, and nobody has been told
            _stop()
        return len(statements)

    os._exit(asyncio.run(act()))


def _ended(pid: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


async def _until_met(dsn: str, running: Collection[int]) -> None:
    """Waits until each of these waits for a lock or has ended."""
    connection = await asyncpg.connect(dsn)
    while True:
        look = os.WEXITED | os.WNOHANG | os.WNOWAIT
        ended = [os.waitid(os.P_PID, pid, look) for pid in running]  # noqa: ASYNC222 - it only looks
        if await connection.fetchval(_WAITING) + sum(each is not None for each in ended) >= len(running):
            break
        await connection.fetchval("select pg_sleep(0.005)")
    await connection.close()


async def _begun(dsn: str, contest: Contest) -> str:
    store = Store(dsn, timeout=60)
    thing = await contest.begin(store)
    await store.close()
    return thing


def _main(dsn: str, contest: Contest) -> None:
    thing = asyncio.run(_begun(dsn, contest))
    statements = _ended(_child(dsn, contest, thing, 0, "whole", Place(_BEYOND)))
    ends = [End(thing, 0, "whole", statements)]
    places = [Place(number, sent) for number in range(statements) for sent in (False, True)]
    for place in (*places, Place(statements)):
        name = f"{place.number}{' sent' if place.sent else ''}"
        thing = asyncio.run(_begun(dsn, contest))
        killed = _child(dsn, contest, thing, 0, name, place)
        os.waitpid(killed, os.WUNTRACED)
        others = {
            number: _child(dsn, contest, thing, number, f"{name}, {number}", Place(_BEYOND))
            for number in range(1, len(contest.acts))
        }
        asyncio.run(_until_met(dsn, others.values()))
        os.kill(killed, signal.SIGKILL)
        ends += [End(thing, 0, name, _ended(killed))]
        ends += [End(thing, number, f"{name}, {number}", _ended(pid)) for number, pid in others.items()]
    sys.stdout.buffer.write(orjson.dumps(ends))


if __name__ == "__main__":
    _main(sys.argv[1], CONTESTS[sys.argv[2]])
