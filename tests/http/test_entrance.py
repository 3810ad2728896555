"""What a request meets first: who asks, whether there is room, and how refusals say so."""

import asyncio
from contextlib import AsyncExitStack
from ipaddress import ip_network

import httpx
import pytest
import websockets

from gateway.errors import ClientError, ErrorCode
from gateway.http.streams import Pace
from gateway.limits.admission import Admission
from gateway.settings import RateSettings, RatesSettings, Settings
from tests.http.conftest import Serve
from tests.http.conversation import Conversation, events
from tests.http.made import Doorkeeper, make
from tests.http.served import Served, errors_of

HELLO = {"query": "{ __typename }"}
HEALTH = "subscription { sourceHealth { status } }"


@pytest.fixture(scope="module")
def keeper() -> Doorkeeper:
    return Doorkeeper("good")


@pytest.fixture(scope="module")
def guarded(settings: Settings, keep_serving: Serve, keeper: Doorkeeper) -> Served:
    """A gateway that knows one credential."""
    return keep_serving(make(settings, authenticate=keeper))


@pytest.fixture
async def client(guarded: Served):
    async with httpx.AsyncClient(base_url=guarded.url, timeout=20) as made:
        yield made


async def test_a_credential_that_does_not_count_is_refused_before_anything_is_read(client: httpx.AsyncClient) -> None:
    headers = {"authorization": "Bearer bad", "content-type": "application/json"}
    for response in (
        await client.post("/graphql", content="{", headers=headers),
        await client.get("/graphql", params=HELLO, headers=headers),
        await client.post("/graphql", json=HELLO, headers={**headers, "accept": "text/event-stream"}),
    ):
        assert response.status_code == 401
        assert response.headers["www-authenticate"] == 'Bearer realm="corridor", error="invalid_token"'
        assert response.headers["cache-control"] == "no-store"
        assert [error["extensions"]["code"] for error in errors_of(response)] == ["UNAUTHENTICATED"]


async def test_two_credentials_are_none(client: httpx.AsyncClient) -> None:
    for pair in (("Bearer good", "Bearer good"), ("Bearer good", "Bearer bad")):
        headers = [("authorization", each) for each in pair]
        assert (await client.post("/graphql", json=HELLO, headers=headers)).status_code == 401


async def test_only_what_anybody_may_see_is_kept_by_caches(client: httpx.AsyncClient) -> None:
    anybody = await client.get("/graphql", params=HELLO)
    assert (anybody.headers["cache-control"], anybody.headers["vary"]) == ("no-cache", "Accept, Authorization")
    partner = await client.get("/graphql", params=HELLO, headers={"authorization": "Bearer good", "if-none-match": "*"})
    assert (partner.status_code, partner.headers["cache-control"]) == (200, "no-store")
    assert "etag" not in partner.headers


async def test_a_store_that_is_away_is_a_503_that_says_when_to_come_again(
    client: httpx.AsyncClient, keeper: Doorkeeper
) -> None:
    keeper.fails = ClientError(ErrorCode.STORE_UNAVAILABLE, "Away.", retryable=True)
    try:
        response = await client.post("/graphql", json=HELLO, headers={"authorization": "Bearer good"})
    finally:
        keeper.fails = None
    assert (response.status_code, response.headers["retry-after"]) == (503, "5")


async def test_a_body_that_does_not_come_is_not_waited_for(settings: Settings, serve: Serve) -> None:
    hurried = serve(make(settings, pace=Pace(body=0.05)))
    async with asyncio.timeout(20):
        for sent in (b"", b'{"query": '):
            reader, writer = await asyncio.open_connection("127.0.0.1", hurried.port)
            head = "POST /graphql HTTP/1.1", "Host: x", "Content-Type: application/json", "Content-Length: 99"
            writer.write("\r\n".join((*head, "", "")).encode() + sent)
            answer = await reader.read()  # and the connection ends
            writer.close()
            assert answer.startswith(b"HTTP/1.1 408 ")
            assert b"\r\nconnection: close\r\n" in answer
            assert b"BODY_TOO_SLOW" in answer


async def test_who_has_spent_all_is_told_when_to_come_again(settings: Settings, serve: Serve) -> None:
    poor = RatesSettings(anonymous=RateSettings(burst=2, per_second=0.01))
    own = settings.model_copy(update={"rates": poor})
    admission = Admission.of(own, None)
    url = serve(make(own, admission=admission, authenticate=Doorkeeper("good"))).url
    async with httpx.AsyncClient(base_url=url, timeout=20) as client:
        statuses = [(await client.post("/graphql", json={"query": "{"})).status_code for _ in range(8)]
        assert statuses[0] == 200
        refused = await client.post("/graphql", json=HELLO)
        assert refused.status_code == 429
        assert int(refused.headers["retry-after"]) >= 1
        assert [error["extensions"]["code"] for error in errors_of(refused)] == ["RATE_LIMITED"]
        rich = await client.post("/graphql", json=HELLO, headers={"authorization": "Bearer good"})
        assert rich.status_code == 200
        async with events(client, "{ __typename }") as stream:
            assert stream.response.status_code == 429


