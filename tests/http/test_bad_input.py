"""What clients get wrong: each mistake gets a clear error with its code, soon, and harms nobody else."""

import base64
import json
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from graphql import get_introspection_query

from tests.http.served import errors_of

param = pytest.param

Ask = Callable[..., Awaitable[httpx.Response]]

LISTED = "{ members(%s) { nodes { id } } }"
NODE = "query ($id: ID!) { node(id: $id) { id } }"
SEARCH = "query ($text: String!) { members(search: $text) { nodes { id } } }"
MARKETS = "query ($of: [CountryCode!]) { members(filter: {targetMarkets: $of}) { nodes { id } } }"
ENTITIES = "query ($of: [_Any!]!) { _entities(representations: $of) { __typename } }"

NO_LANGUAGES: tuple[object, ...] = ([], 0, False, {}, "x-", "english!")


def gid(text: str) -> str:
    """An ID as the gateway would write it."""
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def fragments(count: int, spreads: int) -> str:
    """A chain of fragments, each of which spreads the next one this many times."""
    chain = " ".join(f"fragment F{n} on Query {{ {f'...F{n + 1} ' * spreads}}}" for n in range(count))
    return f"{{ ...F0 }} {chain} fragment F{count} on Query {{ __typename }}"


@pytest.mark.parametrize(
    ("body", "says"),
    [
        param(b"", "empty", id="empty"),
        param(b" ", "JSON", id="blank"),
        param(b"{", "JSON", id="cut off"),
        param(b"{'query': '{__typename}'}", "line 1, column 2", id="single quotes"),
        param(b"\xff\xfe{\0}\0", "UTF-8", id="UTF-16"),
        param(b'{"query":"\xe9"}', "UTF-8", id="Latin-1"),
        param(rb'{"query":"{ __typename } # \ud800"}', "JSON", id="lone surrogate"),
        param(b'{"query":"{__typename}","variables":' + b"[" * 100_000, "JSON", id="deep and cut off"),
        param(b'{"query":"{__typename}","variables":{"a":' + b"[" * 9000 + b"]" * 9000 + b"}}", "JSON", id="deep"),
        param(b'{"query":"{__typename}","variables":{"a":1e999}}', "JSON", id="number without end"),
        param(b'{"query":"{__typename}","variables":{"a":NaN}}', "JSON", id="NaN"),
        param(b'[{"query":"{__typename}"}]', "batches", id="batch"),
        param(b"[]", "batches", id="empty batch"),
        param(b"null", "object", id="null"),
        param(b'"{__typename}"', "object", id="string"),
        param(b"{}", "`query`", id="no query"),
        param(b'{"query":null}', "`query`", id="query null"),
        param(b'{"query":""}', "`query`", id="query empty"),
        param(b'{"query":{"a":1}}', "`query`", id="query object"),
        param(b'{"query":"{__typename}","variables":[]}', "`variables`", id="variables list"),
        param(b'{"query":"{__typename}","variables":"{}"}', "`variables`", id="variables string"),
        param(b'{"query":"{__typename}","variables":0}', "`variables`", id="variables zero"),
        param(b'{"query":"{__typename}","operationName":1}', "`operationName`", id="name number"),
        param(b'{"query":"{__typename}","extensions":[]}', "`extensions`", id="extensions list"),
    ],
)
async def test_a_body_that_is_no_operation(http: httpx.AsyncClient, ask: Ask, body: bytes, says: str) -> None:
    response = await http.post("/graphql", content=body, headers={"content-type": "application/json"})
    assert response.status_code == 400
    (error,) = errors_of(response)
    assert error["extensions"] == {"code": "BAD_REQUEST"}
    assert says in error["message"]
    await ask("{ __typename }")


