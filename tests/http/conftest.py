"""Gateways over real HTTP: one over both cities, and others for what only they show."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module

import httpx
import pytest
from playwright.async_api import Browser, async_playwright
from pydantic import SecretStr
from starlette.types import ASGIApp

from gateway.app import create_app
from gateway.cli.demo_viewers import make_viewers
from gateway.embedded import EmbeddedServer
from gateway.settings import Introspection, RatesSettings, RegistrySettings, Settings, StoreSettings
from tests.agreements import agree
from tests.conftest import MakeDatabase
from tests.http.browsing import CHROMIUM_FLAGS, Visit, chromium
from tests.http.served import GRAPHQL, Served

Serve = Callable[[ASGIApp], Served]
Ask = Callable[..., Awaitable[httpx.Response]]

HEADERS = {"accept": GRAPHQL, "content-type": "application/json"}


@pytest.fixture(scope="session")
def keep_serving() -> Iterator[Serve]:
    """Serves an application until the end of the session."""
    running: list[Served] = []

    def start(app: ASGIApp) -> Served:
        running.append(Served(app))
        return running[-1]

    yield start
    for each in running:
        each.dismiss()
    for each in running:
        each.stop()


@pytest.fixture
def serve(keep_serving: Serve) -> Iterator[Serve]:
    """Serves an application until the end of the test; that it is gone is waited for at the end of the session."""
    running: list[Served] = []

    def start(app: ASGIApp) -> Served:
        running.append(keep_serving(app))
        return running[-1]

    yield start
    for each in running:
        each.dismiss()


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
def gateway(settings: Settings, keep_serving: Serve) -> Served:
    """The gateway over both cities."""
    return keep_serving(create_app(settings))


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


Stage = Callable[[], Awaitable[Staged]]


@pytest.fixture(scope="session")
def stage(
    settings: Settings,
    postgres: EmbeddedServer,
    make_session_database: MakeDatabase,
    store_template: str,
    store_login: tuple[str, str],
    city_databases: dict[str, str],
    keep_serving: Serve,
) -> Stage:
    """Serves the gateway over both cities as the demo has it, each time with a store of its own."""

    async def make() -> Staged:
        owner = await make_session_database(store_template)
        await agree(owner)
        store = StoreSettings(dsn=SecretStr(postgres.dsn(owner.rpartition("/")[2], *store_login)), timeout=10)
        cities = [(import_module(f"adapters.{city}").ADAPTER, dsn) for city, dsn in city_databases.items()]
        await agree(owner)
        viewers = await make_viewers(owner, cities)
        served = keep_serving(create_app(settings.model_copy(update={"store": store}), viewers=viewers))
        return Staged(served.url, {viewer.name: viewer.key for viewer in viewers})

    return make


@pytest.fixture(scope="session")
async def staged(stage: Stage) -> Staged:
    """One that tests share: they read, and leave the corridor's store as it is."""
    return await stage()


@pytest.fixture(scope="session")
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


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    """One headless Chromium that resolves no name: what is not the gateway's cannot be reached at all."""
    executable = chromium()
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=executable, args=CHROMIUM_FLAGS)
        yield opened
        await opened.close()


@pytest.fixture
async def visit(browser: Browser) -> AsyncIterator[Visit]:
    """Open the first page of a fresh profile."""
    context = await browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-CA")
    yield Visit(await context.new_page())
    await context.close()
