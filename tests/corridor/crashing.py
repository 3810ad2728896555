"""An act that can be made to stop at any of its statements, in this process or in children that are killed there.

``python -m tests.corridor.crashing <dsn> <row>`` runs a child for every place where one can stop, and prints how each
ended.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

import asyncpg
import orjson

from gateway.access.viewer import ViewerClass
from gateway.corridor.acts import Act, Acts, Command, Result
from gateway.store import Store
from schemas.codes import ActorRole, AgreementState
from tests.viewers import viewer

__all__ = ["ROW", "Place", "change", "stopping", "watched"]

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


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _child(dsn: str, row: UUID, key: str, place: Place) -> int:
    """Runs an act in a child process; gives its number."""
    pid = os.fork()
    if pid:
        return pid

    async def act() -> int:
        store = Store(dsn, timeout=60)
        with stopping(place, _die) as statements:
            await watched(change(store, row, key))
        if place.number == len(statements):  # it is committed, and nobody has been told
            _die()
        return len(statements)

    os._exit(asyncio.run(act()))


def _ended(pid: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _main(dsn: str, row: UUID) -> None:
    run = partial(_child, dsn, row)
    statements = _ended(run("whole", Place(_BEYOND)))
    ends = {"whole": statements}
    for number in range(statements + 1):
        for sent in (False, True):
            if number == statements and sent:
                continue
            name = f"{number}{' sent' if sent else ''}"
            place = {name: Place(number, sent), f"{name}, one": Place(_BEYOND), f"{name}, other": Place(_BEYOND)}
            running = {key: run(key, each) for key, each in place.items()}
            ends |= {key: _ended(pid) for key, pid in running.items()}
    sys.stdout.buffer.write(orjson.dumps(ends))


if __name__ == "__main__":
    _main(sys.argv[1], UUID(sys.argv[2]))