@pytest.mark.parametrize(
    ("query", "variables", "code"),
    [
        param("   ", None, "SYNTAX_ERROR", id="blank"),
        param("# nothing", None, "SYNTAX_ERROR", id="comment only"),
        param("{ members(", None, "SYNTAX_ERROR", id="cut off"),
        param('{ members(search: "a', None, "SYNTAX_ERROR", id="open string"),
        param("{ \x07 }", None, "SYNTAX_ERROR", id="control character"),
        param("{ é }", None, "SYNTAX_ERROR", id="accent in a name"),
        param('{ a "more than 1000 tokens" }', None, "SYNTAX_ERROR", id="words of a limit in a syntax error"),
        param("{ membrs { id } }", None, "VALIDATION_FAILED", id="unknown root field"),
        param("{ members { nodes { displayNam } } }", None, "VALIDATION_FAILED", id="unknown field"),
        param("{ members { nodes { ... on Membr { id } } } }", None, "VALIDATION_FAILED", id="unknown type"),
        param(LISTED % "firs: 1", None, "VALIDATION_FAILED", id="unknown argument"),
        param(LISTED % "filter: {sector: [PRIVATE]}", None, "VALIDATION_FAILED", id="unknown input field"),
        param("{ members @cached { complete } }", None, "VALIDATION_FAILED", id="unknown directive"),
        param("{ members }", None, "VALIDATION_FAILED", id="no selection"),
        param("{ __typename { x } }", None, "VALIDATION_FAILED", id="selection of a leaf"),
        param("query ($n: Integer) { __typename }", None, "VALIDATION_FAILED", id="variable of an unknown type"),
        param("{ members(first: $n) { complete } }", None, "VALIDATION_FAILED", id="undeclared variable"),
        param("query ($n: Int) { __typename }", None, "VALIDATION_FAILED", id="unused variable"),
        param("query ($s: String) { members(first: $s) { complete } }", None, "VALIDATION_FAILED", id="other type"),
        param(LISTED % 'first: "5"', None, "VALIDATION_FAILED", id="string for a number"),
        param(LISTED % "first: 1.5", None, "VALIDATION_FAILED", id="fraction"),
        param(LISTED % "first: 2147483648", None, "VALIDATION_FAILED", id="more than 32 bits"),
        param(LISTED % "filter: {sectors: [PRIVAT]}", None, "VALIDATION_FAILED", id="unknown enum value"),
        param(LISTED % 'filter: {sectors: ["PRIVATE"]}', None, "VALIDATION_FAILED", id="enum as string"),
        param(LISTED % 'lang: "english!"', None, "VALIDATION_FAILED", id="no language"),
        param(
            '{ members(first: "exceeds maximum operation depth") { complete } }', None, "VALIDATION_FAILED",
            id="words of a limit in a validation error",
        ),
        param("{ members(first: 1) { nodes { id @skip } } }", None, "VALIDATION_FAILED", id="skip without if"),
        param('{ members { nodes { id @skip(if: "yes") } } }', None, "VALIDATION_FAILED", id="skip by a string"),
        param("{ members { nodes { id @include(if: 1) } } }", None, "VALIDATION_FAILED", id="include by a number"),
        param("{ __typename @skip(if: true) @skip(if: true) }", None, "VALIDATION_FAILED", id="skip twice"),
        param("query A { __typename } query A { __typename }", None, "VALIDATION_FAILED", id="two of a name"),
        param("{ __typename } { __typename }", None, "VALIDATION_FAILED", id="two anonymous"),
        param("type X { a: Int }", None, "VALIDATION_FAILED", id="type definition"),
        param("fragment F on Query { __typename }", None, "VALIDATION_FAILED", id="fragment only"),
        param("{ ...F }", None, "VALIDATION_FAILED", id="undefined fragment"),
        param("{ ...F } fragment F on Query { ...F }", None, "VALIDATION_FAILED", id="fragment of itself"),
        param(
            "{ members { nodes { ...A } } } fragment A on Member { offers { ...B } } "
            "fragment B on Offer { owner { ...A } }", None, "VALIDATION_FAILED", id="fragment cycle",
        ),
        param("{ a: members(first: 1) { complete } a: members(first: 2) { complete } }", None, "VALIDATION_FAILED",
              id="conflict"),
        param("mutation { destroyEverything }", None, "VALIDATION_FAILED", id="unknown mutation"),
        param("subscription { sourceHealth { status } }", None, "BAD_REQUEST", id="no stream"),
        param("{ " + "__typename " * 990 + "}", None, "TOO_MANY_FIELDS", id="990 repeated fields"),
        param("{ " + "x" * 30_000 + " }", None, "VALIDATION_FAILED", id="long name"),
        param("{ " + "x" * 100_000 + " }", None, "DOCUMENT_TOO_LONG", id="long document"),
        param("{ " + "id " * 10_000 + "}", None, "TOO_MANY_TOKENS", id="10 000 repeated fields"),
        param("{ " + " ".join(f"a{n}: id" for n in range(2_000)) + " }", None, "TOO_MANY_TOKENS", id="2 000 aliases"),
        param(f"{{ members(search: {'[' * 900}) }}", None, "TOO_DEEP", id="deep list"),
        param("{ a" * 400, None, "TOO_DEEP", id="deep and cut off"),
        param("{ members { nodes { " + "offers { owner { " * 6 + "id" + " } }" * 6 + " } } }", None, "TOO_DEEP",
              id="deep selection"),
        param(
            "{ members { nodes { ...A } } } fragment A on Member { offers { owner { offers { owner { ...B } } } } } "
            "fragment B on Member { offers { owner { offers { owner { offers { id } } } } } }", None, "TOO_DEEP",
            id="deep by fragments",
        ),
        param("{ __schema { types { " + "fields { type { " * 6 + "name" + " } }" * 6 + " } } }", None, "TOO_DEEP",
              id="deep introspection"),
        param("query A { __typename } query B { __typename }", None, "OPERATION_UNKNOWN", id="two operations"),
        param("query ($n: Int!) { members(first: $n) { complete } }", None, "BAD_VARIABLES", id="missing"),
        param("query ($n: Int!) { members(first: $n) { complete } }", {"n": None}, "BAD_VARIABLES", id="null"),
        param("query ($n: Int) { members(first: $n) { complete } }", {"n": "five"}, "BAD_VARIABLES", id="word"),
        param("query ($n: Int) { members(first: $n) { complete } }", {"n": 2**40}, "BAD_VARIABLES", id="big"),
        param("query ($b: Boolean!) { __typename @skip(if: $b) }", {"b": "yes"}, "BAD_VARIABLES", id="skip"),
        param("query ($s: Sector!) { members(filter: {sectors: [$s]}) { complete } }", {"s": "NONE"}, "BAD_VARIABLES",
              id="unknown enum value in a variable"),
        param("query ($f: MemberFilter) { members(filter: $f) { complete } }", {"f": {"sector": []}}, "BAD_VARIABLES",
              id="unknown input field in a variable"),
        param(MARKETS, {"of": ["mx"]}, "BAD_VARIABLES", id="country in small letters"),
        param(MARKETS, {"of": ["MX", None]}, "BAD_VARIABLES", id="null in a list"),
        param(MARKETS, {"of": [{"a": 1}] * 50}, "BAD_VARIABLES", id="objects for countries"),
        *(param("query ($l: LanguageTag) { members(lang: $l) { complete } }", {"l": value}, "BAD_VARIABLES",
                id=f"language {value!r}") for value in NO_LANGUAGES),
        param(SEARCH, {"text": 5}, "BAD_VARIABLES", id="number for a text"),
        param(ENTITIES, {"of": ["Member"]}, "BAD_INPUT", id="entity that is no object"),
        param(ENTITIES, {"of": [{"id": "x"}]}, "BAD_INPUT", id="entity without type"),
        param(ENTITIES, {"of": [{"__typename": "Nothing", "id": "x"}]}, "BAD_INPUT", id="entity of no type"),
        param(ENTITIES, {"of": [{"__typename": "PageInfo", "id": "x"}]}, "BAD_INPUT", id="entity of another type"),
        param(ENTITIES, {"of": [{"__typename": ["Member"], "id": "x"}]}, "BAD_INPUT", id="entity of a list"),
        param(ENTITIES, {"of": [{"__typename": "Member"}]}, "BAD_INPUT", id="entity without id"),
        param(ENTITIES, {"of": [{"__typename": "Member", "id": 5}]}, "BAD_INPUT", id="entity with a number"),
        param(ENTITIES, {"of": [{"__typename": "Member", "id": "x"}] * 1001}, "BAD_INPUT", id="1001 entities"),
        param(ENTITIES, {"of": [{"__typename": "Member", "id": "x", "more": 1}]}, "BAD_ID", id="entity with a bad id"),
        param("query ($of: [ID!]!) { nodes(ids: $of) { id } }", {"of": ["x"] * 101}, "BAD_INPUT", id="101 IDs"),
        param(LISTED % "first: 1, last: 1", None, "BAD_INPUT", id="first and last"),
        param(LISTED % 'last: 1, after: "x"', None, "BAD_INPUT", id="last and after"),
        param(LISTED % 'first: 1, before: "x"', None, "BAD_INPUT", id="first and before"),
        param(LISTED % "orderBy: {field: RELEVANCE}", None, "BAD_INPUT", id="relevance of nothing"),
        param(LISTED % 'filter: {clusters: ["nowhere"]}', None, "BAD_INPUT", id="unknown cluster"),
        param("query ($of: [String!]) { members(filter: {naics5: $of}) { complete } }", {"of": ["5"] * 200},
              "BAD_INPUT", id="200 values in a filter"),
        param(MARKETS, {"of": ["MX"] * 200}, "BAD_INPUT", id="200 countries in a filter"),
        param(SEARCH, {"text": "a" * 100_000}, "BAD_INPUT", id="very long search"),
        param(SEARCH, {"text": " ".join("abcdefghijklmnop")}, "BAD_INPUT", id="many words"),
        param(SEARCH, {"text": "a\0b"}, "BAD_INPUT", id="NUL in a search"),
        *(
            param(LISTED % f"{name}: {size}", None, "PAGE_TOO_LARGE", id=f"{name} {size}")
            for name in ("first", "last") for size in (0, -1, 101, 100_000)
        ),
        param("{ members { nodes { offers(first: 0) { id } } } }", None, "PAGE_TOO_LARGE", id="no offers"),
        param("{ members(first: 9) { nodes { needs(first: 101) { id } } } }", None, "PAGE_TOO_LARGE",
              id="too many needs"),
        *(
            param(NODE, {"id": value}, "BAD_ID", id=f"ID {value[:12]!r}")
            for value in ("", "5", "é", "!!", "a b", "\0", "TWVtYmVy", "TWVtYmVyOg", "A" * 50_000, "=" * 9, gid("::"),
                          gid("Member:technomontreal:"), gid("Member:technomontreal:a\0b"),
                          gid("Member:technomontreal:1") + "=")
        ),
        param(NODE, {"id": gid("Member:nowhere:1")}, "BAD_ID", id="ID of an unknown cluster"),
        param(NODE, {"id": gid("Spaceship:technomontreal:1")}, "BAD_ID", id="ID of an unknown type"),
        param(NODE, {"id": gid("Headcount:technomontreal:1")}, "BAD_ID", id="ID of a type without IDs"),
        param("query ($id: ID!) { member(id: $id) { __typename } }", {"id": gid("Offer:technomontreal:1")}, "BAD_ID",
              id="ID of an offer for a member"),
        *(
            param(LISTED % f"after: {json.dumps(value, ensure_ascii=False)}, first: 1", None, "BAD_CURSOR",
                  id=f"cursor {value[:9]!r}")
            for value in ("x", "é", "AAAA", "A" * 30_000, "====", gid("1"))
        ),
    ],
)  # fmt: skip
async def test_a_wrong_operation(ask: Ask, query: str, variables: Any, code: str) -> None:
    response = await ask(query, variables)
    errors = errors_of(response)
    assert 1 <= len(errors) <= 101
    assert {error["extensions"]["code"] for error in errors} == {code}
    executed = response.status_code == 200
    assert executed == ("data" in response.json())
    assert executed == (code in {"BAD_INPUT", "PAGE_TOO_LARGE", "BAD_ID", "BAD_CURSOR"})


