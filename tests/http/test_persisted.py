"""Automatic persisted queries, as Apollo's clients ask for them."""

import json
from collections.abc import AsyncIterator
from hashlib import sha256
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from gateway.app import create_app
from gateway.errors import ClientError, ErrorCode
from gateway.http.persisted import PersistedQueries
from gateway.settings import Settings
from tests.http.conftest import Serve
from tests.http.served import GRAPHQL, errors_of

APOLLO = f"{GRAPHQL},application/json;q=0.9"
"""What Apollo's client accepts; its older versions accept `*/*`."""

TEXT = "query Towns($slug: String!) {\n  cluster(slug: $slug) {\n    city\n    __typename\n  }\n}"
VARIABLES = {"slug": "technomontreal"}
TOWN = {"data": {"cluster": {"city": "Montréal", "__typename": "Cluster"}}}


def named(text: str, version: object = 1) -> dict[str, Any]:
    """The extensions that name a document."""
    return {"persistedQuery": {"version": version, "sha256Hash": sha256(text.encode()).hexdigest()}}


def digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


@pytest.fixture
async def client(settings: Settings, serve: Serve) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a gateway that knows no document yet."""
    async with httpx.AsyncClient(base_url=serve(create_app(settings)).url, timeout=20) as made:
        yield made


async def ask(
    client: httpx.AsyncClient, method: str, *, text: str | None = TEXT, sent: bool, accept: str = APOLLO, **more: Any
) -> httpx.Response:
    """The request of Apollo's persisted query link: the hash, and the text where it is sent."""
    parts = {"operationName": "Towns", "variables": VARIABLES, "extensions": named(text), **more}
    if sent:
        parts["query"] = text
    headers = {"accept": accept, "content-type": "application/json"}
    if method == "POST":
        return await client.post("/graphql", json=parts, headers=headers)
    params = {name: part if isinstance(part, str) else json.dumps(part) for name, part in parts.items()}
    return await client.get("/graphql", params=params, headers=headers)


@pytest.mark.parametrize(("accept", "status"), [(APOLLO, 400), ("*/*", 200), ("application/json", 200)])
@pytest.mark.parametrize("first", ["POST", "GET"])
async def test_the_hash_alone_then_both_then_the_hash_alone(
    client: httpx.AsyncClient, first: str, accept: str, status: int
) -> None:
    unknown = await ask(client, first, sent=False, accept=accept)
    assert unknown.status_code == status
    assert unknown.headers["cache-control"] == "no-store"
    (error,) = errors_of(unknown)
    assert error == {"message": "PersistedQueryNotFound", "extensions": {"code": "PERSISTED_QUERY_NOT_FOUND"}}
    both = await ask(client, first, sent=True, accept=accept)
    assert (both.status_code, both.json()) == (200, TOWN)
    for method in ("POST", "GET"):
        alone = await ask(client, method, sent=False, accept=accept)
        assert (alone.status_code, alone.json()) == (200, TOWN)


async def test_a_text_that_has_another_hash_is_refused_and_not_remembered(client: httpx.AsyncClient) -> None:
    for text in ("{ __typename }", TEXT):  # of an unknown hash, and of one that is known by then
        wrong = {"extensions": named(text), "query": "{ clusters { slug } }", "operationName": None}
        response = await ask(client, "POST", sent=False, **wrong)
        assert response.status_code == 400
        (error,) = errors_of(response)
        assert error["extensions"]["code"] == "BAD_REQUEST"
        assert "sha256Hash" in error["message"]
        await ask(client, "POST", sent=True)
    (error,) = errors_of(await ask(client, "POST", text="{ __typename }", sent=False))
    assert error["extensions"]["code"] == "PERSISTED_QUERY_NOT_FOUND"
    assert (await ask(client, "POST", sent=False)).json() == TOWN


@pytest.mark.parametrize("text", ["{", "{ nothing }", "query A { __typename } query B { __typename }"])
async def test_only_what_can_be_executed_is_remembered(client: httpx.AsyncClient, text: str) -> None:
    refused = await ask(client, "POST", text=text, sent=True, operationName=None)
    assert "data" not in refused.json()
    (error,) = errors_of(await ask(client, "POST", text=text, sent=False))
    assert error["extensions"]["code"] == "PERSISTED_QUERY_NOT_FOUND"


