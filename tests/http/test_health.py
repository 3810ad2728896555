"""The health pages, and JSON for whatever is no page."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import asyncpg
import httpx
import pytest
from pydantic import SecretStr
from starlette.requests import Request

from adapters.contract.errors import RegistryTimeout
from gateway.app import create_app
from gateway.federation.directory import Directory, Source
from gateway.http.health import Health
from gateway.settings import RegistrySettings, Settings
from gateway.store import Store
from tests.federation.registries import ListedRegistry, cluster, failing
from tests.http.conftest import Serve, Staged
from tests.http.served import errors_of

LOST = RegistrySettings(dsn=SecretStr("postgresql://nobody@127.0.0.1:1/none"), deadline=5)


def _states(page: httpx.Response) -> dict[str, str]:
    return {each["cluster"]: each["state"] for each in page.json()["registries"]}


async def test_the_gateway_is_alive_and_ready(http: httpx.AsyncClient) -> None:
    assert (await http.get("/healthz")).json() == {"status": "alive"}
    page = await http.get("/readyz")
    assert page.status_code == 200
    assert page.json()["status"] == "ready"
    assert _states(page) == {"canieti-occidente": "OK", "technomontreal": "OK"}
    for registry in page.json()["registries"]:
        assert set(registry) == {"cluster", "name", "state", "latencyMs"}
        assert registry["latencyMs"] >= 0


async def test_it_is_ready_while_one_registry_answers(settings: Settings, serve: Serve) -> None:
    own = settings.model_copy(update={"registries": {**settings.registries, "montreal": LOST}})
    async with httpx.AsyncClient(base_url=serve(create_app(own)).url, timeout=20) as client:
        page = await client.get("/readyz")
    assert (page.status_code, page.json()["status"]) == (200, "ready")
    assert _states(page) == {"canieti-occidente": "OK", "technomontreal": "UNAVAILABLE"}


async def test_it_is_alive_but_not_ready_when_none_answers(settings: Settings, serve: Serve) -> None:
    own = settings.model_copy(update={"registries": {"montreal": LOST, "guadalajara": LOST}})
    async with httpx.AsyncClient(base_url=serve(create_app(own)).url, timeout=20) as client:
        page = await client.get("/readyz")
        assert (page.status_code, page.json()["status"]) == (503, "unready")
        assert _states(page) == {"canieti-occidente": "UNAVAILABLE", "technomontreal": "UNAVAILABLE"}
        assert not any(inner in page.text for inner in ("nobody", "none", "127.0.0.1"))
        for _ in range(8):
            await client.post("/graphql", json={"query": "{ members(first: 1) { complete } }"})
        assert (await client.get("/healthz")).status_code == 200
        hello = await client.post("/graphql", json={"query": "{ clusters { slug health } }"})
        assert {each["health"] for each in hello.json()["data"]["clusters"]} == {"CIRCUIT_OPEN"}


class _Asked:
    """A page of health over registries in this process, at a time that stands still, and what they were asked."""

    def __init__(self, *registries: ListedRegistry, store: Store | None = None) -> None:
        self.now = 0.0
        self.registries = registries
        self._health = Health(Directory.of(*(Source(each, 20) for each in registries)), store, lambda: self.now)

    async def page(self) -> dict[str, Any]:
        response = await self._health.ready(Request({"type": "http"}))
        assert response.headers["cache-control"] == "no-store"
        return {"status code": response.status_code, **json.loads(response.body)}

    async def states(self) -> list[str]:
        return [each["state"] for each in (await self.page())["registries"]]

    @property
    def asked(self) -> int:
        return sum(len(each.asked) for each in self.registries)


async def test_what_was_found_is_good_for_a_second() -> None:
    trouble = failing(None, RegistryTimeout("slow"))
    health = _Asked(ListedRegistry(cluster("one"), (), trouble), ListedRegistry(cluster("two"), ()))
    for _ in range(100):
        assert await health.states() == ["OK", "OK"]
    health.now = 0.999
    assert await health.states() == ["OK", "OK"]
    assert health.asked == 2
    health.now = 1.0
    assert await health.states() == ["TIMEOUT", "OK"]
    assert health.asked == 4


async def test_all_who_ask_at_once_wait_for_one_look() -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow(_question: str) -> None:
        begun.set()
        await go_on.wait()

    health = _Asked(ListedRegistry(cluster("one"), (), slow))
    waiting = [asyncio.create_task(health.states()) for _ in range(50)]
    await begun.wait()
    health.now = 5.0  # nobody begins another while it takes so long
    waiting += [asyncio.create_task(health.states()) for _ in range(50)]
    waiting[0].cancel()  # the first goes away, the others stay
    await asyncio.wait(waiting[:1])
    go_on.set()
    assert await asyncio.gather(*waiting[1:]) == [["OK"]] * 99
    assert health.asked == 1
    health.now = 5.999
    assert await health.states() == ["OK"]
    assert health.asked == 1, "it is good for a second from its end"


async def test_a_look_that_failed_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    health = _Asked(ListedRegistry(cluster("one"), ()))
    with monkeypatch.context() as broken:
        broken.setattr("gateway.http.health.orjson.dumps", _broken)
        with pytest.raises(ZeroDivisionError):
            await health.page()
    assert await health.states() == ["OK"]


def _broken(_page: object) -> bytes:
    raise ZeroDivisionError


def _drop(connection: asyncpg.Connection) -> Any:
    return connection.execute("drop schema corridor cascade")


def _age(version: str) -> Callable[[asyncpg.Connection], Any]:
    return lambda connection: connection.execute("update corridor.schema_version set version_num = $1", version)


@pytest.mark.parametrize(
    ("change", "state"), [(None, "OK"), (_age("0000"), "TOO_OLD"), (_age("9999"), "TOO_NEW"), (_drop, "EMPTY")]
)
async def test_the_state_of_the_store_is_told(
    store_owner: str, store: Store, change: Callable[[asyncpg.Connection], Any] | None, state: str
) -> None:
    if change is not None:
        owner = await asyncpg.connect(store_owner)
        await change(owner)
        await owner.close()
    page = await _Asked(ListedRegistry(cluster("one"), ()), store=store).page()
    assert (page["status code"], page["store"]) == (200, {"state": state})


async def test_the_page_tells_of_the_store_where_one_is_set(staged: Staged, http: httpx.AsyncClient) -> None:
    async with httpx.AsyncClient(base_url=staged.url, timeout=20) as client:
        assert (await client.get("/readyz")).json()["store"] == {"state": "OK"}
    assert "store" not in (await http.get("/readyz")).json()


async def test_a_store_that_is_away_leaves_the_gateway_ready() -> None:
    """What everybody may see is answered without it."""
    nowhere = Store("postgresql://nobody@127.0.0.1:1/none", timeout=10)
    page = await _Asked(ListedRegistry(cluster("one"), ()), store=nowhere).page()
    assert (page["status code"], page["status"], page["store"]) == (200, "ready", {"state": "UNAVAILABLE"})
    assert "127.0.0.1" not in str(page)
    assert "store" not in await _Asked(ListedRegistry(cluster("one"), ())).page()
    await nowhere.close()


@pytest.mark.parametrize(
    "path", ["/", "/graphql/", "/graphql/x", "/Graphql", "/healthz/", "/..%2f", "/%00", "/favicon.ico", "/graphiql/x"]
)
async def test_what_is_no_page_is_a_404_in_json(http: httpx.AsyncClient, path: str) -> None:
    for method in ("GET", "POST"):
        response = await http.request(method, path)
        assert response.status_code == 404
        (error,) = errors_of(response)
        assert error["extensions"] == {"code": "NO_SUCH_PAGE"}
        assert "/graphql" in error["message"]


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/graphiql"])
async def test_pages_can_only_be_read(http: httpx.AsyncClient, path: str) -> None:
    response = await http.post(path)
    assert response.status_code == 405
    assert "GET" in response.headers["allow"]
    assert [error["extensions"]["code"] for error in errors_of(response)] == ["METHOD_NOT_ALLOWED"]


async def test_without_graphiql_there_is_no_page_of_it(settings: Settings, serve: Serve) -> None:
    url = serve(create_app(settings.model_copy(update={"graphiql": False}))).url
    async with httpx.AsyncClient(base_url=url) as client:
        assert (await client.get("/graphiql")).status_code == 404
