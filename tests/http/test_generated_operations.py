"""Operations that schemathesis makes from the schema, good ones and wrong ones, for anybody and for every credential.

A short run, the same each time. FUZZ_EXAMPLES=2000 makes as many for each of its tests, and other ones each time.
"""

import json
import os
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from time import time

import httpx
import pytest
import schemathesis
from graphql import (
    ArgumentNode,
    GraphQLObjectType,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    introspection_from_schema,
    is_required_argument,
    parse,
    print_ast,
    visit,
)
from graphql.language.visitor import REMOVE
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr
from schemathesis import Case, GenerationMode
from schemathesis.checks import load_all_checks
from schemathesis.graphql import nodes
from schemathesis.specs.openapi.checks import negative_data_rejection, response_schema_conformance

from gateway.access.register import Register, one_of_each
from gateway.access.viewer import GRANTABLE
from gateway.app import create_app
from gateway.embedded import EmbeddedServer
from gateway.reference import member_cluster
from gateway.settings import AuthSettings, RatesSettings, Settings, StoreSettings
from gateway.store import Store
from schemas.schema import build
from tests.agreements import agree
from tests.conftest import MakeDatabase
from tests.http.conftest import HEADERS, Serve
from tests.http.served import errors_of

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "0"))
BOUNDED = settings(
    max_examples=EXAMPLES or 12,
    derandomize=not EXAMPLES,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
REFUSALS = {
    "SYNTAX_ERROR", "VALIDATION_FAILED", "BAD_INPUT", "BAD_ID", "BAD_CURSOR", "PAGE_TOO_LARGE", "FORBIDDEN",
    "TOO_DEEP", "TOO_MANY_FIELDS", "TOO_MANY_TOKENS", "TOO_MANY_ITEMS", "TOO_MANY_NODES", "COST_TOO_HIGH",
    "DOCUMENT_TOO_LONG", "NO_AGREEMENT", "NOT_FOUND",
}  # fmt: skip
"""What may be said of a generated operation. All else would be the gateway's fault."""

ASKED_BY_ID = {"Query.partnerMatches"}
"""Nothing to answer with but an ID, and none that is made up is one."""

_MEANT = "{ members(first: 8) { edges { cursor node { id } } } offers(first: 1) { nodes { concepts { uri } } } }"
"""What is there, and so means something when it is asked for."""

PAGING = {"first", "after", "last", "before"}

SCHEMA = schemathesis.graphql.from_dict(introspection_from_schema(build()._schema))
OPERATIONS = [found.ok() for found in SCHEMA.get_all_operations()]
QUERIES = [each for each in OPERATIONS if each.label.startswith("Query.")]
"""Those that have the same answer twice: what a mutation makes has another ID each time."""
load_all_checks()


@pytest.fixture(scope="module")
async def keys(
    make_session_database: MakeDatabase, store_template: str, postgres: EmbeddedServer, store_login: tuple[str, str]
) -> tuple[str, list[str | None]]:
    """The DSN of a store, and what may be sent to a gateway with it: nothing, or an API key of one class or another."""
    owner = await make_session_database(store_template)
    opened = Store(owner, timeout=10)
    member = "TWVtYmVyOnRlY2hub21vbnRyZWFsOjE"
    made = await one_of_each(
        Register(opened, member_cluster, time), "Fuzz", "technomontreal", member, timedelta(hours=1)
    )
    await opened.close()
    await agree(owner)
    # Those that may do most come first: few examples are most often of what is first.
    able = sorted(made, key=lambda kind: len(GRANTABLE[kind]), reverse=True)
    return postgres.dsn(owner.rpartition("/")[2], *store_login), [*(str(made[kind]) for kind in able), None]


@pytest.fixture(scope="module")
def own(settings: Settings, keys: tuple[str, list[str | None]]) -> Settings:
    """With a store, and without rates."""
    changed = {"store": StoreSettings(dsn=SecretStr(keys[0]), timeout=10), "rates": RatesSettings(enabled=False)}
    return settings.model_copy(update=changed)


@pytest.fixture(scope="module")
def url(own: Settings, keep_serving: Serve) -> str:
    return keep_serving(create_app(own)).url


@pytest.fixture(scope="module")
def forgetful(own: Settings, keep_serving: Serve) -> Iterator[httpx.Client]:
    """A client of a gateway that remembers next to nothing from one request to the next."""
    forgets = {
        "document_cache": 1,
        "plan_cache": 1,
        "persisted_queries": 0,
        "share_reads": False,
        "auth": AuthSettings(credential_lifetime=0, credential_cache=1),
    }
    url = keep_serving(create_app(own.model_copy(update=forgets))).url
    with httpx.Client(base_url=url, timeout=30, headers=HEADERS) as opened:
        yield opened


@pytest.fixture(scope="module")
def client(url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=url, timeout=30, headers=HEADERS) as opened:
        yield opened


@pytest.fixture(scope="module", autouse=True)
def values(client: httpx.Client) -> None:
    """What the schema's scalars look like: of each some that mean something, and some that do not."""
    found = client.post("/graphql", content=json.dumps({"query": _MEANT})).json()["data"]
    edges = found["members"]["edges"]
    (offer,) = found["offers"]["nodes"]
    words = [
        "software",
        "datos",
        "logiciel",
        "technomontreal",
        "541510",
        "CA",
        "fr",
        *(each["cursor"] for each in edges),
    ]
    for name, meant in {
        "ID": [each["node"]["id"] for each in edges],
        "String": words,
    }.items():
        strategy = st.one_of(st.sampled_from(meant), st.sampled_from(meant), st.text(max_size=40))
        schemathesis.graphql.scalar(name, strategy.map(nodes.String))
    for name, good in {
        "LanguageTag": ["fr-CA", "es", "en"],
        "ConceptURI": ["https://example.org/concept", *(each["uri"] for each in offer["concepts"])],
        "CountryCode": ["CA", "MX"],
        "CurrencyCode": ["CAD", "MXN"],
        "SubdivisionCode": ["CA-QC", "MX-JAL"],
        "TimeZone": ["America/Toronto"],
        "URL": ["https://example.org/"],
    }.items():
        schemathesis.graphql.scalar(name, st.sampled_from(good).map(nodes.String))
    days = ["2026-01-31", "9999-12-31"]
    for name, instants in {"Date": days, "DateTime": [f"{day}T12:00:00Z" for day in days]}.items():
        schemathesis.graphql.scalar(name, st.sampled_from(instants).map(nodes.String))
    schemathesis.graphql.scalar("Int", st.one_of(st.integers(1, 12), st.integers(-2, 120)).map(nodes.Int))


class _Without(Visitor):
    """Takes away the optional arguments of these names."""

    def __init__(self, types: TypeInfo, names: frozenset[str]) -> None:
        super().__init__()
        self._types, self._names = types, names

    def enter_argument(self, node: ArgumentNode, *_: object) -> object:
        argument = self._types.get_argument()
        taken = argument is not None and node.name.value in self._names and not is_required_argument(argument)
        return REMOVE if taken else None


def without(document: str, names: frozenset[str]) -> str:
    """The same document with fewer arguments: schemathesis gives all, and all four that ask for a page are too many."""
    types = TypeInfo(SCHEMA.client_schema)
    return print_ast(visit(parse(document), TypeInfoVisitor(types, _Without(types, names))))


def arguments() -> st.SearchStrategy[frozenset[str]]:
    """Arguments to leave out; most often all but one way to page."""
    root: GraphQLObjectType | None = SCHEMA.client_schema.query_type
    names = sorted({name for field in root.fields.values() for name in field.args})
    pages = st.sampled_from([PAGING, PAGING - {"first"}, PAGING - {"first", "after"}, PAGING - {"last"}, set[str]()])
    return st.tuples(pages, st.sets(st.sampled_from(names))).map(lambda both: frozenset(both[0] | both[1]))


def judge(case: Case, response: httpx.Response) -> set[str]:
    """The codes of an answer; fails where it is the gateway's fault, or none by the specification."""
    assert response.status_code in {200, 400, 403}, (response.status_code, response.text)
    codes = {error["extensions"]["code"] for error in errors_of(response)}
    assert codes <= REFUSALS, response.text
    case.validate_response(response, checks=[response_schema_conformance])
    return codes


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.label)
def test_operations_by_the_schema(
    operation: schemathesis.APIOperation, client: httpx.Client, keys: tuple[str, list[str | None]]
) -> None:
    seen: Counter[str] = Counter()

    @BOUNDED
    @given(case=operation.as_strategy(), left_out=arguments(), key=st.sampled_from(keys[1]))
    def answers(case: Case, left_out: frozenset[str], key: str | None) -> None:
        headers = {} if key is None else {"authorization": f"Bearer {key}"}
        query = without(case.body, left_out)
        response = client.post("/graphql", content=json.dumps({"query": query}), headers=headers)
        codes = judge(case, response)
        assert not codes & {"SYNTAX_ERROR", "VALIDATION_FAILED"}, (query, response.text)
        seen.update(codes or ["answered"])

    answers()
    assert seen["answered"] or operation.label in ASKED_BY_ID, seen


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.label)
def test_operations_against_the_schema(
    operation: schemathesis.APIOperation, client: httpx.Client, keys: tuple[str, list[str | None]]
) -> None:
    @BOUNDED
    @given(case=operation.as_strategy(generation_mode=GenerationMode.NEGATIVE), key=st.sampled_from(keys[1]))
    def is_refused(case: Case, key: str | None) -> None:
        headers = {} if key is None else {"authorization": f"Bearer {key}"}
        response = client.post("/graphql", content=json.dumps({"query": case.body}), headers=headers)
        judge(case, response)
        case.validate_response(response, checks=[negative_data_rejection])

    is_refused()