async def test_a_mutation_by_get_is_not_run_by_its_hash_either(client: httpx.AsyncClient) -> None:
    text = "mutation { __typename }"
    response = await ask(client, "GET", text=text, sent=True, operationName=None)
    assert "data" not in response.json()


@pytest.mark.parametrize(
    "given",
    [1, "x", [], True, {}, {"version": 1}, {"sha256Hash": "x"}, {"version": 1, "sha256Hash": 1},
     {"version": 1, "sha256Hash": None}, {"version": "1", "sha256Hash": "x"}, {"version": 2, "sha256Hash": "x"},
     {"version": 0, "sha256Hash": "x"}, {"version": None, "sha256Hash": "x"}],
)  # fmt: skip
@pytest.mark.parametrize("sent", [True, False])
async def test_other_versions_and_forms_are_refused(client: httpx.AsyncClient, given: object, *, sent: bool) -> None:
    response = await ask(client, "POST", sent=sent, extensions={"persistedQuery": given})
    assert response.status_code == 400
    (error,) = errors_of(response)
    assert error["extensions"]["code"] == "BAD_REQUEST"
    assert "persistedQuery" in error["message"]


async def test_an_upper_case_hash_is_another_one(client: httpx.AsyncClient) -> None:
    upper = {"persistedQuery": {"version": 1, "sha256Hash": digest(TEXT).upper()}}
    (error,) = errors_of(await ask(client, "POST", sent=True, extensions=upper))
    assert error["extensions"]["code"] == "BAD_REQUEST"


async def test_no_persisted_query_is_one_that_is_null(client: httpx.AsyncClient) -> None:
    assert (await ask(client, "POST", sent=True, extensions={"persistedQuery": None})).json() == TOWN


async def test_without_a_store_clients_are_told_to_send_texts(settings: Settings, serve: Serve) -> None:
    off = settings.model_copy(update={"persisted_queries": 0})
    async with httpx.AsyncClient(base_url=serve(create_app(off)).url, timeout=20) as client:
        for sent in (False, True):
            response = await ask(client, "POST", sent=sent, accept="*/*")
            assert response.status_code == 200
            (error,) = errors_of(response)
            assert error["message"] == "PersistedQueryNotSupported"
            assert error["extensions"]["code"] == "PERSISTED_QUERY_NOT_SUPPORTED"
        assert (await ask(client, "POST", sent=True, extensions=None)).json() == TOWN


async def test_the_document_asked_for_longest_ago_is_forgotten_first(settings: Settings, serve: Serve) -> None:
    two = settings.model_copy(update={"persisted_queries": 2, "cursor_secret": SecretStr("only for tests")})
    texts = [f"query Towns {{ a{number}: __typename }}" for number in range(3)]

    async def known(client: httpx.AsyncClient, text: str) -> bool:
        return "data" in (await ask(client, "POST", text=text, sent=False)).json()

    async with httpx.AsyncClient(base_url=serve(create_app(two)).url, timeout=20) as client:
        for text in texts[:2]:
            assert "data" in (await ask(client, "POST", text=text, sent=True)).json()
        assert await known(client, texts[0])
        assert "data" in (await ask(client, "POST", text=texts[2], sent=True)).json()
        assert [await known(client, text) for text in texts] == [True, False, True]


def test_the_texts_are_bounded_in_bytes_too() -> None:
    store = PersistedQueries(4)
    texts = [f"{number}" * 10_000 for number in range(4)]
    for text in texts:
        store.remember(digest(text), text)
        store.remember(digest(text), text)  # again changes nothing
    assert [store.text(digest(text)) == text for text in texts[1:]] == [True] * 3
    with pytest.raises(ClientError) as forgotten:
        store.text(digest(texts[0]))
    assert forgotten.value.code is ErrorCode.PERSISTED_QUERY_NOT_FOUND
    store.remember(digest("é" * 20_000), "é" * 20_000)  # 40 000 bytes: more than all may have
    assert store.cache_info() == (3, 1, 4, 0)
    store.remember(digest(texts[0]), texts[0])
    assert store.text(digest(texts[0])) == texts[0]
