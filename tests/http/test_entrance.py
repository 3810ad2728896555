"""What a request meets first: who asks, whether there is room, and how refusals say so."""

import asyncio
from contextlib import AsyncExitStack

import httpx
import pytest

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
def guarded(settings: Settings, serve: Serve, keeper: Doorkeeper) -> Served:
    """A gateway that knows one credential, and waits for bodies for an instant only."""
    return serve(make(settings, authenticate=keeper, pace=Pace(body=0.05)))


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


async def test_a_body_that_does_not_come_is_not_waited_for(guarded: Served) -> None:
    async with asyncio.timeout(20):
        for sent in (b"", b'{"query": '):
            reader, writer = await asyncio.open_connection("127.0.0.1", guarded.port)
            head = "POST /graphql HTTP/1.1", "Host: x", "Content-Type: application/json", "Content-Length: 99"
            writer.write("\r\n".join((*head, "", "")).encode() + sent)
            answer = await reader.read()  # and the connection ends
            writer.close()
            assert answer.startswith(b"HTTP/1.1 408 ")
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