async def test_no_name_is_suggested_for_a_wrong_one(ask: Ask) -> None:
    response = await ask(
        "query ($s: Sectr) { member { id } members(frst: 1, filter: {sector: [PRIVAT]}) { nods @skp { id } } }"
    )
    messages = [error["message"] for error in errors_of(response)]
    assert len(messages) >= 4
    assert not any(name in " ".join(messages) for name in ("Did you mean", "'first'", "'nodes'", "'Sector'?"))


@pytest.mark.parametrize("name", ["B", "a", "A ", "\0", "é\n", "x" * 50_000])
async def test_an_operation_name_that_the_document_does_not_hold(ask: Ask, name: str) -> None:
    response = await ask("query A { __typename }", operationName=name)
    (error,) = errors_of(response)
    assert (response.status_code, error["extensions"]) == (400, {"code": "OPERATION_UNKNOWN"})
    assert len(error["message"]) < 200


async def test_ids_that_point_to_nothing_are_null_without_an_error(ask: Ask) -> None:
    for text in ("Member:technomontreal:none", "Member:technomontreal:" + "9" * 60, "Offer:canieti-occidente:'--",
                 "Cluster:technomontreal:other", "Need:technomontreal:\ufffd"):  # fmt: skip
        response = await ask(NODE, {"id": gid(text)})
        assert response.json() == {"data": {"node": None}}


