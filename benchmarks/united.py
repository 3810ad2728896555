"""Both registries in one database, as PostGraphile needs them: foreign tables over each, and views of both together."""

import asyncio
from collections.abc import Mapping
from urllib.parse import unquote, urlsplit

import asyncpg

from adapters.contract.codes import Visibility
from adapters.kit import folder
from gateway.app import load_adapters
from gateway.settings import Settings

__all__ = ["unite"]

_DATABASE = "united"
_SIDE = "benchmarks"
"""The schema of a registry that holds what is shown of it."""


def unite(dsns: Mapping[str, str]) -> str:
    """Makes the database on the first city's server, anew; gives its address."""
    return asyncio.run(_united(dsns))


async def _united(dsns: Mapping[str, str]) -> str:
    adapters = load_adapters(Settings(registries={city: {"dsn": dsn} for city, dsn in dsns.items()}))
    cities = {
        adapter.cluster.code: (city, folder.load(adapter.folder).under(Visibility.CORRIDOR))
        for city, adapter in adapters.items()
    }
    first = next(iter(dsns.values()))
    for city, projections in cities.values():
        await _run(dsns[city], _shown(projections))
    await _run(first, f"drop database if exists {_DATABASE} with (force)")
    await _run(first, f"create database {_DATABASE}")
    united = urlsplit(first)._replace(path=f"/{_DATABASE}").geturl()
    foreign = "\n".join(_foreign(city, dsns[city]) for city, _ in cities.values())
    await _run(united, f"create extension postgres_fdw;\n{foreign}\n{_together(cities)}")
    return united


async def _run(dsn: str, sql: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(sql)
    finally:
        await connection.close()


def _shown(projections: Mapping[str, str]) -> str:
    """In a registry: the columns of its projections that are asked for, as views.

    Keys keep the collation of their database: a foreign table is not asked for a key of any other one by parameter.
    """

    def posting(kind: str, columns: str) -> str:
        return f"""
create view {_SIDE}.{kind} as
select row.key, row.owner_key, row.kind, {columns}
    row.valid_until::text as valid_until, row.updated_at, title.text as title_text, title.lang as title_lang
from ({projections[kind]}) as row
left join lateral (
    select text, lang
    from ({projections[f"{kind}_text"]}) as text
    where text.{kind}_key = row.key and text.field = 'TITLE'
    order by array_position('{{en,fr,es}}'::text[], lang), lang
    limit 1
) as title on true;"""

    return f"""
drop schema if exists {_SIDE} cascade;
create schema {_SIDE};
create view {_SIDE}.member as
select key, display_name, sector, org_type, founded, city, country,
    to_char(updated_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as updated_at, name_key collate "C" as name_key
from ({projections["member"]}) as row;
{posting("offer", "row.trl,")}
{posting("need", "")}"""


def _foreign(city: str, dsn: str) -> str:
    """In the united database: a registry's views as foreign tables, in a schema of its own."""
    at = urlsplit(dsn)
    return f"""
create server {city} foreign data wrapper postgres_fdw options (
    host '{at.hostname}', port '{at.port}', dbname '{at.path[1:]}', use_remote_estimate 'true', fetch_size '100'
);
create user mapping for current_user server {city} options (
    user '{unquote(at.username or "")}', password '{unquote(at.password or "")}'
);
create schema {city};
import foreign schema {_SIDE} from server {city} into {city};"""


def _together(cities: Mapping[str, tuple[str, Mapping[str, str]]]) -> str:
    """In the united database: what PostGraphile shows, with keys and references told in smart tags."""

    def view(name: str) -> str:
        parts = (f"select '{code}'::text as cluster, * from {city}.{name}" for code, (city, _) in cities.items())
        return f"create view public.{name} as\n" + "\nunion all\n".join(parts) + ";"

    owned = "\n".join(
        f"comment on view public.{name} is E'@primaryKey cluster,key\\n"
        f"@foreignKey (cluster,owner_key) references member (cluster,key)|@fieldName owner|@foreignFieldName {name}s';"
        for name in ("offer", "need")
    )
    return f"""
{view("member")}
{view("offer")}
{view("need")}
comment on view public.member is E'@primaryKey cluster,key';
{owned}
create function public.members_behind(name text, cluster text, key text) returns setof public.member
language sql stable
begin atomic
    select *
    from public.member as row
    where row.name_key >= $1
        and (row.name_key > $1 or row.cluster > $2 or (row.cluster = $2 and row.key > $3))
    order by row.name_key, row.cluster, row.key;
end;"""
