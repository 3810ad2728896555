"""Gateways over real HTTP: one over both cities, and others for what only they show."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import ExitStack

import httpx
import pytest
from pydantic import SecretStr
from starlette.types import ASGIApp

from gateway.app import create_app
from gateway.settings import Introspection, RatesSettings, RegistrySettings, Settings
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