async def test_one_bad_id_among_many_is_an_error_in_its_own_place(ask: Ask) -> None:
    (member,) = (await ask(LISTED % "first: 1")).json()["data"]["members"]["nodes"]
    response = await ask("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", {"ids": [member["id"], "x", member["id"]]})
    assert response.json()["data"] == {"nodes": [member, None, member]}
    assert [error["path"] for error in errors_of(response)] == [["nodes", 1]]


async def test_a_cursor_is_good_for_its_own_walk_only(ask: Ask) -> None:
    walk = "query ($after: String) { %s(first: 1%s, after: $after) { pageInfo { endCursor } } }"
    page = await ask(walk % ("members", ", orderBy: {field: NAME}"))
    cursor = page.json()["data"]["members"]["pageInfo"]["endCursor"]
    other_byte = "A" if cursor[20] != "A" else "B"
    for field, arguments, given in [
        ("members", ", orderBy: {field: UPDATED_AT}", cursor),
        ("members", ", orderBy: {field: NAME, direction: DESC}", cursor),
        ("members", ', orderBy: {field: NAME}, search: "datos"', cursor),
        ("members", ", orderBy: {field: NAME}, filter: {sectors: [PRIVATE]}", cursor),
        ("members", ', orderBy: {field: NAME}, filter: {clusters: ["technomontreal"]}', cursor),
        ("offers", "", cursor),
        *(("members", ", orderBy: {field: NAME}", each) for each in
          (cursor[:-1], cursor[1:], cursor + "A", cursor[:20] + other_byte + cursor[21:],
           other_byte + cursor[1:], cursor.swapcase(), cursor * 2)),
    ]:  # fmt: skip
        response = await ask(walk % (field, arguments), {"after": given})
        (error,) = errors_of(response)
        assert error["extensions"] == {"code": "BAD_CURSOR"}, (field, arguments)
        assert error["path"] == [field]
    good = await ask(walk % ("members", ", orderBy: {field: NAME}"), {"after": cursor})
    assert good.json()["data"]["members"]["pageInfo"]["endCursor"] != cursor


