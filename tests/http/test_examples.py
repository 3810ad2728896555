"""The examples of the GraphiQL page: each fits the schema, runs, and has something to show in every field."""

import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest
from graphql import parse, validate

from gateway.http.graphiql import Example, examples
from schemas.schema import build
from tests.http.conftest import Staged
from tests.http.conversation import events

AS = {"T11_WhoAmI": "Member in Montréal", "S15_WhoSawUs": "Privacy officer"}
"""Who has to ask to see something in every field; for all others it is the partner app."""

NOTHING_TO_SHOW = {"members.nodes.headcount.max"}
"""The largest members have no upper bound."""


SUBSCRIPTIONS = [example for example in examples() if "\nsubscription " in example.query]
ALONE = {"S01_CrossCitySearch", "S15_WhoSawUs"}
"""Tabs of the story that need none before them. The others are run one after the other, in test_graphiql_story.py."""

ASKED = [
    example
    for example in examples()
    if example not in SUBSCRIPTIONS and (example.name in ALONE or not example.name.startswith("S"))
]


@pytest.fixture
async def client(staged: Staged) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=staged.url, timeout=20) as opened:
        yield opened


async def answer(client: httpx.AsyncClient, example: Example, login: dict[str, str]) -> Any:
    body = {"query": example.query, "variables": json.loads(example.variables or "null")}
    return (await client.post("/graphql", json=body, headers=login)).json()


@pytest.mark.parametrize("example", examples(), ids=lambda example: example.name)
def test_an_example_fits_the_schema(example: Example) -> None:
    assert validate(build()._schema, parse(example.query)) == []


@pytest.mark.parametrize("example", ASKED, ids=lambda example: example.name)
async def test_an_example_finds_something(client: httpx.AsyncClient, staged: Staged, example: Example) -> None:
    if example.name == "S15_WhoSawUs":
        seen = next(each for each in examples() if each.name == "T06_PartialAnswer")
        await answer(client, seen, staged.login("Coordinator"))
    found = await answer(client, example, staged.login(AS.get(example.name, "Partner app")))
    assert "errors" not in found
    fields = list(_fields(found["data"]))
    shown = {path[:end] for path, value in fields if value not in (None, [], "") for end in range(len(path) + 1)}
    assert {".".join(path) for path, _ in fields if path not in shown} <= NOTHING_TO_SHOW


@pytest.mark.parametrize("example", ASKED, ids=lambda example: example.name)
@pytest.mark.parametrize(
    ("name", "refused"),
    [
        ("Anonymous", {"S15_WhoSawUs", "T12_RegistrationNumbers"}),
        ("Partner app", {"S15_WhoSawUs"}),
        ("Member in Montréal", set()),
        ("Coordinator", set()),
        ("Privacy officer", {"T12_RegistrationNumbers"}),
    ],
)
async def test_an_example_is_refused_to_those_who_lack_its_scope_and_to_nobody_else(
    client: httpx.AsyncClient, staged: Staged, example: Example, name: str, refused: set[str]
) -> None:
    codes = [
        error["extensions"]["code"] for error in (await answer(client, example, staged.login(name))).get("errors", [])
    ]
    assert codes == (["FORBIDDEN"] if example.name in refused else [])


@pytest.mark.parametrize("example", SUBSCRIPTIONS, ids=lambda example: example.name)
async def test_an_example_that_subscribes_tells_of_both_cities(
    client: httpx.AsyncClient, staged: Staged, example: Example
) -> None:
    async with events(client, example.query, headers=staged.login("Partner app")) as stream:
        first = [await stream.next() for _ in range(2)]
    told = {answer["data"]["sourceHealth"]["cluster"]["slug"] for kind, answer in filter(None, first) if kind == "next"}
    assert told == {"canieti-occidente", "technomontreal"}


def _fields(value: object, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], object]]:
    """Every field of an answer with its value, lists left out of the path."""
    if path and (not isinstance(value, list) or not value):
        yield path, value
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _fields(inner, (*path, name))
    if isinstance(value, list):
        for inner in value:
            yield from _fields(inner, path)
