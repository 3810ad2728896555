"""The limits as clients meet them, of a gateway whose registries are out of reach: the refused was asked of nobody."""

import asyncio
import socket
from collections.abc import AsyncIterator, Mapping
from typing import Any

import httpx
import pytest

from gateway.app import create_app
from gateway.settings import RateSettings, RatesSettings, RegistrySettings, Settings

CHEAP = "{ clusters { id } }"
ONE_ROW = "{ members(first: 1) { nodes { id } } }"
TYPES = {"json": "application/json", "graphql": "application/graphql-response+json"}


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    """Anonymous may spend 40 at once; an operation may cost 30, and 20 in Montréal."""
    with socket.socket() as closed:  # bound, and nobody listens
        closed.bind(("127.0.0.1", 0))
        nowhere = f"postgresql://nobody@127.0.0.1:{closed.getsockname()[1]}/none"
        settings = Settings(
            registries={
                "montreal": RegistrySettings(dsn=nowhere, max_cost=20),
                "guadalajara": RegistrySettings(dsn=nowhere),
            },
            cursor_secret="of the tests of limits",
            max_cost=30,
            max_nodes=25,
            rates=RatesSettings(anonymous=RateSettings(burst=40, per_second=0.01)),
            trusted_proxies=("127.0.0.0/8",),
        )
        app = create_app(settings)
        async with app.router.lifespan_context(app):
            transport = httpx.ASGITransport(app, client=("127.0.0.1", 1))
            async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as made:
                yield made


async def ask(client: httpx.AsyncClient, query: str, address: str = "192.0.2.1", **more: Any) -> httpx.Response:
    headers = {"Accept": TYPES["graphql"], "X-Forwarded-For": address}
    return await client.post("/graphql", json={"query": query, **more}, headers=headers)


def refusal(response: httpx.Response) -> Mapping[str, Any]:
    """The extensions of the one error that a request was refused with."""
    (error,) = response.json()["errors"]
    assert "data" not in response.json()
    return dict(error["extensions"])


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("{ members(first: 30) { nodes { id } } }", {"code": "COST_TOO_HIGH", "cost": 31, "limit": 30}),
        (
            "{ members(first: 21) { nodes { id } } }",
            {"code": "COST_TOO_HIGH", "cost": 21, "limit": 20, "cluster": "technomontreal"},
        ),
        (
            "{ members(first: 5) { nodes { interests { uri } } } }",
            {"code": "TOO_MANY_NODES", "nodes": 31, "limit": 25},
        ),
        ("{ " + " ".join(f"a{each}: __typename" for each in range(10)) + " __typename }",
         {"code": "TOO_MANY_ROOTS", "limit": 10}),
    ],
)  # fmt: skip
async def test_what_is_too_much_is_refused_and_asked_of_nobody(
    client: httpx.AsyncClient, query: str, expected: Mapping[str, Any]
) -> None:
    response = await ask(client, query)
    assert (response.status_code, refusal(response)) == (400, expected)


async def test_what_is_within_the_limits_is_asked(client: httpx.AsyncClient) -> None:
    response = await ask(client, "{ members(first: 20) { nodes { id } } }")
    assert {error["extensions"]["code"] for error in response.json()["errors"]} == {"ALL_SOURCES_FAILED"}


async def test_the_cost_is_told_to_who_asks_for_it(client: httpx.AsyncClient) -> None:
    assert "extensions" not in (await ask(client, CHEAP)).json()
    told = (await ask(client, CHEAP, extensions={"cost": True})).json()["extensions"]["cost"]
    assert (told["total"], told["limit"], told["nodes"], told["nodesLimit"]) == (1, 30, 2, 25)
    assert {each["cluster"]: each["limit"] for each in told["byRegistry"]}["technomontreal"] == 20


async def test_a_budget_is_spent_in_cost_and_over_it_the_answer_says_when_to_come_again(
    client: httpx.AsyncClient,
) -> None:
    statuses = [(await ask(client, CHEAP)).status_code for _ in range(29)]  # and 1 for reading it the first time
    assert statuses == [200] * 29
    response = await ask(client, "{ members(first: 9) { nodes { id } } }")
    assert response.status_code == 429
    assert response.headers["Retry-After"] == str(refusal(response)["retryAfter"])
    assert int(response.headers["Retry-After"]) == pytest.approx(100, abs=2)
    assert (await ask(client, CHEAP)).status_code == 200
    # With less than a refused document costs, nothing is read any more, not even what is cheap.
    assert refusal(await ask(client, CHEAP))["code"] == "RATE_LIMITED"
    assert (await ask(client, CHEAP, address="192.0.2.2")).status_code == 200


async def test_who_sends_what_cannot_be_read_pays_for_it_and_is_not_read_when_all_is_spent(
    client: httpx.AsyncClient,
) -> None:
    codes = [refusal(await ask(client, "{ nothing }"))["code"] for _ in range(6)]
    assert codes == ["VALIDATION_FAILED"] * 4 + ["RATE_LIMITED"] * 2


async def test_batches_are_off(client: httpx.AsyncClient) -> None:
    response = await client.post("/graphql", json=[{"query": CHEAP}, {"query": CHEAP}])
    (error,) = response.json()["errors"]
    assert error["extensions"]["code"] == "BAD_REQUEST"
    assert "there are no batches" in error["message"]


async def test_many_at_the_same_moment_spend_no_more_than_the_budget(client: httpx.AsyncClient) -> None:
    answers = await asyncio.gather(*(ask(client, ONE_ROW) for _ in range(30)))
    assert sum(each.status_code != 429 for each in answers) <= 20
