"""The health pages, and JSON for whatever is no page."""

import httpx
import pytest
from pydantic import SecretStr

from gateway.app import create_app
from gateway.settings import RegistrySettings, Settings
from tests.http.conftest import Serve
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
            page = await client.get("/readyz")
        assert _states(page) == {"canieti-occidente": "CIRCUIT_OPEN", "technomontreal": "CIRCUIT_OPEN"}
        assert (await client.get("/healthz")).status_code == 200
        hello = await client.post("/graphql", json={"query": "{ clusters { slug health } }"})
        assert {each["health"] for each in hello.json()["data"]["clusters"]} == {"CIRCUIT_OPEN"}


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
