"""What is read of a document once: its operations, and the variables that a plan holds for."""

from typing import Any

import pytest
from graphql import build_schema, get_introspection_query, get_variable_values
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import ClientError, ErrorCode
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
    assert documents(Limits(fields=2**62, roots=2**62)).get(text).operation(None).shaping == ()


def test_a_document_is_read_once_and_a_refused_one_each_time() -> None:
    found = documents()
    assert found.get("{ clusters { id } }") is found.get("{ clusters { id } }")
    for _ in range(2):
        with pytest.raises(Refused) as refused:
            found.get("{ nothing }")
        assert refused.value.errors[0].extensions == {"code": ErrorCode.VALIDATION_FAILED.value}
    assert found.cache_info().currsize == 1


def test_who_has_a_document_read_pays_by_its_length_and_who_finds_it_read_does_not() -> None:
    found, text = documents(), "{ clusters { id } } #".ljust(250, "x")
    assert [found.read(text)[1], found.read(text)[1], found.read("{ clusters { id } }")[1]] == [3, 0, 1]


def test_operations_are_kept_apart_by_name() -> None:
    document = documents().get("query A { clusters { id } } query B { __typename }")
    assert document.operation("A").definition.name.value == "A"  # type: ignore[union-attr]
    assert document.operation("A") is not document.operation("B")


def refusal(text: str, limits: Limits | None = None) -> dict[str, Any] | None:
    """The extensions of the error that a document is refused with; None where it is not."""
    try:
        documents(limits).get(text)
    except Refused as refused:
        error = refused.errors[0]
        known = error.original_error
        return known.extensions if isinstance(known, ClientError) else error.extensions
    return None


ALIASES = " ".join(f"a{place}: city" for place in range(14))
ROOTS = " ".join(f"r{place}: __typename" for place in range(9))
AT_LIMITS = {
    "TOO_DEEP": (
        Limits(depth=3),
        "{ members { nodes { offers { id } } } }",
        "{ members { nodes { offers { owner { id } } } } }",
        "{ members { ...A } } fragment A on MemberConnection { nodes { ...B } }"
        " fragment B on Member { ... { offers { owner { id } } } }",
    ),
    "TOO_MANY_FIELDS": (
        Limits(fields=7),
        "{ clusters { id slug name city country timeZone } }",
        "{ clusters { id slug name city country timeZone health } }",
        '{ clusters { ...A id } one: cluster(slug: "x") { ...A } } fragment A on Cluster { slug name city }',
    ),
    "TOO_MANY_ALIASES": (
        Limits(),
        f"{{ clusters {{ {ALIASES} last: id }} }}",
        f"{{ clusters {{ {ALIASES} last: id more: id }} }}",
        "{ " + " ".join(f'c{place}: cluster(slug: "x") {{ ...A }}' for place in range(8)) + " }"
        " fragment A on Cluster { ...B } fragment B on Cluster { other: id }",
    ),
    "TOO_MANY_ROOTS": (
        Limits(),
        f"{{ {ROOTS} __typename }}",
        f"{{ {ROOTS} __typename clusters {{ id }} }}",
        f"{{ {ROOTS} ...A }} fragment A on Query {{ ... {{ __typename clusters {{ id }} }} }}",
    ),
    "TOO_MANY_DIRECTIVES": (
        Limits(directives=2),
        "query($v: Boolean!) { clusters { id @skip(if: $v) slug @skip(if: $v) } }",
        "query($v: Boolean!) { clusters { id @skip(if: $v) slug @skip(if: $v) name @skip(if: $v) } }",
        "query($v: Boolean!) { clusters { ...A ...A ... { ...A } ...A } } fragment A on Cluster { id @skip(if: $v) }",
    ),
    "TOO_MANY_DIRECTIVES ": (
        Limits(crowd=1),
        "query($v: Boolean!) { clusters { id @skip(if: $v) } }",
        "query($v: Boolean!) { clusters { id @skip(if: $v) @include(if: $v) } }",
        "query($v: Boolean!) { clusters { ...A } } fragment A on Cluster { id @skip(if: $v) @include(if: $v) }",
    ),
    "TOO_MANY_REPEATS": (
        Limits(),
        "{ clusters { " + "id " * 25 + "} }",
        "{ clusters { " + "id " * 26 + "} }",
        "{ clusters { ...A " + "id " * 12 + "} ...B } fragment A on Cluster { ... { " + "id " * 12 + "} }"
        " fragment B on Query { clusters { id ...C } } fragment C on Cluster { id }",
    ),
    "TOO_MANY_TOKENS": (
        Limits(tokens=20, fields=1000),
        "{ clusters { " + "id " * 15 + "} }",
        "{ clusters { " + "id " * 16 + "} }",
        "{ clusters { ...A } } fragment A on Cluster {" + "id " * 8 + "}",
    ),
    "DOCUMENT_TOO_LONG": (
        Limits(characters=100),
        "{ clusters { id } } #".ljust(100, "x"),
        "{ clusters { id } } #".ljust(101, "x"),
        "{ clusters { id " + " " * 100,
    ),
}


@pytest.mark.parametrize("code", AT_LIMITS)
def test_at_each_limit_a_document_is_read_and_over_it_refused_inside_fragments_too(code: str) -> None:
    limits, at, over, inside = AT_LIMITS[code]
    assert refusal(at, limits) is None
    for text in (over, inside):
        assert refusal(text, limits)["code"] == code.strip()


@pytest.mark.parametrize("code", set(AT_LIMITS) - {"TOO_MANY_TOKENS"})
def test_a_refusal_names_the_limit(code: str) -> None:
    limits, _, over, _ = AT_LIMITS[code]
    most = refusal(over, limits)["limit"]
    assert most in {getattr(limits, name) for name in Limits.__dataclass_fields__}


