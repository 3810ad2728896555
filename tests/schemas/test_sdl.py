"""The schema as clients see it: committed, described throughout, and never broken in silence."""

import subprocess
import sys
from collections.abc import Iterator

import pytest
from graphql import GraphQLSchema, IntrospectionQuery, build_schema, get_introspection_query, graphql_sync

from gateway.cli.sdl import COMMITTED, DECLARED, RELEASED, declarations, printed, undeclared
from schemas.schema import build

FEDERATION = ("__", "_Any", "_Entity", "_FieldSet", "_Service", "link__")
"""What Federation and introspection bring along: words of their own, not ours."""

FEDERATION_FIELDS = {"_entities", "_service"}


@pytest.fixture(scope="module")
def sdl() -> str:
    return printed()


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    return build()._schema


def test_the_committed_schema_is_the_schema_of_the_code(sdl: str) -> None:
    assert COMMITTED.read_text(encoding="utf-8") == sdl, "run: corridor sdl --write"


def test_nothing_breaks_clients_without_being_declared(sdl: str) -> None:
    declared = declarations(DECLARED.read_text(encoding="utf-8"))
    assert undeclared(RELEASED.read_text(encoding="utf-8"), sdl, declared) == ([], [])


BREAKS = {
    "a field is gone": ("  displayName: String!", "  shownName: String!", "Member.displayName was removed."),
    "a value is gone": ("  JOINT_BID\n", "  JOINT_OFFER\n", "Enum value CollaborationMode.JOINT_BID was removed."),
    "an answer may be null": (
        "  displayName: String!",
        "  displayName: String",
        "Member.displayName changed type from String! to String.",
    ),
    "an argument is gone": ("  first: Int", "  top: Int", "Argument Query.members(first:) was removed."),
}


@pytest.mark.parametrize(("old", "new", "change"), BREAKS.values(), ids=BREAKS)
def test_a_breaking_change_is_seen_until_it_is_declared(sdl: str, old: str, new: str, change: str) -> None:
    doctored = sdl.replace(old, new)
    assert doctored != sdl
    found, _ = undeclared(sdl, doctored, [])
    assert any(each.endswith(change) for each in found), found
    assert undeclared(sdl, doctored, found) == ([], [])


def test_a_change_that_breaks_nobody_needs_no_declaration(sdl: str) -> None:
    grown = sdl.replace("  displayName: String!", "  displayName: String!\n  nickname: String")
    assert undeclared(sdl, grown, []) == ([], [])


def test_a_declaration_of_what_did_not_happen_is_a_fault(sdl: str) -> None:
    assert undeclared(sdl, sdl, ["Member.id was removed."]) == ([], ["Member.id was removed."])


def test_a_declaration_needs_its_reason() -> None:
    assert declarations('[[breaking]]\nchange = "a"\nreason = "b"') == ["a"]
    for wrong in ('[[breaking]]\nchange = "a"', '[[breaking]]\nchange = "a"\nreason = " "'):
        with pytest.raises(ValueError, match="a reason"):
            declarations(wrong)


def _introspected(schema: GraphQLSchema) -> IntrospectionQuery:
    result = graphql_sync(schema, get_introspection_query(descriptions=True, input_value_deprecation=True))
    assert result.errors is None
    assert result.data is not None
    return result.data


def _undescribed(introspected: IntrospectionQuery) -> Iterator[str]:
    for type_ in introspected["__schema"]["types"]:
        name = type_["name"]
        if name.startswith(FEDERATION):
            continue
        if not type_["description"]:
            yield name
        parts = [*(type_.get("fields") or ()), *(type_.get("inputFields") or ()), *(type_.get("enumValues") or ())]
        for part in parts:
            if part["name"] in FEDERATION_FIELDS:
                continue
            if not part["description"]:
                yield f"{name}.{part['name']}"
            yield from (
                f"{name}.{part['name']}({argument['name']})"
                for argument in part.get("args", ())
                if not argument["description"]
            )


def test_everything_is_described(schema: GraphQLSchema) -> None:
    assert list(_undescribed(_introspected(schema))) == []


def test_what_is_not_described_is_found() -> None:
    bare = build_schema('"""Q."""\ntype Query { a(b: Int): E, "C." c: Int }\nenum E { F }')
    assert list(_undescribed(_introspected(bare))) == ["Query.a", "Query.a(b)", "E", "E.F"]


def test_it_is_a_federation_subgraph(schema: GraphQLSchema, sdl: str) -> None:
    result = graphql_sync(schema, "{ _service { sdl } }")
    assert result.errors is None
    assert result.data is not None
    subgraph = result.data["_service"]["sdl"]
    assert '@link(url: "https://specs.apollo.dev/federation/v2.' in subgraph
    assert 'type Member implements Node @key(fields: "id")' in subgraph
    assert 'type Member implements Node @key(fields: "id")' in sdl
    assert "_entities(representations: [_Any!]!): [_Entity]!" in sdl


def test_it_is_relay_conformant(schema: GraphQLSchema) -> None:
    types = {type_["name"]: type_ for type_ in _introspected(schema)["__schema"]["types"]}
    node = {field["name"]: field["type"] for field in types["Node"]["fields"]}
    assert (node["id"]["kind"], node["id"]["ofType"]["name"]) == ("NON_NULL", "ID")
    assert {field["name"] for field in types["PageInfo"]["fields"]} == {
        "hasNextPage",
        "hasPreviousPage",
        "startCursor",
        "endCursor",
    }
    connections = [name for name in types if name.endswith("Connection")]
    assert connections
    for name in connections:
        fields = {field["name"]: field for field in types[name]["fields"]}
        assert {"edges", "pageInfo"} <= fields.keys(), name
        edge = types[name.removesuffix("Connection") + "Edge"]
        assert {"node", "cursor"} <= {field["name"] for field in edge["fields"]}, name


def test_the_command_checks_and_prints(sdl: str) -> None:
    command = [sys.executable, "-m", "gateway.cli", "sdl"]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == sdl
    checked = subprocess.run([*command, "--check"], capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stderr) == (0, "")
