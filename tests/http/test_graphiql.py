"""The GraphiQL page: what its routes answer, and the examples that it is given."""

import gzip
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from graphql import OperationDefinitionNode, parse
from starlette.applications import Starlette

from gateway.http import graphiql
from gateway.http.graphiql import Example, PageViewer, examples, routes

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self' data:; "
    "img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)

SCRIPT = Path(graphiql.__file__).parent / "static" / "graphiql.js"


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    """Open a client of the page's routes alone, without a browser."""
    transport = httpx.ASGITransport(Starlette(routes=routes()))
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as opened:
        yield opened


async def test_every_answer_carries_the_security_headers(client: httpx.AsyncClient) -> None:
    for path in ("/graphiql", "/graphiql/examples.json", "/graphiql/graphiql.js", "/graphiql/LICENSES.txt"):
        response = await client.get(path)
        assert response.status_code == 200, path
        assert response.headers["content-security-policy"] == POLICY
        assert response.headers["x-content-type-options"] == "nosniff"
        assert response.headers["referrer-policy"] == "no-referrer"


async def test_the_page_has_no_inline_script_and_names_only_its_own_files(client: httpx.AsyncClient) -> None:
    html = (await client.get("/graphiql")).text
    assert re.findall(r"<script[^>]*>(.*?)</script>", html, re.DOTALL) == [""]
    for address in re.findall(r'(?:src|href)="([^"]+)"', html):
        assert address.startswith(("/graphiql/", "data:image/")), address


async def test_files_named_by_their_content_are_kept_for_good(client: httpx.AsyncClient) -> None:
    html = (await client.get("/graphiql")).text
    named = re.findall(r'"(/graphiql/graphiql\.[^"]+)"', html)
    assert len(named) == 2
    for address in named:
        assert "immutable" in (await client.get(address)).headers["cache-control"]
        assert (await client.get(address.split("?")[0])).headers["cache-control"] == "no-cache"
        assert (await client.get(address + "0")).headers["cache-control"] == "no-cache"


async def test_an_unchanged_file_is_not_sent_again(client: httpx.AsyncClient) -> None:
    first = await client.get("/graphiql/examples.json")
    second = await client.get("/graphiql/examples.json", headers={"If-None-Match": f'"other", {first.headers["etag"]}'})
    assert (second.status_code, second.content) == (304, b"")
    assert second.headers["etag"] == first.headers["etag"]


@pytest.mark.parametrize(("accepted", "encoding"), [("gzip, br", "gzip"), ("gzip;q=0", None), ("identity", None)])
async def test_compression_follows_what_the_client_accepts(
    client: httpx.AsyncClient, accepted: str, encoding: str | None
) -> None:
    async with client.stream("GET", "/graphiql/graphiql.js", headers={"Accept-Encoding": accepted}) as response:
        raw = b"".join([chunk async for chunk in response.aiter_raw()])
    assert response.headers.get("content-encoding") == encoding
    assert response.headers["vary"] == "Accept-Encoding"
    assert int(response.headers["content-length"]) == len(raw)
    script = gzip.decompress(raw) if encoding else raw
    assert script == SCRIPT.read_bytes()


async def test_the_page_reads_the_examples_in_order(client: httpx.AsyncClient) -> None:
    tabs = (await client.get("/graphiql/examples.json")).json()
    assert [tab["query"] for tab in tabs] == [example.query for example in examples()]
    assert len(tabs) >= 8


@pytest.mark.parametrize("example", examples(), ids=lambda example: example.name)
def test_an_example_is_one_explained_operation_named_like_its_file(example: Example) -> None:
    operations = [node for node in parse(example.query).definitions if isinstance(node, OperationDefinitionNode)]
    assert [operation.name.value for operation in operations if operation.name] == [example.name]
    assert example.query.startswith("# ")
    declared = {variable.variable.name.value for variable in operations[0].variable_definitions or ()}
    assert set(json.loads(example.variables or "{}")) <= declared


async def test_without_viewers_no_key_is_given_to_anybody(client: httpx.AsyncClient) -> None:
    response = await client.get("/graphiql/viewers.json")
    assert (response.status_code, response.json()) == (200, [])


async def test_keys_are_given_to_nobodys_cache() -> None:
    viewers = [PageViewer("Anonymous", "what is public", None), PageViewer("Partner app", "more", "cgw_1")]
    transport = httpx.ASGITransport(Starlette(routes=routes(viewers)))
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as opened:
        response = await opened.get("/graphiql/viewers.json")
    assert [each["key"] for each in response.json()] == [None, "cgw_1"]
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["content-security-policy"] == POLICY
    assert "cgw_1" not in repr(viewers)
