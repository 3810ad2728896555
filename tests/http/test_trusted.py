"""Trusted documents: only what was registered runs, by its text or by its hash, with the store or without it."""

import json
from collections.abc import Awaitable, Callable
from hashlib import sha256
from typing import Any

import asyncpg
import httpx
import pytest
from pydantic import SecretStr, ValidationError

from gateway.app import create_app
from gateway.errors import ClientError, ErrorCode
from gateway.http.trusted import TrustedDocuments
from gateway.settings import DocumentMode, RateSettings, RatesSettings, Settings, StoreSettings
from gateway.store import Store
from tests.http.conftest import Serve
from tests.http.conversation import Conversation, events
from tests.http.served import GRAPHQL, errors_of

TEXT = "query Towns($slug: String!) {\n  cluster(slug: $slug) { city }\n}\n"
ASKED = {"variables": {"slug": "technomontreal"}}
TOWN = {"data": {"cluster": {"city": "Montréal"}}}

Register = Callable[[str], Awaitable[str]]


def digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def by_hash(text: str) -> dict[str, Any]:
    return {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": digest(text)}}}


@pytest.fixture
def register(store_owner: str) -> Register:
    """Registers a text as the owner of the store does."""

    async def insert(text: str) -> str:
        connection = await asyncpg.connect(store_owner)
        await connection.execute("insert into corridor.documents values ($1, $2, 'tests')", digest(text), text)
        await connection.close()
        return text

    return insert


@pytest.fixture
def url(settings: Settings, serve: Serve, store_dsn: str) -> str:
    """A gateway that runs nothing but what is registered."""
    store = StoreSettings(dsn=SecretStr(store_dsn), timeout=10)
    return serve(create_app(settings.model_copy(update={"store": store, "documents": DocumentMode.TRUSTED}))).url


async def ask(url: str, method: str = "POST", **parts: Any) -> httpx.Response:
    async with httpx.AsyncClient(base_url=url, timeout=20, headers={"accept": GRAPHQL}) as client:
        if method == "POST":
            return await client.post("/graphql", json=parts)
        params = {name: part if isinstance(part, str) else json.dumps(part) for name, part in parts.items()}
        return await client.get("/graphql", params=params)


@pytest.mark.parametrize("method", ["POST", "GET"])
async def test_a_registered_document_runs_by_each_of_its_names(url: str, register: Register, method: str) -> None:
    await register(TEXT)
    for named in (
        {"query": TEXT},
        by_hash(TEXT),
        {"query": TEXT, **by_hash(TEXT)},
        {"documentId": f"sha256:{digest(TEXT)}"},
    ):
        response = await ask(url, method, **named, **ASKED)
        assert (response.status_code, response.json()) == (200, TOWN), named


@pytest.mark.parametrize(
    "named",
    [
        {"query": "{ __typename }"},
        {"query": TEXT.strip()},
        {"query": "{"},
        {"query": "{ __schema { queryType { name } } }"},
        by_hash("{ __typename }"),
        {"query": "{ __typename }", **by_hash("{ __typename }")},
        {"documentId": f"sha256:{digest('x')}"},
        by_hash(TEXT.upper()),
    ],
)
async def test_nothing_else_does(url: str, register: Register, named: dict[str, Any]) -> None:
    await register(TEXT)
    for method in ("POST", "GET", "POST"):  # the protocol of persisted queries teaches it nothing
        response = await ask(url, method, **named)
        assert response.status_code == 403
        assert [error["extensions"]["code"] for error in errors_of(response)] == ["DOCUMENT_NOT_TRUSTED"]
        assert response.headers["cache-control"] == "no-store"


async def test_nor_by_websocket_or_events(url: str, register: Register) -> None:
    await register(TEXT)
    async with Conversation(url) as talk:
        await talk.init()
        await talk.subscribe("1", "{ __typename }")
        said = await talk.hear()
        assert (said["type"], said["payload"][0]["extensions"]["code"]) == ("error", "DOCUMENT_NOT_TRUSTED")
        await talk.say("subscribe", id="2", payload={"documentId": f"sha256:{digest(TEXT)}", **ASKED})
        assert (await talk.hear())["payload"] == TOWN
    async with httpx.AsyncClient(base_url=url, timeout=20) as client, events(client, "{ __typename }") as stream:
        _, data = await stream.next()
        assert data["errors"][0]["extensions"]["code"] == "DOCUMENT_NOT_TRUSTED"


async def test_a_new_one_is_known_without_a_restart(url: str, register: Register) -> None:
    assert (await ask(url, query=TEXT, **ASKED)).status_code == 403
    await register(TEXT)
    assert (await ask(url, query=TEXT, **ASKED)).json() == TOWN


@pytest.mark.parametrize(
    "named",
    [{"documentId": ""}, {"documentId": 1}, {"documentId": digest(TEXT)}, {"documentId": f"sha256:{digest(TEXT)}x"},
     {"documentId": f"sha256:{digest(TEXT).upper()}"}, {"documentId": f"sha256:{digest(TEXT)}", "query": TEXT},
     {"documentId": f"sha256:{digest(TEXT)}", **by_hash(TEXT)}, {"query": "{ __typename }", **by_hash(TEXT)}],
)  # fmt: skip
async def test_names_of_another_form_are_refused(url: str, register: Register, named: dict[str, Any]) -> None:
    await register(TEXT)
    response = await ask(url, **named)
    assert response.status_code == 400
    assert [error["extensions"]["code"] for error in errors_of(response)] == ["BAD_REQUEST"]


async def test_where_any_document_runs_a_registered_one_has_its_id(
    settings: Settings, serve: Serve, store_dsn: str, register: Register
) -> None:
    store = StoreSettings(dsn=SecretStr(store_dsn), timeout=10)
    url = serve(create_app(settings.model_copy(update={"store": store}))).url
    await register(TEXT)
    assert (await ask(url, documentId=f"sha256:{digest(TEXT)}", **ASKED)).json() == TOWN
    assert (await ask(url, query="{ __typename }")).status_code == 200
    assert (await ask(url, query="{ __typename }", **by_hash("{ __typename }"))).status_code == 200
    assert (await ask(url, **by_hash("{ __typename }"))).status_code == 200
    assert errors_of(await ask(url, documentId=f"sha256:{digest('x')}"))[0]["extensions"]["code"] == (
        "DOCUMENT_NOT_TRUSTED"
    )


async def test_looking_for_what_is_not_there_is_paid_for(settings: Settings, serve: Serve, store_dsn: str) -> None:
    own = settings.model_copy(
        update={
            "store": StoreSettings(dsn=SecretStr(store_dsn), timeout=10),
            "documents": DocumentMode.TRUSTED,
            "rates": RatesSettings(anonymous=RateSettings(burst=5, per_second=0.01)),
        }
    )
    url = serve(create_app(own)).url
    statuses = {(await ask(url, **by_hash(f"{number}"))).status_code for number in range(20)}
    assert statuses == {403, 429}


def test_the_mode_needs_a_store() -> None:
    with pytest.raises(ValidationError, match="TRUSTED needs a store"):
        Settings(documents="TRUSTED")


async def test_without_a_store_no_document_is_trusted(settings: Settings, serve: Serve) -> None:
    url = serve(create_app(settings.model_copy(update={"documents": DocumentMode.TRUSTED}))).url
    response = await ask(url, query="{ __typename }")
    assert (response.status_code, errors_of(response)[0]["extensions"]["code"]) == (403, "DOCUMENT_NOT_TRUSTED")


async def test_what_is_known_outlives_the_store_and_a_removal_does_not(
    store_dsn: str, store_owner: str, register: Register
) -> None:
    now = 0.0
    store = Store(store_dsn, timeout=10)
    trusted = TrustedDocuments(store, 2, fresh=30, clock=lambda: now)
    await register(TEXT)
    for _ in range(2):
        assert await trusted.document(digest(TEXT), None) == TEXT
    assert trusted.cache_info() == (1, 1, 2, 1)
    await store.close()
    now = 31.0  # and the store is asked again, which is away
    assert await trusted.document(None, TEXT) == TEXT
    now = 60.0
    assert await trusted.document(digest(TEXT), TEXT) == TEXT
    assert trusted.cache_info() == (2, 2, 2, 1)
    with pytest.raises(ClientError) as away:
        await trusted.document(digest("unknown"), None)
    assert away.value.code is ErrorCode.STORE_UNAVAILABLE

    again = Store(store_dsn, timeout=10)
    trusted = TrustedDocuments(again, 2, fresh=30, clock=lambda: now)
    assert await trusted.document(digest(TEXT), None) == TEXT
    connection = await asyncpg.connect(store_owner)
    await connection.execute("delete from corridor.documents")
    await connection.close()
    now = 91.0
    with pytest.raises(ClientError) as removed:
        await trusted.document(digest(TEXT), None)
    assert removed.value.code is ErrorCode.DOCUMENT_NOT_TRUSTED
    await again.close()


async def test_only_so_many_are_remembered(store_dsn: str, register: Register) -> None:
    texts = [await register(f"{{ a{number}: __typename }}") for number in range(3)]
    store = Store(store_dsn, timeout=10)
    trusted = TrustedDocuments(store, 2)
    for text in (*texts, texts[1]):
        assert await trusted.document(None, text) == text
    assert trusted.cache_info() == (1, 3, 2, 2)
    await store.close()
