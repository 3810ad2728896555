"""Fills the reference registry: its code lists, the real organisations, then invented members."""

from collections.abc import Callable

import asyncpg

from adapters.guadalajara.native.codelists import classes, rows
from adapters.guadalajara.native.organisations import add_organisation, organisations
from adapters.guadalajara.native.sample import HOME, Writer, add_programmes
from adapters.guadalajara.native.tables import Batch, columns_of
from adapters.kit.sample import members as sample_members

__all__ = ["fill"]

_CHUNK = 1_000


async def fill(connection: asyncpg.Connection, members: int, seed: int, progress: Callable[[int, int], None]) -> None:
    """Fill the tables that ``schema.sql`` made: every real organisation, and ``members`` invented ones of ``seed``.

    ``progress`` is told how many members are written, of how many, the real ones among them. A member of a seed is
    the same however many are asked for. Raises what asyncpg raises, for instance where the tables are not empty.
    """
    real = organisations()
    total = len(real) + members
    columns, activities = await columns_of(connection), classes()
    batch = _codes()
    for each in real:
        add_organisation(batch, each, activities)
    await batch.write(connection, columns)
    progress(len(real), total)
    writer = Writer(seed, activities)
    for start in range(0, members, _CHUNK):
        count = min(_CHUNK, members - start)
        batch = Batch()
        for member in sample_members(HOME, count, seed, start):
            writer.add(batch, member)
        await batch.write(connection, columns)
        progress(len(real) + start + count, total)


def _codes() -> Batch:
    batch = Batch()
    for row in rows("catalogo"):
        batch.add("catalogo", row["lista"], row["codigo"], row["descripcion"])
    add_programmes(batch)
    return batch
