"""Filling an empty database in one go: keys and references stand aside, and are checked once over all rows."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

__all__ = ["unconstrained"]

# Keys before the references to them.
_CONSTRAINTS = """
select
    'alter table ' || conrelid::regclass as change,
    quote_ident(conname) as name,
    pg_get_constraintdef(oid) as definition
from pg_constraint
where contype in ('p', 'u', 'f')
    and connamespace not in ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
order by contype = 'f', conrelid, conname
"""


@asynccontextmanager
async def unconstrained(connection: asyncpg.Connection) -> AsyncIterator[None]:
    """Takes primary, unique and foreign keys off all tables, and puts the same ones back at the end.

    To be entered within a transaction: that alone undoes it when the filling fails. Row by row, keys cost a lookup in
    an index and references a query each; at the end they cost a sort and a join. Raises what asyncpg raises where the
    rows break a constraint.
    """
    constraints = await connection.fetch(_CONSTRAINTS)
    for each in reversed(constraints):
        await connection.execute(f"{each['change']} drop constraint {each['name']}")
    yield
    for each in constraints:
        await connection.execute(f"{each['change']} add constraint {each['name']} {each['definition']}")