def lasting(answer: object) -> object:
    """What of an answer is the same a moment later."""
    match answer:
        case dict():
            passing = {"latencyMs", "asOf", "health"}
            return {name: lasting(value) for name, value in answer.items() if name not in passing}
        case list():
            return [lasting(each) for each in answer]
    return answer


@pytest.mark.parametrize("operation", QUERIES, ids=lambda operation: operation.label)
def test_an_answer_does_not_depend_on_who_asked_before(
    operation: schemathesis.APIOperation,
    client: httpx.Client,
    forgetful: httpx.Client,
    keys: tuple[str, list[str | None]],
) -> None:
    """Whatever is remembered of one viewer's request is nothing that another one may not see."""

    @settings(BOUNDED, max_examples=EXAMPLES or 4)
    @given(case=operation.as_strategy(), left_out=arguments(), order=st.permutations(keys[1]))
    def is_the_same(case: Case, left_out: frozenset[str], order: list[str | None]) -> None:
        content = json.dumps({"query": without(case.body, left_out)})
        for key in order:
            headers = {} if key is None else {"authorization": f"Bearer {key}"}
            one, other = (each.post("/graphql", content=content, headers=headers) for each in (client, forgetful))
            assert one.status_code == other.status_code
            assert lasting(one.json()) == lasting(other.json())

    is_the_same()
