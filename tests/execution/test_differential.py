"""Splicing gives what plain execution gives: generated operations, run both ways on the same rows."""

import json
import random
from collections.abc import Mapping, Sequence

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.contract.viewers import ViewerClass
from gateway.access.viewer import Viewer
from gateway.app import Gateway
from gateway.execution.operations import Operation
from schemas.schema import build
from tests.execution.generated import Writer
from tests.execution.test_plans import KINDS, codes, of_montreal
from tests.viewers import PARTNER

SCHEMA = build()._schema
VARIABLES = {"on": True, "off": False}


async def both(over_postgres: Gateway, in_memory: Gateway, text: str, viewer: Viewer = PARTNER) -> tuple[bytes, bytes]:
    operation = Operation(text, variables=VARIABLES, viewer=viewer)
    return (await over_postgres.run(operation)).body, (await in_memory.run(operation)).body


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32), kind=KINDS)
async def test_spliced_answers_equal_plain_execution(
    over_postgres: Gateway, in_memory: Gateway, seeds: Mapping[str, Sequence[str]], seed: int, kind: ViewerClass
) -> None:
    text = Writer(SCHEMA, random.Random(seed), seeds).operation()
    spliced, plain = await both(over_postgres, in_memory, text, of_montreal(kind, seeds))
    assert json.loads(spliced) == json.loads(plain), text
    assert codes(json.loads(plain)) <= {"FORBIDDEN", "STORE_UNAVAILABLE"}, text


async def test_the_order_of_keys_is_the_order_of_the_query(over_postgres: Gateway, in_memory: Gateway) -> None:
    text = "{ members(first: 3) { nodes { z: displayName city a: id sector { x } } } }".replace(
        " sector { x }", " sector"
    )
    spliced, plain = await both(over_postgres, in_memory, text)
    assert spliced == plain
