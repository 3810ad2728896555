"""The one override of graphql-core still means what it is meant to."""

import orjson
from graphql import ExecutionResult, build_schema, execute, parse
from orjson import Fragment

from gateway.execution.splice import SplicingExecutor, spliced

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
