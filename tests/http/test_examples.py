"""The examples of the GraphiQL page: each fits the schema, runs, and has something to show in every field."""

import json
from collections.abc import Iterator

import httpx
import pytest
from graphql import parse, validate

from gateway.http.graphiql import Example, examples
from schemas.schema import build

NOTHING_TO_SHOW = {"members.nodes.headcount.max"}
"""The largest members have no upper bound."""


@pytest.mark.parametrize("example", examples(), ids=lambda example: example.name)
async def test_an_example_fits_the_schema_and_finds_something(http: httpx.AsyncClient, example: Example) -> None:
    assert validate(build()._schema, parse(example.query)) == []
    variables = json.loads(example.variables or "null")
    response = await http.post("/graphql", json={"query": example.query, "variables": variables})
    answer = response.json()
    assert "errors" not in answer
    found = list(_fields(answer["data"]))
    shown = {path[:end] for path, value in found if value not in (None, [], "") for end in range(len(path) + 1)}
    assert {".".join(path) for path, _ in found if path not in shown} <= NOTHING_TO_SHOW


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