def test_a_long_document_is_refused_before_it_is_parsed_and_a_large_one_before_it_is_validated() -> None:
    assert refusal("} not GraphQL {" * 10_000)["code"] == "DOCUMENT_TOO_LONG"
    assert refusal("{ " + "nothing " * 990 + "}")["code"] == "TOO_MANY_FIELDS"
    assert refusal("{ clusters { " + "nothing " * 26 + "} }")["code"] == "TOO_MANY_REPEATS"


REPEATED = {
    "known": "{ clusters { id @skip(if: false) @skip(if: false) } }",
    "unknown": "{ clusters { id @nothing @nothing } }",
    "of a fragment": "{ clusters { ...A } } fragment A on Cluster @skip(if: true) @skip(if: true) { id }",
    "of a variable": "query($v: Int @skip(if: true) @skip(if: true)) { members(first: $v) { complete } }",
    "of the operation": "query @skip(if: true) @skip(if: true) { __typename }",
    "of a spread": "{ ... @include(if: true) @include(if: true) { __typename } }",
}


@pytest.mark.parametrize("place", REPEATED)
def test_a_directive_stands_once_at_a_place(place: str) -> None:
    with pytest.raises(Refused, match="only once at a place") as refused:
        documents().get(REPEATED[place])
    (error,) = refused.value.errors
    assert error.extensions == {"code": "VALIDATION_FAILED"}
    assert error.locations


def test_a_repeatable_directive_may_be_repeated_within_the_limits() -> None:
    schema = build_schema("directive @tag(name: String) repeatable on FIELD type Query { a: Int }")
    text = "{ a " + '@tag(name: "x") ' * 4 + "}"
    assert Documents(schema, Limits()).get(text).operation(None)
    with pytest.raises(Refused, match="more than 4 directives at one place"):
        Documents(schema, Limits()).get(text.replace("}", "@tag }"))


UNFOLDED = "".join(f" fragment F{place} on Query {{ ...F{place + 1} ...F{place + 1} }}" for place in range(60))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{ ...F0 } fragment F60 on Query { __typename }" + UNFOLDED, "TOO_MANY_FIELDS"),
        ("{ ...F0 } fragment F60 on Query { ...F0 }" + UNFOLDED, "VALIDATION_FAILED"),
        ("{ clusters { ...A } } fragment A on Cluster { programmes { cluster { ...A } } }", "VALIDATION_FAILED"),
        ("{ ...Unknown }", "VALIDATION_FAILED"),
        ("{ __typename }" + "".join(f" fragment F{each} on Cluster {{ programmes {{ cluster {{ ...F{each + 1} }} }}"
         f" one: programmes {{ cluster {{ ...F{each + 1} }} }} }}" for each in range(40)), "TOO_DEEP"),
        ("{ __typename } fragment Unused on Cluster { " + "id " * 26 + "}", "TOO_MANY_REPEATS"),
        ("{ clusters { ...A } } fragment A on Cluster { id } fragment A on Cluster { " + "id " * 26 + "}",
         "TOO_MANY_REPEATS"),
        ("{ " + "... on Query { " * 190 + "__typename" + " }" * 191, None),
        (get_introspection_query(input_value_deprecation=True, directive_is_repeatable=True), None),
        ("type Query { a: Int }", "VALIDATION_FAILED"),
    ],
)  # fmt: skip
def test_no_way_to_write_a_document_gets_around_the_limits_or_keeps_them_busy(text: str, code: str | None) -> None:
    found = refusal(text)
    assert (None if found is None else found["code"]) == code


def test_fields_and_directives_of_all_operations_count_together() -> None:
    text = "query A { clusters { id slug } } query B { clusters { id slug } }"
    assert refusal(text, Limits(fields=6)) is None
    assert refusal(text, Limits(fields=5))["code"] == "TOO_MANY_FIELDS"


def test_fragments_that_nest_deeper_than_can_be_followed_are_too_deep() -> None:
    chain = " ".join(f"fragment F{place} on Query {{ ...F{place + 1} }}" for place in range(2000))
    limits = Limits(tokens=100_000, characters=10**6, fields=10**6)
    assert refusal("{ ...F0 } fragment F2000 on Query { __typename } " + chain, limits)["code"] == "TOO_DEEP"


@pytest.mark.parametrize("sent", [{"s": ["PRIVATE"] * 5}, {"s": ["PRIVATE"] * 2, "w": {"sectors": ["PRIVATE"] * 3}}])
def test_the_lists_in_the_variables_have_so_many_items_together(sent: dict[str, Any]) -> None:
    text = "query($s: [Sector!], $w: MemberFilter) { members(filter: $w) { complete }"
    text += " others: members(filter: {sectors: $s}) { complete } }"
    documents(Limits(items=5)).get(text).operation(None).values(sent)
    with pytest.raises(Refused) as refused:
        documents(Limits(items=4)).get(text).operation(None).values(sent)
    assert refused.value.errors[0].original_error.extensions == {"code": "TOO_MANY_ITEMS", "limit": 4}


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


@pytest.mark.parametrize("most", [1, 5, 9])
def test_as_many_mistakes_are_told_as_the_limit_says(most: int) -> None:
    text = "{ " + " ".join(f"nothing{place}" for place in range(9)) + " }"
    with pytest.raises(Refused) as refused:
        documents(Limits(errors=most)).get(text)
    told = [error for error in refused.value.errors if "nothing" in error.message]
    assert len(told) == most
