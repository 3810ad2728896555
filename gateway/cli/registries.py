"""The demo's servers: one for each city, filled once with the reference data, and one for the corridor store."""

import asyncio
import hashlib
import json
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Self

import asyncpg
import typer
from pydantic import SecretStr

import adapters
import gateway
from adapters.contract.registry import Adapter
from gateway.cli.demo_store import DemoStore
from gateway.cli.private import write_private
from gateway.embedded import EmbeddedServer
from gateway.settings import Introspection, RegistrySettings, Settings

__all__ = ["CITIES", "DemoRegistries", "FillProgress", "Population", "default_home", "read_state"]

CITIES = ("montreal", "guadalajara")
"""The cities of the demo, which are also the names of their adapters."""

_DATABASE = "registry"
_LOGIN = "corridor_gateway"
_READER = "corridor_reader"
_STATE = "demo.json"

FillProgress = Callable[[str, int, int], None]
"""Called with the city, how many members are written, of how many."""


@dataclass(frozen=True, slots=True)
class Population:
    """How many members are invented in each city, and from which seed."""

    members: int
    seed: int


def default_home() -> Path:
    """Where the demo keeps its data: ``var/demo`` of a checkout, else the user's own application folder."""
    root = Path(gateway.__path__[0]).parent
    checkout = (root / "pyproject.toml").is_file()
    return root / "var" / "demo" if checkout else Path(typer.get_app_dir("corridor")) / "demo"


def read_state(home: Path) -> Mapping[str, str]:
    """The DSNs of the demo that last ran in this home, by city; empty where none did."""
    try:
        cities: Mapping[str, str] = json.loads((home / _STATE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return cities


class DemoRegistries:
    """One server for each city below ``home``, and the store's.

    Everything but ``prepare`` blocks, and belongs to the main thread. Every method may raise ``ServerFailed``. As a
    context manager it stops the servers at the end.
    """

    def __init__(self, home: Path) -> None:
        self.home = home
        self.adapters: dict[str, Adapter] = {city: import_module(f"adapters.{city}").ADAPTER for city in CITIES}
        self.servers = {city: EmbeddedServer(city, home / city) for city in CITIES}
        self.store = DemoStore(home)

    def __enter__(self) -> Self:
        self.home.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(self, *_: object) -> None:
        for server in (*self.servers.values(), self.store.server):
            server.stop()

    @property
    def origin(self) -> str:
        """Which Postgres runs, for people."""
        return next(iter(self.servers.values())).binaries.origin

    def start(self) -> None:
        """Starts all servers, which are made first where they are not there yet."""
        for server in (*self.servers.values(), self.store.server):
            server.start()

    async def prepare(self, population: Population, progress: FillProgress) -> Settings:
        """Fills what is not filled yet, gives the gateway a login that only reads, and answers its settings.

        A registry that was filled only half, from other data or with another population is made anew; the store
        is kept, and migrated.
        """
        addresses = await asyncio.gather(*(self._prepare(city, population, progress) for city in CITIES))
        dsns = dict(zip(CITIES, addresses, strict=True))
        write_private(self.home / _STATE, json.dumps(dsns))
        registries = {city: RegistrySettings(dsn=SecretStr(dsn)) for city, dsn in dsns.items()}
        store = await self.store.prepare([adapter.cluster.code for adapter in self.adapters.values()])
        settings = Settings()
        secret = settings.cursor_secret or SecretStr(self._cursor_secret())
        # Not as arguments: those would be merged with the registries of the user's own settings.
        return settings.model_copy(
            update={
                "registries": registries,
                "store": store,
                "cursor_secret": secret,
                "graphiql": True,
                "introspection": Introspection.PUBLIC,
            }
        )

    async def _prepare(self, city: str, population: Population, progress: FillProgress) -> str:
        server, adapter = self.servers[city], self.adapters[city]
        filled = f"{population.members} members of seed {population.seed}, from data {_fingerprint(city)}"
        connection = await asyncpg.connect(server.dsn())
        try:
            comment = "select shobj_description(oid, 'pg_database') from pg_database where datname = $1"
            if await connection.fetchval(comment, _DATABASE) != filled:
                await connection.execute(f"drop database if exists {_DATABASE} with (force)")
                await connection.execute(f"create database {_DATABASE}")
                address = server.dsn(_DATABASE)
                await adapter.create(
                    address, population.members, population.seed, lambda done, of: progress(city, done, of)
                )
                await _execute(address, "vacuum analyze")
                await connection.execute(f"comment on database {_DATABASE} is '{filled}'")
            password = secrets.token_urlsafe(24)
            if not await connection.fetchval("select true from pg_roles where rolname = $1", _LOGIN):
                await connection.execute(f"create role {_LOGIN} in role {_READER}")
            await connection.execute(f"alter role {_LOGIN} login password '{password}'")
        finally:
            await connection.close()
        return server.dsn(_DATABASE, _LOGIN, password)

    def _cursor_secret(self) -> str:
        """Kept, so that a cursor outlives a restart."""
        file = self.home / "cursor_secret"
        if not file.exists():
            write_private(file, secrets.token_urlsafe(48))
        return file.read_text(encoding="utf-8")


async def _execute(dsn: str, statement: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


def _fingerprint(city: str) -> str:
    """Of all that a reference registry is made from; the projections only read it."""
    root = Path(adapters.__path__[0])
    digest = hashlib.sha256()
    for file in sorted(_sources(root, city)):
        digest.update(f"{file.relative_to(root)}\0".encode() + file.read_bytes())
    return digest.hexdigest()[:16]


def _sources(root: Path, city: str) -> Iterable[Path]:
    yield root / city / "indexes.sql"
    for folder in (root / city / "native", root / "kit" / "sample", root / "kit" / "sql"):
        yield from (path for path in folder.rglob("*") if path.suffix in {".csv", ".py", ".sql"})
