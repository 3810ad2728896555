"""GraphQL over server-sent events: graphql-sse with distinct connections."""

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from gateway.execution.responses import Response
from gateway.federation.directory import Directory
from gateway.http.streams import Pace
from gateway.settings import Settings
from tests.http.conftest import Serve
from tests.http.conversation import events
from tests.http.made import Doorkeeper, make
from tests.http.served import Served, errors_of

HEALTH = "subscription { sourceHealth { cluster { slug } status } }"
EVENT_STREAM = "text/event-stream"


@pytest.mark.parametrize("method", ["POST", "GET"])
async def test_a_subscription_is_a_stream_of_events(http: httpx.AsyncClient, method: str) -> None:
    async with events(http, HEALTH, method) as stream:
        assert stream.response.status_code == 200
        assert stream.response.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert stream.response.headers["cache-control"] == "no-store"
        assert stream.response.headers["x-content-type-options"] == "nosniff"
        told = [await stream.next() for _ in range(2)]
    assert [(kind, data["data"]["sourceHealth"]["status"]) for kind, data in told] == [("next", "OK"), ("next", "OK")]


async def test_the_bytes_are_those_of_the_protocol(http: httpx.AsyncClient) -> None:
    response = await http.post("/graphql", json={"query": "{ __typename }"}, headers={"accept": EVENT_STREAM})
    assert response.content == (
        b':\n\nevent: next\ndata: {"data":{"__typename":"Query"}}\n\nevent: complete\ndata:\n\n'
    )  # fmt: skip


async def test_errors_of_the_document_are_events_and_those_of_the_request_are_statuses(
    http: httpx.AsyncClient,
) -> None:
    for query, code in (("{", "SYNTAX_ERROR"), ("{ nothing }", "VALIDATION_FAILED"),
                        ("query A { __typename } query B { __typename }", "OPERATION_UNKNOWN")):  # fmt: skip
        async with events(http, query) as stream:
            kind, data = await stream.next()
            assert (kind, [error["extensions"]["code"] for error in data["errors"]]) == ("next", [code])
            assert "data" not in data
            assert await stream.next() == ("complete", None)
            assert await stream.next() is None
    headers = {"accept": EVENT_STREAM}
    for refused, status in (
        (await http.post("/graphql", content="{", headers={**headers, "content-type": "application/json"}), 400),
        (await http.post("/graphql", content="{}", headers={**headers, "content-type": "text/plain"}), 415),
        (await http.post("/graphql", json={"query": "#" * 300_000}, headers=headers), 413),
        (await http.put("/graphql", json={"query": HEALTH}, headers=headers), 405),
    ):
        assert refused.status_code == status
        assert refused.headers["content-type"] == "application/json; charset=utf-8"
        assert errors_of(refused)


async def test_a_stream_has_to_be_asked_for(http: httpx.AsyncClient) -> None:
    for accept in ("*/*", "application/json", "application/json, text/event-stream", "text/*, application/json"):
        response = await http.post("/graphql", json={"query": HEALTH}, headers={"accept": accept})
        (error,) = errors_of(response)
        assert error["extensions"]["code"] == "BAD_REQUEST"
        assert "text/event-stream" in error["message"]


async def test_a_mutation_by_get_is_refused_in_the_stream(http: httpx.AsyncClient) -> None:
    async with events(http, "mutation { __typename }", "GET") as stream:
        _, data = await stream.next()
    assert "data" not in data


async def test_a_silent_stream_gives_signs_of_life(settings: Settings, serve: Serve) -> None:
    url = serve(make(settings, stream=_silent, pace=Pace(keep_alive=0.01))).url
    async with httpx.AsyncClient(base_url=url, timeout=20) as client, events(client, HEALTH) as stream:
        read = b""
        async for part in stream.response.aiter_raw():
            read += part
            if read.count(b":\n\n") >= 3:
                break
    assert set(read.split(b"\n\n")) == {b":", b""}


async def test_a_credential_that_does_not_count_is_a_401_and_one_taken_back_ends_the_stream(
    settings: Settings, serve: Serve
) -> None:
    keeper = Doorkeeper("good")
    url = serve(make(settings, authenticate=keeper, pace=Pace(recheck=0.01))).url
    async with httpx.AsyncClient(base_url=url, timeout=20) as client:
        async with events(client, HEALTH, headers={"authorization": "Bearer bad"}) as refused:
            assert refused.response.status_code == 401
            assert refused.response.headers["www-authenticate"].startswith("Bearer")
        async with events(client, HEALTH, headers={"authorization": "Bearer good"}) as stream:
            assert [(await stream.next())[0] for _ in range(2)] == ["next", "next"]
            keeper.viewers.clear()
            assert await stream.next() is None  # without `complete`: it did not end by itself