@pytest.fixture
def strict(settings: Settings, serve: Serve, keeper: Doorkeeper) -> str:
    """The address of a gateway that looks at three credentials that do not count, and not at a fourth."""
    rates = RatesSettings(anonymous=RateSettings(burst=30, per_second=0.001))
    own = settings.model_copy(update={"rates": rates, "trusted_proxies": (ip_network("127.0.0.0/8"),)})
    return serve(make(own, admission=Admission.of(own, None), authenticate=keeper)).url


async def test_who_has_tried_too_many_credentials_is_told_so_before_the_next_is_looked_at(
    strict: str, keeper: Doorkeeper
) -> None:
    home = {"x-forwarded-for": "198.51.100.1"}

    async def tried(credential: str | None, address: str = "198.51.100.1") -> int:
        login = {} if credential is None else {"authorization": f"Bearer {credential}"}
        headers = {"x-forwarded-for": address, **login}
        return (await client.post("/graphql", json=HELLO, headers=headers)).status_code

    async with httpx.AsyncClient(base_url=strict, timeout=20) as client:
        assert [await tried(f"bad {number}") for number in range(5)] == [401] * 3 + [429] * 2
        assert b"Bearer bad 2" in keeper.asked
        refused = await client.post("/graphql", json=HELLO, headers={**home, "authorization": "Bearer bad 5"})
        assert int(refused.headers["retry-after"]) >= 1
        (error,) = errors_of(refused)
        assert error["extensions"]["code"] == "RATE_LIMITED"
        assert "credentials" in error["message"]
        assert b"Bearer bad 3" not in keeper.asked
        assert await tried("good") == 200, "the same address may hold good ones"
        assert await tried(None) == 200, "and people without any"
        assert await tried("bad 5", "198.51.100.2") == 401


async def test_all_ways_in_count_for_one(strict: str, keeper: Doorkeeper) -> None:
    home = {"x-forwarded-for": "198.51.100.7"}
    bad = {**home, "authorization": "Bearer bad"}
    async with httpx.AsyncClient(base_url=strict, timeout=20) as client:
        assert (await client.get("/schema.graphql", headers=bad)).status_code == 401
        with pytest.raises(websockets.InvalidStatus) as refused:
            async with Conversation(strict, additional_headers=bad):
                pass
        assert refused.value.response.status_code == 401
        async with Conversation(strict, additional_headers=home) as talk:
            await talk.say("connection_init", payload={"Authorization": "Bearer bad"})
            assert (await talk.closed())[0] == 4403
        seen = len(keeper.asked)
        for path in ("/graphql", "/schema.graphql"):
            assert (await client.get(path, params=HELLO, headers=bad)).status_code == 429
        with pytest.raises(websockets.InvalidStatus) as refused:
            async with Conversation(strict, additional_headers=bad):
                pass
        assert refused.value.response.status_code == 429
        assert len(keeper.asked) == seen
        async with Conversation(strict, additional_headers=home) as talk:
            await talk.say("connection_init", payload={"Authorization": "Bearer bad"})
            assert (await talk.closed())[0] == 1013
        async with Conversation(strict, additional_headers=home) as talk:
            await talk.init(Authorization="Bearer good")


async def test_that_a_credential_cannot_be_checked_now_costs_nothing(strict: str, keeper: Doorkeeper) -> None:
    headers = {"x-forwarded-for": "198.51.100.9", "authorization": "Bearer any"}
    async with httpx.AsyncClient(base_url=strict, timeout=20) as client:
        keeper.fails = ClientError(ErrorCode.STORE_UNAVAILABLE, "Away.", retryable=True)
        try:
            statuses = [(await client.post("/graphql", json=HELLO, headers=headers)).status_code for _ in range(5)]
        finally:
            keeper.fails = None
        assert statuses == [503] * 5
        assert (await client.post("/graphql", json=HELLO, headers=headers)).status_code == 401


async def test_beyond_so_many_operations_the_next_is_refused_at_once(settings: Settings, serve: Serve) -> None:
    """A subscription that waits takes no place among those that run: streams are counted by themselves."""
    own = settings.model_copy(update={"max_concurrent": 2})
    admission = Admission.of(own, None)
    url = serve(make(own, admission=admission)).url
    async with AsyncExitStack() as held, httpx.AsyncClient(base_url=url, timeout=20) as client:
        for number in range(4):
            talk = await held.enter_async_context(Conversation(url))
            await talk.init()
            await talk.subscribe("h", HEALTH)
            await talk.hear()
            assert admission.gate.taken == 0, number
        assert (await client.post("/graphql", json=HELLO)).status_code == 200
        with admission.gate.place("one"), admission.gate.place("two"):
            refused = await client.post("/graphql", json=HELLO)
            assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
            assert [error["extensions"]["code"] for error in errors_of(refused)] == ["OVERLOADED"]
            await talk.subscribe("q", "{ __typename }")
            while (said := await talk.hear())["id"] != "q":
                pass
            assert said["payload"][0]["extensions"]["code"] == "OVERLOADED"
        assert (await client.post("/graphql", json=HELLO)).status_code == 200
    assert admission.gate.taken == 0
