"""What an attacker sends: requests that two programs may read differently, and such as cost much and bring nothing."""

import asyncio
import gzip
import json
import re
import secrets
import socket
from collections.abc import Iterator
from contextlib import AsyncExitStack
from ipaddress import ip_network

import httpx
import pytest
import websockets
from pydantic import SecretStr

from gateway.access.key_text import make_key
from gateway.app import create_app
from gateway.cli import service
from gateway.limits.addresses import Addresses
from gateway.settings import DocumentMode, RateSettings, RatesSettings, Settings, StoreSettings
from tests.http.conftest import HEADERS, Serve
from tests.http.conversation import Conversation, events
from tests.http.served import Served, errors_of

POST = b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
SMUGGLED = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
BODY = b'{"query":"{__typename}"}'
HELLO = "query=%7B__typename%7D"


def sent(port: int, raw: bytes) -> bytes:
    """All that comes back over a connection, which the gateway has to end."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(raw)
        found = b""
        while part := connection.recv(65536):
            found += part
        return found


@pytest.fixture
def client(gateway_url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=gateway_url, timeout=20) as opened:
        yield opened


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(POST + b"Content-Length: 24\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", id="two lengths"),
        pytest.param(POST + b"Content-Length: 24\r\nContent-Length: 0\r\n\r\n" + BODY, id="the same twice"),
        pytest.param(POST + b"Content-Length: +24\r\n\r\n" + BODY, id="a signed length"),
        pytest.param(POST + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n" + BODY, id="a length beyond all numbers"),
        pytest.param(POST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", id="an unknown coding"),
        pytest.param(POST + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n", id="a space before the colon"),
        pytest.param(POST + b"X: a\r\n b\r\nContent-Length: 24\r\n\r\n" + BODY, id="a folded header"),
        pytest.param(POST.replace(b"\r\n", b"\n") + b"Content-Length: 24\n\n" + BODY, id="bare line feeds"),
        pytest.param(POST + b"Content-Length: 24\r\nX: a\0b\r\n\r\n" + BODY, id="a NUL in a header"),
    ],
)
def test_what_could_be_read_in_two_ways_is_refused_and_ends_the_connection(gateway: Served, raw: bytes) -> None:
    answer = sent(gateway.port, raw + SMUGGLED)
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert answer.count(b"HTTP/1.1 ") == 1, "what stood behind it was taken for a request of its own"


@pytest.mark.parametrize("target", ["//graphql", "/graphql/", "/graphql;x", "/GraphQL", "/x/../graphql", "/graphql%3F"])
def test_operations_have_one_address(gateway: Served, target: str) -> None:
    head = f"GET {target}?{HELLO} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    assert sent(gateway.port, head.encode()).startswith(b"HTTP/1.1 404 ")


@pytest.mark.parametrize(
    "target", ["/graphql", "/%67raphql", "http://elsewhere.example/graphql"], ids=["plain", "escaped", "absolute"]
)
@pytest.mark.parametrize("host", ["x", "localhost", "127.0.0.1", "corridor.example:1"])
def test_no_spelling_of_the_address_and_no_host_lets_anybody_in(gateway: Served, target: str, host: str) -> None:
    head = f"GET {target}?{HELLO} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nAuthorization: Bearer no\r\n"
    for more in ("", "X-Forwarded-For: 127.0.0.1\r\nX-Original-URL: /healthz\r\nX-Forwarded-Host: localhost\r\n"):
        assert sent(gateway.port, (head + more + "\r\n").encode()).startswith(b"HTTP/1.1 401 ")


def test_a_compressed_body_is_not_unpacked(client: httpx.Client) -> None:
    bomb = gzip.compress(b'{"query": "{ __typename }' + b" " * 10_000_000 + b'"}')
    response = client.post("/graphql", content=bomb, headers={**HEADERS, "content-encoding": "gzip"})
    assert response.status_code == 400
    assert [error["extensions"]["code"] for error in errors_of(response)] == ["BAD_REQUEST"]


def test_a_get_of_very_many_parameters_is_not_taken_apart(gateway: Served) -> None:
    """Each takes time to read, in which nobody else is answered."""
    head = f"GET /graphql?{HELLO}{'&a=%41' * 9000} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    answer = sent(gateway.port, head.encode())
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"parameters" in answer


def test_of_a_long_forwarded_header_nothing_is_kept_but_its_end() -> None:
    addresses = Addresses([ip_network("192.0.2.0/24")])
    for length in (2000, 3000):
        assert addresses.of("192.0.2.1", "x" * length + ", 198.51.100.1") == "198.51.100.1"
    assert addresses._remembered.cache_info().currsize == 1


@pytest.mark.parametrize("before", [b"", b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"], ids=["the first", "the second"])
@pytest.mark.parametrize("more", [b"x", b"x: y\r\n"], ids=["one long header", "many short ones"])
def test_headers_are_bounded(gateway: Served, before: bytes, more: bytes) -> None:
    """All of a request's head is kept in memory until it ends."""
    with socket.create_connection(("127.0.0.1", gateway.port), timeout=20) as connection:
        connection.sendall(before + b"GET /healthz HTTP/1.1\r\nHost: x\r\nX: y\r\n")
        with pytest.raises(OSError, match=r"reset|pipe"):
            connection.sendall(more * (32_000_000 // len(more)))


def test_headers_may_be_long(client: httpx.Client) -> None:
    headers = {f"x-{number}": "y" * 10_000 for number in range(6)}
    assert client.post("/graphql", content=BODY, headers={**HEADERS, **headers}).json() == {
        "data": {"__typename": "Query"}
    }


@pytest.mark.parametrize(
    "raw", [b"", b"GET /healthz HTTP/1.1\r\nHost: x\r\n", b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET /healthz HT"]
)
def test_headers_that_do_not_come_are_not_waited_for(
    gateway: Served, raw: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "_HEAD_SECONDS", 0.05)
    answer = sent(gateway.port, raw)
    assert answer.count(b"HTTP/1.1 200 ") == raw.count(b"\r\n\r\n")


def test_documents_cannot_be_tried_out_without_end(settings: Settings, serve: Serve, store_dsn: str) -> None:
    """Each name of a document that is unknown is a question to the store."""
    changed = {
        "store": StoreSettings(dsn=SecretStr(store_dsn), timeout=10),
        "documents": DocumentMode.TRUSTED,
        "rates": RatesSettings(anonymous=RateSettings(burst=100, per_second=0.01)),
    }
    with httpx.Client(base_url=serve(create_app(settings.model_copy(update=changed))).url, timeout=20) as client:
        bodies = ({"documentId": f"sha256:{secrets.token_hex(32)}"} for _ in range(20))
        statuses = [client.post("/graphql", json=each, headers=HEADERS).status_code for each in bodies]
    assert set(statuses) == {403, 429}
    assert statuses == sorted(statuses)


def test_credentials_cannot_be_tried_out_without_end(settings: Settings, serve: Serve, store_dsn: str) -> None:
    """Each well-formed key that is unknown is a question to the store, and each token a signature to check."""
    scarce = RateSettings(burst=300, per_second=0.01)
    changed = {
        "store": StoreSettings(dsn=SecretStr(store_dsn), timeout=10),
        "rates": RatesSettings(anonymous=scarce, partner_app=scarce),
    }
    with httpx.Client(base_url=serve(create_app(settings.model_copy(update=changed))).url, timeout=20) as client:
        headers = ({**HEADERS, "authorization": f"Bearer {make_key()}"} for _ in range(100))
        statuses = [client.post("/graphql", content=BODY, headers=each).status_code for each in headers]
    assert statuses[0] == 401
    assert 429 in statuses
    assert statuses == sorted(statuses)


def _from(address: str) -> dict[str, dict[str, str]]:
    return {"additional_headers": {"X-Forwarded-For": address}}


@pytest.fixture
def narrow(settings: Settings, serve: Serve) -> str:
    """The address of a gateway that holds four streams, behind a proxy that says who comes."""
    own = settings.model_copy(update={"max_streams": 4, "trusted_proxies": (ip_network("127.0.0.0/8"),)})
    return serve(create_app(own)).url


async def test_one_client_leaves_streams_for_others(narrow: str) -> None:
    async with AsyncExitStack() as held:
        for _ in range(2):
            await (await held.enter_async_context(Conversation(narrow, **_from("198.51.100.1")))).init()
        greedy = await held.enter_async_context(Conversation(narrow, **_from("198.51.100.1")))
        await greedy.say("connection_init")
        async with asyncio.timeout(20):
            code, reason = await greedy.closed()
        assert (code, reason[:29]) == (1013, "2 of your streams are open, w")
        other = await held.enter_async_context(Conversation(narrow, **_from("198.51.100.2")))
        await other.init()
        await other.subscribe("q", "{ __typename }")
        assert (await other.hear())["type"] == "next"


async def test_one_client_leaves_streams_of_events_for_others(narrow: str) -> None:
    query = "subscription { sourceHealth { status } }"
    async with AsyncExitStack() as held, httpx.AsyncClient(base_url=narrow, timeout=20) as client:
        statuses = []
        for address in ("198.51.100.1",) * 3 + ("198.51.100.2",):
            opened = events(client, query, headers={"x-forwarded-for": address})
            statuses.append((await held.enter_async_context(opened)).response.status_code)
        assert statuses == [200, 200, 429, 200]
        metrics = (await client.get("/metrics")).text
    assert re.search(r'corridor_streams{kind="events",.*} 3.0\n', metrics)


async def test_who_does_not_say_who_it_is_keeps_nobody_out(narrow: str) -> None:
    """Such connections have room of their own, and there one client leaves some for others, too."""
    async with AsyncExitStack() as held:
        for _ in range(8):
            await held.enter_async_context(Conversation(narrow, **_from("198.51.100.1")))
        with pytest.raises(websockets.InvalidStatus) as refused:
            await held.enter_async_context(Conversation(narrow, **_from("198.51.100.1")))
        assert refused.value.response.status_code == 429
        assert int(refused.value.response.headers["retry-after"]) > 0
        for number in range(2, 6):
            other = await held.enter_async_context(Conversation(narrow, **_from(f"198.51.100.{number}")))
            await other.init()


def test_what_python_says_of_a_number_is_not_passed_on(client: httpx.Client) -> None:
    for number in ("9" * 5000, "-" + "9" * 5000):
        query = f"{{ members(first: {number}) {{ nodes {{ id }} }} }}"
        response = client.post("/graphql", content=json.dumps({"query": query}), headers=HEADERS)
        assert response.status_code == 400
        assert not any("sys." in error["message"] or "Exceeds" in error["message"] for error in errors_of(response))


@pytest.mark.parametrize(
    "text",
    [
        "' or '1'='1", "'; drop schema public cascade; --", '"; drop schema public cascade; --', "$$; select 1; $$",
        "\\'; select pg_terminate_backend(pg_backend_pid()); --", "%' union select version() --", "*/ select 1 /*",
        "$1", "{0}", "%s", "%(x)s", ":x", "${7*7}", "{{7*7}}", "a & b | !c <-> (d:*", "\u02bc or 1=1", "x' collate \"C",
        "1; copy (select 1) to program 'id'", "../../etc/passwd", "`id`", "$(id)", "<!--#exec-->",
        "\r\nSet-Cookie: a=b",
    ],
)  # fmt: skip
def test_text_is_never_run(client: httpx.Client, text: str) -> None:
    """In whatever place it stands it is a value: found or not, refused or not, but neither SQL nor anything else."""
    query = """query ($text: String!, $id: ID!) {
      members(search: $text) { nodes { id } complete totalCount }
      offers(filter: {concepts: []}, after: $text) { nodes { id } }
      cluster(slug: $text) { id }
      node(id: $id) { id }
      nodes(ids: [$id]) { id }
      _entities(representations: [{__typename: "Member", id: $id}]) { __typename }
    }"""
    content = json.dumps({"query": query, "variables": {"text": text, "id": text}})
    response = client.post("/graphql", content=content, headers=HEADERS)
    codes = {error["extensions"]["code"] for error in errors_of(response)}
    assert codes <= {"BAD_CURSOR", "BAD_ID", "BAD_INPUT"}, response.text
    assert "set-cookie" not in response.headers
    whole = client.post(
        "/graphql", content=json.dumps({"query": "{ members(first: 1) { complete } }"}), headers=HEADERS
    )
    assert whole.json()["data"]["members"]["complete"] is True


def test_a_cursor_is_made_by_nobody_but_the_gateway(client: httpx.Client) -> None:
    for forged in (secrets.token_urlsafe(60), secrets.token_urlsafe(3), "e30", "AAAA" * 20):
        query = {"query": "query ($c: String!) { members(after: $c) { nodes { id } } }", "variables": {"c": forged}}
        response = client.post("/graphql", content=json.dumps(query), headers=HEADERS)
        assert [error["extensions"]["code"] for error in errors_of(response)] == ["BAD_CURSOR"]
