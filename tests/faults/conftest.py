"""Two cities, each with its own server behind its own proxy, and gateways over them."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from time import monotonic
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest
from starlette.applications import Starlette

from gateway.app import create_app
from gateway.embedded import EmbeddedServer
from gateway.federation.directory import Directory
from gateway.settings import RegistrySettings, Settings
from tests.faults.gateway import RunningGateway, until
from tests.faults.proxy import Network, Proxy

_MEMBERS = 150
_SEED = 11
_DATABASE = "members_of_the_city"
_HELD = "select count(*) from pg_stat_activity where application_name = 'corridor-gateway'"

PATIENT = {"deadline": 5.0, "statement_timeout": 4.0, "connect_timeout": 3.0, "pool_size": 6}
"""A registry that is well answers within this even on a busy machine: seconds, and connections."""

SLACK = 1.0
"""Seconds that an answer may take beyond the deadline of the registry that holds it up."""

BRISK = {"deadline": 0.6, "statement_timeout": 0.45, "connect_timeout": 0.4, "pool_size": 6}
"""A registry that something is about to happen to."""

WITHIN = BRISK["deadline"] + SLACK
"""Seconds within which an answer must be there that waits for a brisk registry only."""

ServeGateway = Callable[..., Awaitable[RunningGateway]]


@dataclass(frozen=True, slots=True)
class City:
    """A city's registry: its settings key, its cluster, its server and the road there."""

    name: str
    cluster: str
    server: EmbeddedServer
    road: Proxy

    def settings(self, limits: dict[str, float]) -> RegistrySettings:
        """The registry by way of the proxy."""
        address = urlsplit(self.server.dsn(_DATABASE))
        login = address.netloc.rpartition("@")[0]
        dsn = urlunsplit(address._replace(netloc=f"{login}@127.0.0.1:{self.road.port}"))
        return RegistrySettings.model_validate({"dsn": dsn, **limits})

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must never reach a client."""
        password = urlsplit(self.server.dsn()).password or ""
        return f":{self.road.port}", f":{self.server.port}", password, _DATABASE

    async def connections_at_most(self, number: float) -> None:
        """Waits until gateways hold no more connections to the server than that, by its own count."""
        ends = monotonic() + 30
        connection = await asyncpg.connect(self.server.dsn(_DATABASE))
        try:
            while (held := await connection.fetchval(_HELD)) > number:
                assert monotonic() < ends, f"{held} connections are held to {self.name}, and not {number}"
                await asyncio.sleep(0.02)
            assert held > 0
        finally:
            await connection.close()


@pytest.fixture(scope="session")
async def servers() -> AsyncIterator[dict[str, EmbeddedServer]]:
    """The two cities' servers, filled, by the name of the city."""
    home = Path(tempfile.mkdtemp(prefix="corridor-faults-"))
    home.chmod(0o755)  # so that root's servers, which run as somebody else, can live in it
    made = {name: EmbeddedServer(name, home / name, durable=False) for name in ("guadalajara", "montreal")}
    try:
        for name, server in made.items():
            server.start()
            connection = await asyncpg.connect(server.dsn())
            await connection.execute(f"create database {_DATABASE}")
            await import_module(f"adapters.{name}").ADAPTER.create(
                server.dsn(_DATABASE), _MEMBERS, _SEED, lambda _done, _total: None
            )
            await connection.execute("checkpoint")  # so that nothing is lost when it is killed
            await connection.close()
        yield made
    finally:
        for server in made.values():
            server.destroy()
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def network() -> Iterator[Network]:
    """The thread that the proxies run in."""
    made = Network()
    yield made
    made.close()


def _city(name: str, servers: dict[str, EmbeddedServer], network: Network) -> Iterator[City]:
    server = servers[name]
    server.start()  # where the test before left it dead
    road = Proxy(network, server.port)
    yield City(name, import_module(f"adapters.{name}").ADAPTER.cluster.code, server, road)
    road.close()


@pytest.fixture
def montreal(servers: dict[str, EmbeddedServer], network: Network) -> Iterator[City]:
    """Montréal, well at the start of each test: the city that the faults befall."""
    yield from _city("montreal", servers, network)


@pytest.fixture
def guadalajara(servers: dict[str, EmbeddedServer], network: Network) -> Iterator[City]:
    """Guadalajara, well at the start of each test."""
    yield from _city("guadalajara", servers, network)


@pytest.fixture
async def serve(montreal: City, guadalajara: City) -> AsyncIterator[ServeGateway]:
    """Starts gateways over both cities; afterwards nothing may be left running in them."""
    running: list[RunningGateway] = []

    async def start(
        *,
        montreal_limits: dict[str, float] = BRISK,
        guadalajara_limits: dict[str, float] = PATIENT,
        pause: float = 0.2,
        deadline: float = 8.0,
        make: Callable[[Settings, Directory], Starlette] = create_app,
    ) -> RunningGateway:
        gateway = RunningGateway(
            {"montreal": montreal.settings(montreal_limits), "guadalajara": guadalajara.settings(guadalajara_limits)},
            (*montreal.secrets, *guadalajara.secrets),
            pause=pause,
            deadline=deadline,
            make=make,
        )
        await gateway.start()
        running.append(gateway)
        return gateway

    yield start
    for gateway in running:
        await gateway.client.aclose()
        await until(
            lambda gateway=gateway: len(gateway.tasks()) <= gateway.at_rest,
            "a gateway at rest",
        )
        await gateway.stop()


FAULTS: dict[str, Callable[[City], None]] = {
    "stopped": lambda city: city.server.stop(),
    "killed": lambda city: city.server.kill(),
    "refused": lambda city: city.road.down(),
    "reset": lambda city: city.road.resetting(),
    "cut off": lambda city: city.road.cutting(after=20),
    "black hole": lambda city: city.road.silent(),
    "too slow": lambda city: city.road.slow(3 * BRISK["deadline"]),
}

_SILENT = {"black hole", "too slow"}


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that befalls a registry, and the status that its outage has then."""

    befall: Callable[[City], None]
    status: str
    code: str


@pytest.fixture(params=sorted(FAULTS))
def fault(request: pytest.FixtureRequest) -> Fault:
    """Each fault in turn."""
    if request.param in _SILENT:
        return Fault(FAULTS[request.param], "TIMEOUT", "SOURCE_TIMEOUT")
    return Fault(FAULTS[request.param], "UNAVAILABLE", "SOURCE_UNAVAILABLE")


@pytest.fixture
async def gateway(serve: ServeGateway) -> RunningGateway:
    """A gateway that has Montréal answer briskly and gives Guadalajara time."""
    return await serve()