async def test_streams_are_counted_together_with_connections(settings: Settings, serve: Serve) -> None:
    url = serve(make(settings.model_copy(update={"max_streams": 1}))).url
    async with httpx.AsyncClient(base_url=url, timeout=20) as client:
        async with events(client, HEALTH) as stream:
            await stream.next()
            async with events(client, HEALTH) as refused:
                assert refused.response.status_code == 503
                assert int(refused.response.headers["retry-after"]) > 0
        async with asyncio.timeout(20):
            while True:  # the gateway has to notice that the first has gone
                async with events(client, HEALTH) as stream:
                    if stream.response.status_code == 200:
                        break


async def test_whoever_goes_away_leaves_nothing_behind(settings: Settings, serve: Serve) -> None:
    closed, loop = asyncio.Event(), asyncio.get_running_loop()

    async def endless(_operation: object) -> AsyncIterator[Any]:
        try:
            await asyncio.Event().wait()
            yield
        finally:
            loop.call_soon_threadsafe(closed.set)

    url = serve(make(settings, stream=endless)).url
    async with httpx.AsyncClient(base_url=url, timeout=20) as client:
        async with events(client, HEALTH):
            pass
        async with asyncio.timeout(20):
            await closed.wait()


async def test_who_leaves_events_unread_is_left(settings: Settings, serve: Serve) -> None:
    left, loop = asyncio.Event(), asyncio.get_running_loop()

    async def flood(_operation: object) -> AsyncIterator[Any]:
        try:
            while True:
                yield Response(b'{"data":"%s"}' % (b"x" * 100_000), executed=True)
        finally:
            loop.call_soon_threadsafe(left.set)

    url = serve(make(settings, stream=flood, pace=Pace(patience=0.05))).url
    async with httpx.AsyncClient(base_url=url, timeout=20) as client, events(client, HEALTH):
        async with asyncio.timeout(20):
            await left.wait()  # without a word from here


async def test_an_unexpected_error_is_masked_and_logged(
    settings: Settings, serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    url = serve(make(settings, Directory.of(), stream=_broken)).url
    async with httpx.AsyncClient(base_url=url, timeout=20) as client, events(client, HEALTH) as stream:
        assert await stream.next() == ("next", {"data": 1})
        kind, data = await stream.next()
        assert await stream.next() == ("complete", None)
    (error,) = data["errors"]
    assert (kind, error["extensions"]["code"]) == ("next", "INTERNAL_ERROR")
    assert "secret" not in str(data)
    assert any(error["extensions"]["traceId"] in each.getMessage() and each.exc_info for each in caplog.records)


async def test_a_failure_beside_the_answers_ends_the_stream_and_is_logged(
    settings: Settings, serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    keeper = Doorkeeper("good")
    url = serve(make(settings, authenticate=keeper, pace=Pace(recheck=0.01))).url
    async with (
        httpx.AsyncClient(base_url=url, timeout=20) as client,
        events(client, HEALTH, headers={"authorization": "Bearer good"}) as stream,
    ):
        assert [(await stream.next())[0] for _ in range(2)] == ["next", "next"]
        keeper.fails = ZeroDivisionError("postgresql://corridor:secret@10.0.0.7/members")
        assert await stream.next() is None
    assert any("an open stream" in each.getMessage() and each.exc_info for each in caplog.records)


async def test_an_end_of_the_server_ends_streams_at_once(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    served = Served(make(settings))
    with caplog.at_level(logging.WARNING):
        async with httpx.AsyncClient(base_url=served.url, timeout=20) as client, events(client, HEALTH) as stream:
            assert [(await stream.next())[0] for _ in range(2)] == ["next", "next"]
            stopping = asyncio.create_task(asyncio.to_thread(served.stop))
            assert await stream.next() is None
            await stopping
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


async def _silent(_operation: object) -> AsyncIterator[Any]:
    await asyncio.Event().wait()
    yield


async def _broken(_operation: object) -> AsyncIterator[Any]:
    yield Response(b'{"data":1}', executed=True)
    raise ZeroDivisionError("postgresql://corridor:secret@10.0.0.7/members")
