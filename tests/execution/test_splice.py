"""The one override of graphql-core still means what it is meant to."""

import orjson
import pytest
from graphql import ExecutionResult, build_schema, execute, parse
from orjson import Fragment

from gateway.app import Gateway
from gateway.execution.context import RequestContext
from gateway.execution.splice import SplicingExecutor, spliced
from schemas.schema import build

SCHEMA = build_schema("""
  type Query { one: Thing! list: [Thing!]! mixed: [Thing!]! either: Either number: Int! }
  type Thing { name: String! }
  type Other { name: String! }
  union Either = Thing | Other
""")


def test_a_fragment_passes_every_kind_of_type_untouched() -> None:
    root = {
        "one": Fragment('{"name":"a"}'),
        "list": spliced(['{"name":"b"}', '{"name":"c"}']),
        "mixed": [Fragment('{"name":"d"}'), {"name": "e"}],
        "either": Fragment('{"name":"f"}'),
        "number": Fragment("7"),
    }
    document = parse("{ one { name } list { name } mixed { name } either { ... on Thing { name } } number }")
    result = execute(SCHEMA, document, root, executor_class=SplicingExecutor)
    assert isinstance(result, ExecutionResult)
    assert result.errors is None
    assert orjson.loads(orjson.dumps(result.data)) == {
        "one": {"name": "a"},
        "list": [{"name": "b"}, {"name": "c"}],
        "mixed": [{"name": "d"}, {"name": "e"}],
        "either": {"name": "f"},
        "number": 7,
    }


def test_what_is_no_fragment_is_completed_as_ever() -> None:
    result = execute(SCHEMA, parse("{ one { name } }"), {"one": {"name": None}}, executor_class=SplicingExecutor)
    assert isinstance(result, ExecutionResult)
    assert result.errors
    assert result.errors[0].path == ["one", "name"]


@pytest.mark.parametrize(
    ("text", "path"),
    [
        (
            "{ members { edges { cursor score node { displayName cluster { slug } industries { label } } } } }",
            ["members", "edges"],
        ),
        ("{ members { nodes { id offers { title { text } owner { displayName } } } } }", ["members", "nodes"]),
        ("{ clusters { programmes { name { text } themes { label } } } }", ["clusters", 0, "programmes"]),
    ],
)
async def test_lists_of_rows_are_spliced_whole(over_postgres: Gateway, text: str, path: list[str | int]) -> None:
    context = RequestContext(over_postgres.services)
    result = execute(build()._schema, parse(text), context_value=context, executor_class=SplicingExecutor)
    assert not isinstance(result, ExecutionResult)
    found = (await result).data
    for step in path:
        found = found[step]  # type: ignore[index]
    assert type(found) is Fragment
