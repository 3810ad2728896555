"""The corridor store of the demo: a Postgres server of its own, migrated, with a login that is the gateway's."""

import json
import secrets
from collections.abc import Sequence
from pathlib import Path

import asyncpg
from pydantic import SecretStr

from gateway.cli.demo_agreement import make_agreement
from gateway.cli.private import write_private
from gateway.embedded import EmbeddedServer, ServerFailed
from gateway.settings import StoreSettings
from gateway.store import Store

__all__ = ["DemoStore", "read_owner"]

_DATABASE = "corridor"
_LOGIN = "corridor_gateway"
_STATE = "store.json"
_SECONDS = 30.0


def read_owner(home: Path) -> str | None:
    """The DSN of the owner of the store of the demo that last ran in this home, None where none did."""
    try:
        owner: str = json.loads((home / _STATE).read_text(encoding="utf-8"))["owner"]
    except FileNotFoundError:
        return None
    return owner


class DemoStore:
    """The server below ``home``. Everything but ``prepare`` blocks, and belongs to the main thread."""

    def __init__(self, home: Path) -> None:
        self.server = EmbeddedServer("store", home / "store")
        self._home = home

    @property
    def owner_dsn(self) -> str:
        """Its address for whoever owns it."""
        return self.server.dsn(_DATABASE)

    async def prepare(self, clusters: Sequence[str]) -> StoreSettings:
        """Makes the database where there is none, migrates it, and gives the gateway a login with a new password.

        Between these clusters, by their codes, there is an agreement in force.
        """
        from gateway.store.migration import MigrationFailed, migrate  # noqa: PLC0415 - serving need not load Alembic

        connection = await asyncpg.connect(self.server.dsn())
        try:
            if not await connection.fetchval("select true from pg_database where datname = $1", _DATABASE):
                await connection.execute(f"create database {_DATABASE}")
            try:
                await migrate(self.owner_dsn)
            except MigrationFailed as error:
                raise ServerFailed(f"{error}. Or delete {self.server.home} to make the store anew.") from error
            password = secrets.token_urlsafe(24)
            if not await connection.fetchval("select true from pg_roles where rolname = $1", _LOGIN):
                await connection.execute(f"create role {_LOGIN} in role corridor_app")
            await connection.execute(f"alter role {_LOGIN} login password '{password}'")
        finally:
            await connection.close()
        write_private(self._home / _STATE, json.dumps({"owner": self.owner_dsn}))
        dsn = self.server.dsn(_DATABASE, _LOGIN, password)
        store = Store(dsn, 1, _SECONDS)
        try:
            await make_agreement(store, clusters)
        finally:
            await store.close()
        return StoreSettings(dsn=SecretStr(dsn))
