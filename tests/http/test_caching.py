"""Which answers may be kept, and that one that is still good is not sent again."""

import json
from hashlib import sha256

import httpx
import pytest
from pydantic import SecretStr

from gateway.app import create_app
from gateway.settings import RegistrySettings, Settings
from tests.http.conftest import Serve
from tests.http.served import GRAPHQL

JSON = "application/json"
QUERY = "{ members(first: 3, orderBy: {field: NAME}) { nodes { displayName } complete totalCount } }"
PARTS = {"query": QUERY}


async def test_a_whole_answer_by_get_is_sent_once(http: httpx.AsyncClient) -> None:
    first = await http.get("/graphql", params=PARTS)
    assert first.status_code == 200
    tag = first.headers["etag"]
    assert tag.startswith('"')
    assert first.headers["cache-control"] == "no-cache"
    assert first.headers["vary"] == "Accept, Authorization"
    for known in (tag, f"W/{tag}", f'"x", {tag}', "*"):
        again = await http.get("/graphql", params=PARTS, headers={"if-none-match": known})
        assert (again.status_code, again.content) == (304, b"")
        for name in ("etag", "cache-control", "vary"):
            assert again.headers[name] == first.headers[name]
    for other in ('"x"', f"{tag[:-1]}", f"{tag}x", ""):
        changed = await http.get("/graphql", params=PARTS, headers={"if-none-match": other})
        assert (changed.status_code, changed.content) == (200, first.content)


async def test_the_tag_changes_with_the_answer_and_with_its_form(http: httpx.AsyncClient) -> None:
    forms = [await http.get("/graphql", params=PARTS, headers={"accept": accept}) for accept in (JSON, GRAPHQL)]
    other = await http.get("/graphql", params={"query": QUERY.replace("3", "2")})
    assert forms[0].content == forms[1].content
    assert len({response.headers["etag"] for response in (*forms, other)}) == 3
    unlike = await http.get(
        "/graphql", params=PARTS, headers={"accept": GRAPHQL, "if-none-match": forms[0].headers["etag"]}
    )
    assert unlike.status_code == 200


async def test_a_persisted_query_by_get_can_be_kept(http: httpx.AsyncClient) -> None:
    text = "{ __typename }"
    digest = sha256(text.encode()).hexdigest()
    extensions = json.dumps({"persistedQuery": {"version": 1, "sha256Hash": digest}})
    both = await http.get("/graphql", params={"query": text, "extensions": extensions})
    alone = await http.get("/graphql", params={"extensions": extensions})
    assert both.headers["etag"] == alone.headers["etag"]
    assert alone.headers["cache-control"] == "no-cache"


async def test_answers_may_be_kept_as_long_as_the_setting_says(settings: Settings, serve: Serve) -> None:
    kept = settings.model_copy(update={"cache_max_age": 30})
    async with httpx.AsyncClient(base_url=serve(create_app(kept)).url, timeout=20) as client:
        response = await client.get("/graphql", params=PARTS)
        assert response.headers["cache-control"] == "public, max-age=30"
        assert (await client.post("/graphql", json=PARTS)).headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "query",
    [
        "{", "{ nothing }", "", "mutation { __typename }",
        "{ members(first: 0) { complete } }",
        '{ __typename node(id: "x") { id } }',
        '{ members(after: "x") { complete } }',
        "query A { __typename } query B { __typename }",
    ],
)  # fmt: skip
async def test_no_error_is_kept(http: httpx.AsyncClient, query: str) -> None:
    for accept in (JSON, GRAPHQL):
        headers = {"accept": accept, "if-none-match": "*"}
        response = await http.get("/graphql", params={"query": query}, headers=headers)
        assert "errors" in response.json()
        assert response.headers["cache-control"] == "no-store"
        assert "etag" not in response.headers


async def test_nothing_else_is_kept_either(http: httpx.AsyncClient) -> None:
    answers = [
        await http.post("/graphql", json=PARTS, headers={"if-none-match": "*"}),
        await http.get("/graphql", params=PARTS, headers={"authorization": "Bearer x", "if-none-match": "*"}),
        await http.get("/graphql", params=PARTS, headers={"accept": "text/html"}),
        await http.put("/graphql", json=PARTS),
        await http.head("/graphql", params=PARTS),
        await http.get("/nowhere"),
    ]
    for response in answers:
        assert response.status_code != 304
        assert response.headers["cache-control"] == "no-store"
        assert "etag" not in response.headers


async def test_an_answer_without_a_registry_is_not_kept_unless_it_was_not_concerned(
    settings: Settings, serve: Serve
) -> None:
    lost = RegistrySettings(dsn=SecretStr("postgresql://nobody@127.0.0.1:1/none"), deadline=5)
    own = settings.model_copy(update={"registries": {**settings.registries, "montreal": lost}, "cache_max_age": 60})
    async with httpx.AsyncClient(base_url=serve(create_app(own)).url, timeout=20) as client:
        for query, kept in (
            (QUERY, False),
            ("{ members { nodes { id } } }", False),
            ("{ members { totalCount } }", False),
            ("{ members { facets(fields: [SECTOR]) { values { count } } } }", False),
            ('{ members(filter: {clusters: ["technomontreal"]}) { nodes { id } } }', False),
            ('{ members(filter: {clusters: ["canieti-occidente"]}) { nodes { id } } }', True),
            ("{ __typename }", True),
        ):
            response = await client.get("/graphql", params={"query": query})
            expected = "public, max-age=60" if kept else "no-store"
            assert response.headers["cache-control"] == expected, query
            assert ("etag" in response.headers) is kept
