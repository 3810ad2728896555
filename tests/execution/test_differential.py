"""Splicing gives what plain execution gives: generated operations, run both ways on the same rows."""

import json
import random
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.app import Gateway
from gateway.execution.operations import Operation
from gateway.federation.reference import Reference
from schemas.schema import build
from tests.execution.generated import Writer

SCHEMA = build()._schema
VARIABLES = {"on": True, "off": False}


@pytest.fixture(scope="session")
async def seeds(over_postgres: Gateway) -> Mapping[str, Sequence[str]]:
    """Values of arguments that find something, and some that do not."""
    text = """{
      members(first: 60) { nodes { id capabilities { concept { uri } } offers { id } needs { id } programmes { id } } }
      offers(first: 10) { nodes { id } }
      clusters { slug id }
    }"""
    data = json.loads((await over_postgres.run(Operation(text))).body)["data"]
    members = data["members"]["nodes"]
    unknown = Reference("Member", "technomontreal", "no-such-key").id
    postings = [each["id"] for member in members for each in member["offers"] + member["needs"] + member["programmes"]]
    ids = [member["id"] for member in members] + [unknown]
    return {
        "Member": ids,
        "any": ids + postings + [offer["id"] for offer in data["offers"]["nodes"]],
        "concept": [each["concept"]["uri"] for member in members for each in member["capabilities"]],
        "cluster": [cluster["slug"] for cluster in data["clusters"]],
        "search": ["securite des donnees", "logiciel", "sistemas", "Muestra", "c++", "cloud", "universite", "zzzz"],
    }


async def both(over_postgres: Gateway, in_memory: Gateway, text: str) -> tuple[bytes, bytes]:
    operation = Operation(text, variables=VARIABLES)
    return (await over_postgres.run(operation)).body, (await in_memory.run(operation)).body


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
async def test_spliced_answers_equal_plain_execution(
    over_postgres: Gateway, in_memory: Gateway, seeds: Mapping[str, Sequence[str]], seed: int
) -> None:
    text = Writer(SCHEMA, random.Random(seed), seeds).operation()
    spliced, plain = await both(over_postgres, in_memory, text)
    assert json.loads(spliced) == json.loads(plain), text
    assert "errors" not in json.loads(plain), text


async def test_the_order_of_keys_is_the_order_of_the_query(over_postgres: Gateway, in_memory: Gateway) -> None:
    text = "{ members(first: 3) { nodes { z: displayName city a: id sector { x } } } }".replace(
        " sector { x }", " sector"
    )
    spliced, plain = await both(over_postgres, in_memory, text)
    assert spliced == plain
