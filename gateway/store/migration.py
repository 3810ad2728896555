"""Brings the schema of a store up to date: forward only, all or nothing, one at a time."""

from dataclasses import dataclass
from functools import partial

import asyncpg
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from gateway.store.schema import NEEDED, SchemaState

__all__ = ["Migrated", "MigrationFailed", "migrate"]

_CONNECT_SECONDS = 10.0
_LOCK = 0x636F727269646F72
"""The number of the advisory lock under which stores are migrated: ``corridor`` in ASCII."""


class MigrationFailed(Exception):
    """Nothing was changed; the message says why."""


@dataclass(frozen=True, slots=True)
class Migrated:
    """From which version of the schema to which; ``before`` is None where there was no schema."""

    before: str | None
    after: str


async def migrate(dsn: str) -> Migrated:
    """Applies what is missing in one transaction, as the login of the DSN, which then owns what is made.

    Several at once wait for each other. :class:`MigrationFailed`; asyncpg's errors, OSError, TimeoutError where the
    store cannot be reached.
    """
    connect = partial(asyncpg.connect, dsn, timeout=_CONNECT_SECONDS)
    engine = create_async_engine("postgresql+asyncpg://", async_creator=connect, poolclass=NullPool)
    try:
        async with engine.begin() as connection:
            await connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            before = await _version(connection)
            if before is not None and before > NEEDED:
                raise MigrationFailed(SchemaState.TOO_NEW.value)
            await connection.run_sync(_upgrade)
            return Migrated(before, NEEDED)
    except DBAPIError as error:
        raise MigrationFailed(f"the store refused: {error.orig}") from error
    finally:
        await engine.dispose()


async def _version(connection: AsyncConnection) -> str | None:
    if not await connection.scalar(text("select true from pg_namespace where nspname = 'corridor'")):
        await connection.execute(text("create schema corridor"))
    if await connection.scalar(text("select to_regclass('corridor.schema_version')")) is None:
        return None
    version: str | None = await connection.scalar(text("select version_num from corridor.schema_version"))
    return version


def _upgrade(connection: Connection) -> None:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", "gateway.store:migrations")
    config.set_main_option("path_separator", "os")
    command.upgrade(config, "head")
