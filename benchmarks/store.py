"""The corridor store of a comparison, and the partner whose key every request to the gateway carries."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from time import time
from uuid import uuid4

import asyncpg
import orjson

from adapters.contract.viewers import ViewerClass
from benchmarks.registries import HOME
from gateway.access.admission import Holder
from gateway.access.register import Register
from gateway.access.viewer import GRANTABLE, Viewer
from gateway.audit import Page
from gateway.cli.demo_agreement import make_agreement
from gateway.corridor.consortium import Requirement, Rules, global_id
from gateway.embedded import EmbeddedServer
from gateway.execution.disclosed import Disclosure
from gateway.reference import Reference
from gateway.store import Store
from gateway.store.migration import migrate

__all__ = ["COORDINATOR", "PARTNER", "Given", "Unlogged", "agree", "found", "store"]

_CITIES = ("technomontreal", "canieti-occidente")

PARTNER = Viewer(
    ViewerClass.PARTNER_APP, "key:benchmark", "Benchmark", scopes=frozenset(GRANTABLE[ViewerClass.PARTNER_APP])
)
"""The partner, as whoever asks the gateway's inside is."""
_DATABASE = "store"
_LOGIN = "gateway"
_PASSWORD = "only for benchmarks"  # noqa: S105 - of a server on the loopback that ends with them


COORDINATOR = Viewer(
    ViewerClass.COORDINATOR,
    "key:coordinator",
    "Benchmark",
    _CITIES[0],
    scopes=frozenset(GRANTABLE[ViewerClass.COORDINATOR]),
)
"""Who looks at consortia."""


@dataclass(frozen=True, slots=True)
class Given:
    """The address of the store for a gateway and for who owns it, and the keys of the partner and the coordinator."""

    dsn: str
    owner: str
    key: str
    coordinator: str


class Unlogged:
    """The log of a gateway that answers to nobody: it only shows what it asks its registries."""

    async def write(self, viewer: Viewer, disclosures: Sequence[Disclosure]) -> None:
        """Nothing to be kept."""

    async def read(self, viewer: Viewer, first: int, behind: int | None) -> Page:
        """Nothing was kept."""
        return Page((), has_next=False)


async def agree(dsn: str, clusters: Sequence[str]) -> None:
    """Has these clusters agree on everything, so that the partner reads them; one alone with one that is not there."""
    opened = Store(dsn, 1, 60.0)
    try:
        await make_agreement(opened, clusters if len(clusters) > 1 else [*clusters, "elsewhere"])
    finally:
        await opened.close()


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
        register = Register(owner, lambda _member: None, time)
        key, coordinator = [
            await register.create(
                Holder(each.kind, each.organisation, each.cluster, None, each.scopes), timedelta(days=1)
            )
            for each in (PARTNER, COORDINATOR)
        ]
    finally:
        await owner.close()
    await agree(server.dsn(_DATABASE), _CITIES)
    return Given(server.dsn(_DATABASE, _LOGIN, _PASSWORD), server.dsn(_DATABASE), str(key), str(coordinator))


async def found(dsn: str, members: Sequence[Sequence[str]], requirements: Sequence[Requirement]) -> list[str]:
    """Founds a consortium of each of these groups of members, by global ID; gives their global IDs."""
    made = []
    connection = await asyncpg.connect(dsn)
    try:
        for group in members:
            key = uuid4()
            made.append(global_id("Consortium", key))
            await connection.execute(
                "insert into corridor.consortium (id, cluster, title, lang, target_markets, requirements, rules, state)"
                " values ($1, $2, 'A consortium', 'en', '{CO}', $3, $4, 'RECRUITING')",
                key,
                COORDINATOR.cluster,
                orjson.dumps([each.stored for each in requirements]).decode(),
                orjson.dumps(Rules().stored).decode(),
            )
            await connection.executemany(
                "insert into corridor.seat (id, consortium, member, cluster, role, state, covers)"
                " values (gen_random_uuid(), $1, $2, $3, $4, 'ACCEPTED', '{}')",
                [
                    (key, each, Reference.parse(each).cluster, "PARTNER" if place else "LEAD")
                    for place, each in enumerate(group)
                ],
            )
        await connection.execute("analyze")
    finally:
        await connection.close()
    return made
