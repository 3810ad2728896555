"""Whatever is sent, what comes back is JSON, and never a failure of the gateway."""

import json
import string
from collections.abc import Iterator

import httpx
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.http.served import GRAPHQL, errors_of

BOUNDED = settings(
    max_examples=100, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

TOKENS = st.sampled_from(
    [
        *"{}()[]:!$@=|&", "...", "query", "mutation", "subscription", "fragment", "on", "F", "G", "Query", "Member",
        "Node", "members", "offers", "clusters", "node", "member", "nodes", "edges", "cursor", "facets", "fields",
        "SECTOR", "summary", "text", "owner", "id", "first", "after", "search", "filter", "sectors", "PRIVATE",
        "orderBy", "field", "RELEVANCE", "__typename", "__schema", "types", "name", "_entities", "representations",
        "_service", "sdl", "lang", "-1", "0", "1", "1e9", "99999999999", "true", "null", '"x"', '"\\u0000"', '"""', '"',
        "\\", "#", "\n", "\0", "\ufeff", "@skip(if: true)", "@include(if: $a)", "($a: Boolean!)", "$a", "é",
    ]
)  # fmt: skip

DOCUMENTS = st.one_of(
    st.lists(TOKENS, max_size=40).map(" ".join),
    st.text(max_size=200),
    st.recursive(
        st.sampled_from(["__typename", "id", "...F", "nodes { id }", "complete", 'node(id: "x") { id }']),
        lambda inner: st.builds(
            lambda name, fields: f"{name} {{ {' '.join(fields)} }}",
            st.sampled_from(["members", "a: offers(first: 1)", "nodes", "edges", "... on Query", "... @skip(if: $a)"]),
            st.lists(inner, min_size=1, max_size=4),
        ),
        max_leaves=20,
    ).map(lambda text: f"query ($a: Boolean = false) {{ {text} }} fragment F on Query {{ __typename ...F }}"),
    st.recursive(
        st.sampled_from(["__typename", "complete", "nodes { id }", "totalCount", "pageInfo { endCursor }"]),
        lambda inner: st.lists(inner, min_size=1, max_size=5).map(lambda each: "... { " + " ".join(each) + " }"),
        max_leaves=20,
    ).map(lambda text: f"{{ members(first: 2) {{ {text} }} }}"),
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(string.printable, max_size=8), inner),
    max_leaves=10,
)

BODIES = st.one_of(
    JSON,
    st.fixed_dictionaries(
        {"query": DOCUMENTS | JSON}, optional={"variables": JSON, "operationName": JSON, "extensions": JSON}
    ),
)

OPERATION = """query ($first: Int, $after: String, $search: String, $lang: LanguageTag, $filter: MemberFilter, $id: ID!,
  $order: MemberOrder) {
  members(first: $first, after: $after, search: $search, lang: $lang, filter: $filter, orderBy: $order) {
    edges { matchedOn { snippet } node { id } } totalCount
  }
  node(id: $id) { id }
}"""

VARIABLES = st.fixed_dictionaries(
    {"id": st.text() | JSON},
    optional={
        "first": st.integers(-2, 120) | JSON,
        "after": st.text() | JSON,
        "search": st.text(max_size=210) | JSON,
        "lang": st.sampled_from(["fr-CA", "x", "zz-Zzzz", "en-u-co"]) | JSON,
        "order": st.fixed_dictionaries({"field": st.sampled_from(["NAME", "RELEVANCE"]) | JSON}) | JSON,
        "filter": st.dictionaries(
            st.sampled_from(["clusters", "naics5", "concepts", "languages", "targetMarkets", "programmes", "sectors"]),
            st.lists(st.text(max_size=8), max_size=3) | JSON,
        )
        | JSON,
    },
)


@pytest.fixture(scope="module")
def client(gateway_url: str) -> Iterator[httpx.Client]:
    """A client of the gateway that is not asynchronous, as Hypothesis is not."""
    with httpx.Client(base_url=gateway_url, timeout=20) as opened:
        yield opened


def _judge(response: httpx.Response) -> None:
    assert response.status_code in {200, 400, 405, 415}, (response.status_code, response.text)
    failures = {"INTERNAL_ERROR", "CONTRACT_BROKEN", "SOURCE_UNAVAILABLE", "SOURCE_TIMEOUT", "ALL_SOURCES_FAILED"}
    assert not failures & {error["extensions"]["code"] for error in errors_of(response)}, response.text


@BOUNDED
@given(body=st.binary(max_size=300))
@example(body=b"\0")
def test_any_bytes(client: httpx.Client, body: bytes) -> None:
    _judge(client.post("/graphql", content=body, headers={"content-type": "application/json", "accept": GRAPHQL}))


@BOUNDED
@given(body=BODIES)
@example(body={"query": "{ ...F }"})
def test_any_json(client: httpx.Client, body: object) -> None:
    content = json.dumps(body)
    _judge(client.post("/graphql", content=content, headers={"content-type": "application/json", "accept": GRAPHQL}))


@BOUNDED
@given(query=DOCUMENTS)
def test_any_document(client: httpx.Client, query: str) -> None:
    content = json.dumps({"query": query})
    _judge(client.post("/graphql", content=content, headers={"content-type": "application/json", "accept": GRAPHQL}))


@BOUNDED
@given(variables=VARIABLES)
@example(variables={"id": "x", "search": "\U0001f600"})
@example(variables={"id": "x", "search": "datos", "lang": []})
def test_any_variables(client: httpx.Client, variables: object) -> None:
    content = json.dumps({"query": OPERATION, "variables": variables})
    _judge(client.post("/graphql", content=content, headers={"content-type": "application/json", "accept": GRAPHQL}))


@BOUNDED
@given(parameters=st.dictionaries(st.sampled_from(["query", "variables", "operationName", "extensions"]), st.text()))
def test_any_parameters_of_a_get(client: httpx.Client, parameters: dict[str, str]) -> None:
    _judge(client.get("/graphql", params=parameters, headers={"accept": GRAPHQL}))