@pytest.mark.parametrize(
    "query",
    [
        param(fragments(22, 2), id="four million fragments, unfolded"),
        param(fragments(100, 1), id="a long chain of fragments"),
        param("{ " + "...F " * 300 + "} fragment F on Query { " + "__typename " * 300 + "}", id="300 times 300"),
        param("{ " + " ".join(f"a{n}: clusters {{ slug }}" for n in range(150)) + " }", id="150 aliases"),
        param("{ " + "... { " * 180 + "__typename" + " }" * 180 + " }", id="inline fragments, nested"),
        param(
            "{ " + " ".join(f"...F{n}" for n in range(60)) + " } "
            + " ".join(f"fragment F{n} on Query {{ a: __typename ...F{(n + 1) % 59} }}" for n in range(60)),
            id="fragments that all overlap",
        ),
    ],
)  # fmt: skip
async def test_what_grows_without_bounds_elsewhere_is_answered_soon(ask: Ask, query: str) -> None:
    response = await ask(query)
    assert response.elapsed.total_seconds() < 3
    (code,) = {error["extensions"]["code"] for error in errors_of(response)} or {None}
    assert code in {None, "VALIDATION_FAILED", "TOO_DEEP", "TOO_MANY_FIELDS", "TOO_MANY_ALIASES"}


async def test_introspection_works(ask: Ask) -> None:
    response = await ask(get_introspection_query(descriptions=True, input_value_deprecation=True))
    assert errors_of(response) == []
    assert "Member" in {each["name"] for each in response.json()["data"]["__schema"]["types"]}


async def test_everything_may_be_skipped(ask: Ask) -> None:
    response = await ask("{ members(first: 1) { nodes { id @skip(if: true) } } clusters @include(if: false) { slug } }")
    assert response.json() == {"data": {"members": {"nodes": [{}]}}}
