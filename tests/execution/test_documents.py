"""What is read of a document once: its operations, and the variables that a plan holds for."""

from typing import Any

import pytest
from graphql import get_variable_values
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import ErrorCode
from gateway.execution.documents import Documents, Limits, Refused
from schemas.schema import build

SCHEMA = build()._schema


def documents(limits: Limits | None = None) -> Documents:
    return Documents(SCHEMA, limits or Limits())


@pytest.mark.parametrize(
    ("text", "shaping"),
    [
        ("query($n: Int, $s: String) { members(first: $n, search: $s) { complete } }", ()),
        ("query($on: Boolean!) { members @include(if: $on) { complete } }", ("on",)),
        ("query($n: Int!, $l: LanguageTag) { members(first: $n) { nodes { offers(first: $n) { id }"
         " summary(lang: $l) { text } } } }", ("l", "n")),
        ("query($n: Int) { ...Root } fragment Root on Query { members(first: $n) { complete } }", ()),
        ("query($n: Int) { ... on Query { ...Root } } fragment Root on Query { members(first: $n) { complete } }", ()),
        ("query($f: [MemberFacetField!]!) { members { ...F } }"
         " fragment F on MemberConnection { facets(fields: $f) { field } }", ("f",)),
        ("query($w: [Sector!]) { members(filter: {sectors: $w}) { complete } }", ()),
    ],
)  # fmt: skip
def test_a_plan_holds_for_what_stands_in_directives_and_below_the_root(text: str, shaping: tuple[str, ...]) -> None:
    assert documents().get(text).operation(None).shaping == shaping


def test_fragments_that_spread_fragments_are_read_once_each() -> None:
    fragments = [f"fragment F{place} on Query {{ ...F{place + 1} ...F{place + 1} }}" for place in range(60)]
    text = "query($n: Int) { ...F0 } fragment F60 on Query { members(first: $n) { complete } } " + " ".join(fragments)
    assert documents(Limits(fields=2**62)).get(text).operation(None).shaping == ()


def test_a_document_is_read_once_and_a_refused_one_each_time() -> None:
    found = documents()
    assert found.get("{ clusters { id } }") is found.get("{ clusters { id } }")
    for _ in range(2):
        with pytest.raises(Refused) as refused:
            found.get("{ nothing }")
        assert refused.value.errors[0].extensions == {"code": ErrorCode.VALIDATION_FAILED.value}
    assert found.get.cache_info().currsize == 1


def test_operations_are_kept_apart_by_name() -> None:
    document = documents().get("query A { clusters { id } } query B { __typename }")
    assert document.operation("A").definition.name.value == "A"  # type: ignore[union-attr]
    assert document.operation("A") is not document.operation("B")


DECLARED = """query($id: ID!, $n: Int, $m: Int = 7, $s: [Sector!], $w: MemberFilter, $l: LanguageTag,
  $f: OnSourceFailure!) {
  member(id: $id) { __typename }
  members(first: $n, last: $m, filter: $w, lang: $l, onSourceFailure: $f) { complete }
  others: members(filter: {sectors: $s}) { complete }
}"""
VALUES = st.one_of(
    st.none(),
    st.sampled_from(["PRIVATE", "PARTIAL", "FAIL", "fr-CA", "!", "7", 7, 2**40, 1.0, 1.5, True, float("nan")]),
    st.just(["PRIVATE", "PUBLIC"]),
    st.lists(st.sampled_from(["PRIVATE", "OTHER", None, 3, []]), max_size=3),
    st.fixed_dictionaries({}, optional={"sectors": st.just(["PUBLIC"]), "languages": st.just("fr"), "x": st.just(1)}),
)


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(["id", "n", "m", "s", "w", "l", "f", "other"], VALUES)))
def test_variables_are_coerced_as_graphql_core_coerces_them(sent: dict[str, Any]) -> None:
    declared = PREPARED.definition.variable_definitions or ()
    expected = get_variable_values(SCHEMA, declared, sent, 5, hide_suggestions=True)
    assert coerced(sent) == ([str(each) for each in expected] if isinstance(expected, list) else expected)


def coerced(sent: dict[str, Any]) -> Any:
    try:
        return PREPARED.values(sent)
    except Refused as refused:
        return [str(each) for each in refused.errors]


PREPARED = documents().get(DECLARED).operation(None)
