"""Whether a database is still as its adapter makes one today: compared with a fresh one, and mended where it can be."""

import asyncpg

__all__ = ["mended"]

_SCHEMAS = "not in ('pg_catalog', 'information_schema', 'pg_toast')"
_TABLES = f"""
select attrelid::regclass::text, attname::text, format_type(atttypid, atttypmod), attnotnull
from pg_attribute
join pg_class on pg_class.oid = attrelid
where relkind = 'r' and attnum > 0 and not attisdropped and relnamespace::regnamespace::text {_SCHEMAS}
union all
select conrelid::regclass::text, conname::text, pg_get_constraintdef(oid), true
from pg_constraint
where connamespace::regnamespace::text {_SCHEMAS}
union all
select proname::text, '', pg_get_functiondef(oid), true
from pg_proc
where pronamespace::regnamespace::text {_SCHEMAS} and proname <> 'sees'
"""
_SEES = "select pg_get_functiondef(oid) from pg_proc where proname = 'sees'"
"""What each view sees: no table or index is made with it, so that it can be given anew."""
_INDEXES = f"select schemaname, indexname, indexdef from pg_indexes where schemaname {_SCHEMAS}"


async def mended(registry: asyncpg.Connection, fresh: asyncpg.Connection) -> bool | None:
    """Gives the registry the indexes of a fresh one, and what its views see; True where any index differed.

    None where its tables, constraints or functions are not those of the fresh one: then it is to be filled again.
    """
    if set(await registry.fetch(_TABLES)) != set(await fresh.fetch(_TABLES)):
        return None
    await registry.execute(await fresh.fetchval(_SEES))
    had, wanted = [{tuple(row) for row in await each.fetch(_INDEXES)} for each in (registry, fresh)]
    if had == wanted:
        return False
    for schema, name, _ in had - wanted:
        await registry.execute(f'drop index "{schema}"."{name}"')
    for _, _, definition in wanted - had:
        await registry.execute(definition)
    await registry.execute("analyze")
    return True
