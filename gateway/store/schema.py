"""Which version of its schema a store has, and which one this gateway needs."""

import re
from enum import Enum
from importlib.resources import files
from typing import Final, TypeAlias

import asyncpg

from gateway.errors import ClientError, ErrorCode

__all__ = ["NEEDED", "Queries", "SchemaMismatch", "SchemaState", "owns", "schema_of", "schema_state"]


def _newest() -> str:
    """The number of the newest migration, from the names of the files, so that serving needs nothing of Alembic."""
    names = (each.name for each in (files("gateway.store") / "migrations" / "versions").iterdir())
    return max(found[1] for found in map(re.compile(r"(\d{4})_\w+\.py$").match, names) if found)


NEEDED: Final = _newest()
"""The version that this gateway works with: four digits, those of its newest migration."""

_VERSION = "select version_num from corridor.schema_version"

Queries: TypeAlias = "asyncpg.Connection[asyncpg.Record] | asyncpg.pool.PoolConnectionProxy[asyncpg.Record]"
"""Whatever runs statements on one connection."""


class SchemaState(Enum):
    """How the schema of a store stands to this gateway; the value says so to people."""

    CURRENT = "the corridor store is up to date"
    EMPTY = "the corridor store has no schema yet: run corridor migrate"
    TOO_OLD = "the schema of the corridor store is older than this gateway: run corridor migrate"
    TOO_NEW = (
        "this gateway is older than the schema of the corridor store: run the version that migrated it, or a newer one"
    )
    CLOSED = "the login of the corridor store may not read it: grant corridor_app to it, as whoever owns the database"


class SchemaMismatch(ClientError):
    """The store was reached, but is not one that this gateway can use; ``state`` says why."""

    def __init__(self, state: SchemaState) -> None:
        super().__init__(
            ErrorCode.STORE_UNAVAILABLE,
            "The gateway's own store does not fit its version. Whoever runs the gateway has to mend that first.",
            retryable=False,
        )
        self.state = state


async def schema_state(connection: Queries) -> SchemaState:
    """Looks the version up: one round trip, outside of a transaction that anybody still needs."""
    try:
        version = await connection.fetchval(_VERSION)
    except (asyncpg.UndefinedTableError, asyncpg.InvalidSchemaNameError):
        return SchemaState.EMPTY
    except asyncpg.InsufficientPrivilegeError:
        return SchemaState.CLOSED
    if version is None:
        return SchemaState.EMPTY
    if version == NEEDED:
        return SchemaState.CURRENT
    return SchemaState.TOO_OLD if version < NEEDED else SchemaState.TOO_NEW


async def owns(connection: Queries) -> bool:
    """Whether this login could change what a gateway must not change, the disclosure log above all."""
    return bool(
        await connection.fetchval(
            "select pg_has_role(current_user, relowner, 'member') from pg_class"
            " where oid = to_regclass('corridor.disclosure')"
        )
    )


async def schema_of(dsn: str, timeout: float = 10.0) -> SchemaState:  # noqa: ASYNC109 - for each step of the driver
    """As :func:`schema_state`, on a connection of its own; asyncpg's errors, OSError, TimeoutError."""
    connection = await asyncpg.connect(dsn, timeout=timeout, command_timeout=timeout)
    try:
        return await schema_state(connection)
    finally:
        connection.terminate()
