"""Fill the reference registry: the open data first, then invented members, the same for the same seed at any size."""

from collections.abc import Callable

import asyncpg

from adapters.kit import sample
from adapters.montreal.native import codelists, invented, organisations
from adapters.montreal.native.tables import Rows

__all__ = ["fill"]

_CHUNK = 1000


async def fill(connection: asyncpg.Connection, members: int, seed: int, progress: Callable[[int, int], None]) -> None:
    """Write the code tables, the real organisations and `members` invented ones into the empty tables of schema.sql.

    `progress` is called with the members done and all of them, real ones included.
    """
    rows = Rows()
    codelists.load(rows)
    done = organisations.load(rows)
    total = done + members
    await rows.write(connection)
    progress(done, total)
    for start in range(0, members, _CHUNK):
        count = min(_CHUNK, members - start)
        rows = Rows()
        for member in sample.members(invented.HOME, count, seed, start):
            invented.load(rows, member, seed)
        await rows.write(connection)
        done += count
        progress(done, total)
