"""GraphQL over WebSocket, spoken by a client of its own: the protocol, its limits, and what ends a connection."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import websockets
from pydantic import SecretStr

from gateway.errors import ClientError, ErrorCode
from gateway.execution.responses import Response
from gateway.federation.directory import Directory
from gateway.http.streams import Pace
from gateway.settings import RegistrySettings, Settings
from tests.http.conftest import Serve
from tests.http.conversation import PROTOCOL, Conversation
from tests.http.made import Doorkeeper, make
from tests.http.served import Served

HEALTH = "subscription { sourceHealth { cluster { slug } status retryable } }"
MEMBERS = "{ members(first: 2) { nodes { displayName } complete } }"
CLUSTERS = ["canieti-occidente", "technomontreal"]


@pytest.fixture
async def talk(gateway_url: str) -> AsyncIterator[Conversation]:
    async with Conversation(gateway_url) as conversation:
        yield conversation


@pytest.fixture(scope="session")
def hurried(settings: Settings, keep_serving: Serve) -> Served:
    """A gateway that waits for connection_init for an instant only."""
    return keep_serving(make(settings.model_copy(update={"subscription_init_timeout": 0.01})))


async def test_a_subscription_begins_with_all_registries(talk: Conversation) -> None:
    await talk.init()
    await talk.subscribe("h", HEALTH)
    heard = [await talk.hear() for _ in CLUSTERS]
    assert heard == [
        {
            "type": "next",
            "id": "h",
            "payload": {"data": {"sourceHealth": {"cluster": {"slug": slug}, "status": "OK", "retryable": False}}},
        }
        for slug in CLUSTERS
    ]
    await talk.say("complete", id="h")
    await talk.subscribe("h", "{ __typename }")  # the ID is free again
    assert (await talk.hear())["payload"] == {"data": {"__typename": "Query"}}
    assert await talk.hear() == {"type": "complete", "id": "h"}


async def test_queries_run_beside_each_other_under_the_same_rules_as_elsewhere(talk: Conversation) -> None:
    await talk.init()
    await talk.subscribe("members", MEMBERS)
    await talk.subscribe("wrong", "{ nothing }")
    await talk.subscribe("variables", "query ($n: Int!) { members(first: $n) { complete } }", variables={"n": "x"})
    await talk.subscribe("two", "query A { __typename } query B { __typename }")
    await talk.subscribe("named", "query A { __typename } query B { a: __typename }", operationName="B")
    await talk.subscribe("mutation", 'mutation { forgetMember(memberId: "x") { tombstoned } }')
    heard: dict[str, list[dict[str, Any]]] = {}
    for _ in range(8):
        message = await talk.hear()
        heard.setdefault(message["id"], []).append(message)
    assert [each["type"] for each in heard["members"]] == ["next", "complete"]
    assert len(heard["members"][0]["payload"]["data"]["members"]["nodes"]) == 2
    assert heard["named"][0]["payload"] == {"data": {"a": "Query"}}
    codes = {
        name: [error["extensions"]["code"] for error in messages[0]["payload"]]
        for name, messages in heard.items()
        if messages[0]["type"] == "error"
    }
    assert codes == {
        "wrong": ["VALIDATION_FAILED"],
        "variables": ["BAD_VARIABLES"],
        "two": ["OPERATION_UNKNOWN"],
        "mutation": ["FORBIDDEN"],
    }


async def test_pings_are_answered_before_and_after_the_beginning(talk: Conversation) -> None:
    await talk.say("ping", payload={"any": 1})
    assert await talk.hear() == {"type": "pong"}
    await talk.init()
    await talk.say("pong")
    await talk.say("ping")
    assert await talk.hear() == {"type": "pong"}


async def test_only_graphql_transport_ws_is_spoken(gateway_url: str) -> None:
    for offered in (["graphql-ws"], None):
        async with Conversation(gateway_url, subprotocols=offered) as talk:
            assert await talk.closed() == (4406, "Subprotocol not acceptable: offer graphql-transport-ws.")
    async with Conversation(gateway_url, subprotocols=["graphql-ws", PROTOCOL]) as talk:
        assert talk.socket.subprotocol == PROTOCOL
        await talk.init()


async def test_messages_are_not_compressed(talk: Conversation) -> None:
    assert talk.socket.response.headers.get("sec-websocket-extensions") is None


@pytest.mark.parametrize(
    "message",
    ["{", "1", "[]", "null", '"ping"', "{}", '{"type": 1}', '{"type": "start"}', '{"type": "connection_ack"}',
     '{"type": "subscribe"}', '{"type": "subscribe", "id": 1, "payload": {"query": "{ __typename }"}}',
     '{"type": "subscribe", "id": "", "payload": {"query": "{ __typename }"}}',
     json.dumps({"type": "subscribe", "id": "x" * 129, "payload": {"query": "{ __typename }"}}),
     '{"type": "subscribe", "id": "1"}', '{"type": "subscribe", "id": "1", "payload": []}',
     '{"type": "subscribe", "id": "1", "payload": {"query": 1}}',
     '{"type": "subscribe", "id": "1", "payload": {"query": "{ a }", "variables": []}}',
     '{"type": "subscribe", "id": "1", "payload": {"query": "{ a }", "operationName": 1}}',
     '{"type": "complete"}', '{"type": "ping", "payload": 1}', '{"type": "\\ud83d\\ude00"}', b"{}"],
)  # fmt: skip
async def test_4400_what_is_no_message_ends_the_connection(talk: Conversation, message: str | bytes) -> None:
    await talk.init()
    await talk.socket.send(message)
    code, reason = await talk.closed()
    assert code == 4400
    assert reason


@pytest.mark.parametrize("payload", [[], 1, "x", {"Authorization": 1}, {"authorization": "é"},
                                     {"authorization": "a", "Authorization": "b"}])  # fmt: skip
async def test_4400_a_beginning_of_another_form(talk: Conversation, payload: object) -> None:
    await talk.say("connection_init", payload=payload)
    assert (await talk.closed())[0] == 4400


async def test_4401_an_operation_before_the_beginning(talk: Conversation) -> None:
    await talk.subscribe("1", "{ __typename }")
    code, reason = await talk.closed()
    assert (code, reason.startswith("Unauthorized")) == (4401, True)


async def test_4403_a_credential_that_does_not_count(settings: Settings, serve: Serve) -> None:
    url = serve(make(settings, authenticate=Doorkeeper("good"))).url
    async with Conversation(url) as talk:
        await talk.say("connection_init", payload={"Authorization": "Bearer bad"})
        assert await talk.closed() == (4403, "This credential is not known.")
    async with Conversation(url) as talk:
        await talk.init(Authorization="Bearer good")
    with pytest.raises(websockets.InvalidStatus) as refused:
        async with Conversation(url, additional_headers={"Authorization": "Bearer bad"}):
            pass
    assert refused.value.response.status_code == 401
    assert refused.value.response.headers["www-authenticate"].startswith("Bearer")
    assert json.loads(refused.value.response.body)["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


async def test_4403_a_credential_that_is_taken_back(settings: Settings, serve: Serve) -> None:
    keeper = Doorkeeper("header", "payload")
    url = serve(make(settings, authenticate=keeper, pace=Pace(recheck=0.01))).url
    async with (
        Conversation(url, additional_headers={"Authorization": "Bearer header"}) as first,
        Conversation(url) as second,
        Conversation(url) as third,
    ):
        await first.init()
        await second.init(Authorization="Bearer payload")
        await third.init()
        await first.subscribe("h", HEALTH)
        assert (await first.hear())["type"] == "next"
        keeper.viewers.clear()
        for talk in (first, second):
            code, reason = await talk.closed()
            assert (code, reason) == (4403, "Forbidden: the credential is not good any more.")
        await third.subscribe("t", "{ __typename }")
        assert (await third.hear())["type"] == "next"  # who had none goes on


async def test_a_credential_that_cannot_be_checked_now_is_neither_refused_nor_taken(
    settings: Settings, serve: Serve
) -> None:
    keeper = Doorkeeper("good")
    url = serve(make(settings, authenticate=keeper, pace=Pace(recheck=0.01))).url
    async with Conversation(url) as talk:
        await talk.init(Authorization="Bearer good")
        keeper.fails = ClientError(ErrorCode.STORE_UNAVAILABLE, "The store is away.", retryable=True)
        seen = len(keeper.asked)
        with pytest.raises(websockets.InvalidStatus) as refused:
            async with Conversation(url, additional_headers={"Authorization": "Bearer good"}):
                pass
        assert refused.value.response.status_code == 503
        while len(keeper.asked) < seen + 3:
            await talk.say("ping")
            assert await talk.hear() == {"type": "pong"}


async def test_4408_no_beginning_in_time(hurried: Served) -> None:
    async with Conversation(hurried.url) as talk:
        assert await talk.closed() == (4408, "Connection initialisation timeout")


async def test_4409_an_id_that_is_taken(talk: Conversation) -> None:
    await talk.init()
    await talk.subscribe("same", HEALTH)
    await talk.subscribe("same", "{ __typename }")
    assert await talk.closed() == (4409, "Subscriber for same already exists")


async def test_4429_two_beginnings(talk: Conversation) -> None:
    await talk.init()
    await talk.say("connection_init")
    assert await talk.closed() == (4429, "Too many initialisation requests")


async def test_twenty_operations_at_once_and_not_one_more(talk: Conversation) -> None:
    await talk.init()
    for number in range(20):
        await talk.subscribe(f"{number}", HEALTH)
    for _ in range(40):
        assert (await talk.hear())["type"] == "next"
    await talk.subscribe("one more", "{ __typename }")
    refused = await talk.hear()
    assert (refused["type"], refused["id"]) == ("error", "one more")
    assert refused["payload"][0]["extensions"] == {"code": "TOO_MANY_SUBSCRIPTIONS"}
    await talk.say("complete", id="7")
    await talk.subscribe("one more", "{ __typename }")
    assert (await talk.hear())["payload"] == {"data": {"__typename": "Query"}}


async def test_messages_may_be_as_large_as_bodies(talk: Conversation) -> None:
    await talk.init()
    await talk.socket.send(json.dumps({"type": "ping"}).ljust(256 * 1024))
    assert await talk.hear() == {"type": "pong"}
    await talk.socket.send(json.dumps({"type": "ping"}).ljust(256 * 1024 + 1))
    assert (await talk.closed())[0] == 1009


async def test_a_process_holds_so_many_connections_and_no_more(settings: Settings, serve: Serve) -> None:
    url = serve(make(settings.model_copy(update={"max_streams": 2}))).url
    async with Conversation(url) as first, Conversation(url) as second:
        await first.init()
        await second.init()
        with pytest.raises(websockets.InvalidStatus) as refused:
            async with Conversation(url):
                pass
        assert refused.value.response.status_code == 503
        assert int(refused.value.response.headers["retry-after"]) > 0
        await first.socket.close()
        async with httpx.AsyncClient(base_url=url, timeout=20) as client:
            assert (await client.post("/graphql", json={"query": "{ __typename }"})).status_code == 200
        async with Conversation(url) as third:
            await third.init()


@pytest.mark.parametrize(
    ("origin", "comes_in"),
    [("{own}", True), ("https://app.example", True), ("https://app.example:8443", False), ("http://app.example", False),
     ("https://APP.example", False), ("https://app.example.evil.test", False), ("https://evil.test", False),
     ("null", False), ("", False), ("https://app.example/", False), (None, True)],
)  # fmt: skip
async def test_browsers_come_in_from_known_origins_only(
    settings: Settings, serve: Serve, origin: str | None, *, comes_in: bool
) -> None:
    served = serve(make(settings.model_copy(update={"cors_origins": ("https://app.example",)})))
    headers = None if origin is None else {"Origin": origin.format(own=served.url)}
    if comes_in:
        async with Conversation(served.url, additional_headers=headers) as talk:
            await talk.init()
        return
    with pytest.raises(websockets.InvalidStatus) as refused:
        async with Conversation(served.url, additional_headers=headers):
            pass
    assert refused.value.response.status_code == 403
    assert json.loads(refused.value.response.body)["errors"][0]["extensions"]["code"] == "CROSS_SITE_REQUEST"
    assert refused.value.response.headers["x-content-type-options"] == "nosniff"


async def test_a_change_is_told_to_all_who_listen(settings: Settings, serve: Serve) -> None:
    lost = RegistrySettings(dsn=SecretStr("postgresql://nobody@127.0.0.1:1/none"), deadline=5)
    url = serve(make(settings.model_copy(update={"registries": {**settings.registries, "montreal": lost}}))).url
    async with (
        Conversation(url) as first,
        Conversation(url) as second,
        httpx.AsyncClient(base_url=url, timeout=20) as client,
    ):
        for talk in (first, second):
            await talk.init()
            await talk.subscribe("h", HEALTH)
            assert [(await talk.hear())["payload"]["data"]["sourceHealth"]["status"] for _ in CLUSTERS] == ["OK", "OK"]
        await client.post("/graphql", json={"query": MEMBERS})
        for talk in (first, second):
            assert (await talk.hear())["payload"]["data"]["sourceHealth"] == {
                "cluster": {"slug": "technomontreal"},
                "status": "UNAVAILABLE",
                "retryable": True,
            }


async def test_an_unexpected_error_is_masked_and_logged(
    settings: Settings, serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    keeper = Doorkeeper()
    directory = Directory.of()
    url = serve(make(settings, directory, authenticate=keeper, stream=_broken)).url
    async with Conversation(url) as talk:
        await talk.init()
        await talk.subscribe("1", "{ __typename }")
        said = await talk.hear()
        assert (said["type"], said["payload"][0]["extensions"]["code"]) == ("error", "INTERNAL_ERROR")
        trace = said["payload"][0]["extensions"]["traceId"]
        assert "secret" not in json.dumps(said)
        assert any(trace in record.getMessage() and record.exc_info for record in caplog.records)
    async with Conversation(url) as talk:
        keeper.fails = ZeroDivisionError("postgresql://corridor:secret@10.0.0.7/members")
        await talk.say("connection_init", payload={"Authorization": "Bearer x"})
        code, reason = await talk.closed()
        assert code == 4500
        assert "secret" not in reason
        assert any(reason[-32:] in record.getMessage() and record.exc_info for record in caplog.records)


async def _broken(_operation: object) -> AsyncIterator[Any]:
    raise ZeroDivisionError("postgresql://corridor:secret@10.0.0.7/members")
    yield


async def test_whoever_goes_away_leaves_nothing_behind(settings: Settings, serve: Serve) -> None:
    closed = asyncio.Event()
    loop = asyncio.get_running_loop()

    async def endless(_operation: object) -> AsyncIterator[Any]:
        try:
            await asyncio.Event().wait()
            yield
        finally:
            loop.call_soon_threadsafe(closed.set)

    url = serve(make(settings, stream=endless)).url
    async with Conversation(url) as talk:
        await talk.init()
        await talk.subscribe("1", HEALTH)
        await talk.say("ping")
        await talk.hear()
        talk.socket.transport.abort()
        async with asyncio.timeout(20):
            await closed.wait()


async def test_who_leaves_messages_unread_is_left(settings: Settings, serve: Serve) -> None:
    made, left, loop = [0], asyncio.Event(), asyncio.get_running_loop()

    async def flood(_operation: object) -> AsyncIterator[Any]:
        try:
            while True:
                made[0] += 1
                yield Response(json.dumps({"data": "x" * 100_000}).encode(), executed=True)
        finally:
            loop.call_soon_threadsafe(left.set)

    url = serve(make(settings, stream=flood, pace=Pace(patience=0.05))).url
    async with Conversation(url, max_queue=1) as talk:
        await talk.init()
        await talk.subscribe("1", HEALTH)
        async with asyncio.timeout(20):
            await left.wait()  # without a word from here
        assert made[0] < 1000  # what the sockets of both ends hold, and nothing is kept beside
        talk.socket.transport.abort()


async def test_an_end_of_the_server_ends_connections_as_a_restart(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    served = Served(make(settings))
    with caplog.at_level(logging.WARNING):
        async with Conversation(served.url) as talk:
            await talk.init()
            await talk.subscribe("h", HEALTH)
            await talk.hear()
            stopping = asyncio.create_task(asyncio.to_thread(served.stop))
            assert (await talk.closed())[0] == 1012
            await stopping
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]
