"""Gateways over real HTTP: one over both cities, and others for what only they show."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass

import httpx
import pytest
from pydantic import SecretStr
from starlette.types import ASGIApp

from adapters.montreal import ADAPTER
from gateway.app import create_app
from gateway.cli.demo_viewers import make_viewers
from gateway.embedded import EmbeddedServer
from gateway.settings import Introspection, RatesSettings, RegistrySettings, Settings, StoreSettings
from tests.conftest import MakeDatabase
from tests.http.served import GRAPHQL, Served

Serve = Callable[[ASGIApp], Served]
Ask = Callable[..., Awaitable[httpx.Response]]

HEADERS = {"accept": GRAPHQL, "content-type": "application/json"}


@pytest.fixture(scope="session")
def serve() -> Iterator[Serve]:
    """Serves an application until the end of the session."""
    with ExitStack() as running:

        def start(app: ASGIApp) -> Served:
            served = Served(app)
            running.callback(served.stop)
            return served

        yield start


@pytest.fixture(scope="session")
def settings(city_databases: dict[str, str]) -> Settings:
    """Both cities, with time enough for a busy machine."""
    return Settings(
        registries={
            city: RegistrySettings(dsn=SecretStr(dsn), deadline=15, statement_timeout=10, connect_timeout=5)
            for city, dsn in city_databases.items()
        },
        cursor_secret=SecretStr("only for tests"),
        request_deadline=20,
        graphiql=True,
        introspection=Introspection.PUBLIC,
        rates=RatesSettings(enabled=False),
    )


@pytest.fixture(scope="session")
def gateway(settings: Settings, serve: Serve) -> Served:
    """The gateway over both cities."""
    return serve(create_app(settings))


@pytest.fixture(scope="session")
def gateway_url(gateway: Served) -> str:
    """Its address."""
    return gateway.url


@dataclass(frozen=True, slots=True)
class Staged:
    """A gateway as the demo has it: with a store, and a key for each class of viewers, by the names on its page."""

    url: str
    keys: Mapping[str, str | None]

    def login(self, name: str) -> dict[str, str]:
        """The header to ask with as that viewer."""
        return {} if self.keys[name] is None else {"authorization": f"Bearer {self.keys[name]}"}


@pytest.fixture(scope="session")
async def staged(
    settings: Settings,
    postgres: EmbeddedServer,
    make_session_database: MakeDatabase,
    store_template: str,
    store_login: tuple[str, str],
    serve: Serve,
) -> Staged:
    """The gateway over both cities again, as the demo has it."""
    owner = await make_session_database(store_template)
    store = StoreSettings(dsn=SecretStr(postgres.dsn(owner.rpartition("/")[2], *store_login)), timeout=10)
    registry = settings.registries["montreal"].dsn.get_secret_value()
    viewers = await make_viewers(owner, ADAPTER, registry)
    served = serve(create_app(settings.model_copy(update={"store": store}), viewers=viewers))
    return Staged(served.url, {viewer.name: viewer.key for viewer in viewers})


@pytest.fixture
async def http(gateway_url: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the gateway that gives up after 20 seconds: no request may hang."""
    async with httpx.AsyncClient(base_url=gateway_url, timeout=20) as client:
        yield client


@pytest.fixture
async def ask(http: httpx.AsyncClient) -> AsyncIterator[Ask]:
    """Posts an operation and gives the answer; afterwards the gateway has to answer a good query as ever."""

    async def post(query: str, variables: object = None, **members: object) -> httpx.Response:
        body = {"query": query, "variables": variables, **members}
        # json.dumps escapes, so that half a surrogate pair can be sent at all.
        return await http.post("/graphql", content=json.dumps(body), headers=HEADERS)

    yield post
    well = await post("{ members(first: 1) { nodes { id } complete } }")
    assert well.json()["data"]["members"]["complete"] is True
