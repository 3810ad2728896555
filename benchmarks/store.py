"""The corridor store of a comparison, and the partner whose key every request to the gateway carries."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from time import time

import asyncpg

from adapters.contract.viewers import ViewerClass
from benchmarks.registries import HOME
from gateway.access.admission import Holder
from gateway.access.register import Register
from gateway.access.viewer import GRANTABLE, Viewer
from gateway.audit import Page
from gateway.embedded import EmbeddedServer
from gateway.execution.disclosed import Disclosure
from gateway.store import Store
from gateway.store.migration import migrate

__all__ = ["PARTNER", "Given", "Unlogged", "store"]

PARTNER = Viewer(
    ViewerClass.PARTNER_APP, "key:benchmark", "Benchmark", scopes=frozenset(GRANTABLE[ViewerClass.PARTNER_APP])
)
"""The partner, as whoever asks the gateway's inside is."""

_DATABASE = "store"
_LOGIN = "gateway"
_PASSWORD = "only for benchmarks"  # noqa: S105 - of a server on the loopback that ends with them


@dataclass(frozen=True, slots=True)
class Given:
    """The address of the store for a gateway, and the partner's key."""

    dsn: str
    key: str


class Unlogged:
    """The log of a gateway that answers to nobody: it only shows what it asks its registries."""

    async def write(self, viewer: Viewer, disclosures: Sequence[Disclosure]) -> None:
        """Nothing to be kept."""

    async def read(self, viewer: Viewer, first: int, behind: int | None) -> Page:
        """Nothing was kept."""
        return Page((), has_next=False)


@contextmanager
def store() -> Iterator[Given]:
    """Runs a durable store, with everything in it new."""
    with EmbeddedServer("store", HOME / "store") as server:
        yield asyncio.run(_made(server))


async def _made(server: EmbeddedServer) -> Given:
    connection = await asyncpg.connect(server.dsn())
    try:
        await connection.execute(f"drop database if exists {_DATABASE}")
        await connection.execute(f"create database {_DATABASE}")
        await migrate(server.dsn(_DATABASE))
        await connection.execute(f"drop role if exists {_LOGIN}")
        await connection.execute(f"create role {_LOGIN} login password '{_PASSWORD}' in role corridor_app")
    finally:
        await connection.close()
    owner = Store(server.dsn(_DATABASE))
    try:
        holder = Holder(PARTNER.kind, PARTNER.organisation, scopes=PARTNER.scopes)
        key = await Register(owner, lambda _member: None, time).create(holder, timedelta(days=1))
    finally:
        await owner.close()
    return Given(server.dsn(_DATABASE, _LOGIN, _PASSWORD), str(key))
