"""Every code of ``gateway/errors.py``, provoked over HTTP at least once, with the status that it has there."""

import json
import socket
from base64 import urlsafe_b64encode as b64encode
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from pydantic import SecretStr

from adapters.contract.registry import Limits
from adapters.kit import folder
from adapters.kit.postgres import PostgresRegistry
from gateway.access.key_text import make_key
from gateway.app import create_app, load_adapters
from gateway.errors import ErrorCode
from gateway.federation.directory import Directory, Source
from gateway.settings import (
    AuthSettings,
    DocumentMode,
    Introspection,
    ProviderSettings,
    RateSettings,
    RatesSettings,
    RegistrySettings,
    Settings,
    StoreSettings,
)
from tests.http.conftest import Serve
from tests.http.served import GRAPHQL, Served, errors_of

MakeDatabase = Callable[[], Awaitable[str]]

MEMBERS = "{ members(first: 2) { nodes { displayName } complete } }"
FAIL = "{ members(onSourceFailure: FAIL) { complete } }"


@dataclass(frozen=True)
class Provocation:
    """A request to one of the gateways, and the status of its answer."""

    status: int
    query: str = "{ __typename }"
    gateway: str = "well"
    method: str = "POST"
    path: str = "/graphql"
    variables: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    extensions: Mapping[str, Any] = field(default_factory=dict)
    times: int = 1
    """How often it is sent: the last answer counts."""


def _bearer(token: str) -> Mapping[str, str]:
    return {"authorization": f"Bearer {token}"}


def _token(**claims: object) -> str:
    """A token that names a key which nobody has: what is in it is never believed, but decides whose key is sought."""
    parts = ({"alg": "RS256", "kid": "a"}, claims)
    return ".".join([*(b64encode(json.dumps(each).encode()).decode().rstrip("=") for each in parts), "AAAA"])


ISSUER = "https://identity.example.org"
BY_HASH = {"persistedQuery": {"version": 1, "sha256Hash": "of a document that nobody sent"}}


PROVOCATIONS = {
    ErrorCode.BAD_REQUEST: Provocation(400, query=""),
    ErrorCode.BODY_TOO_LARGE: Provocation(413, query="#" * 300_000),
    ErrorCode.METHOD_NOT_ALLOWED: Provocation(405, method="DELETE"),
    ErrorCode.NOT_ACCEPTABLE: Provocation(406, headers={"accept": "text/html"}),
    ErrorCode.UNSUPPORTED_MEDIA_TYPE: Provocation(415, headers={"content-type": "text/plain"}),
    ErrorCode.NO_SUCH_PAGE: Provocation(404, path="/graphq"),
    ErrorCode.CROSS_SITE_REQUEST: Provocation(
        403, method="GET", headers={"content-type": "text/plain", "sec-fetch-site": "cross-site"}
    ),
    ErrorCode.UNAUTHENTICATED: Provocation(401, headers={"authorization": "Bearer nobody"}),
    ErrorCode.DOCUMENT_NOT_TRUSTED: Provocation(403, gateway="trusting"),
    ErrorCode.INTROSPECTION_DISABLED: Provocation(403, '{ __type(name: "Query") { name } }', gateway="reserved"),
    ErrorCode.PERSISTED_QUERY_NOT_FOUND: Provocation(400, query="", extensions=BY_HASH),
    ErrorCode.PERSISTED_QUERY_NOT_SUPPORTED: Provocation(400, query="", gateway="forgetful", extensions=BY_HASH),
    ErrorCode.FORBIDDEN: Provocation(403, "{ members { nodes { identifiers { scheme } } } }"),
    ErrorCode.STORE_UNAVAILABLE: Provocation(503, gateway="bereft", headers=_bearer(str(make_key()))),
    ErrorCode.IDENTITY_UNAVAILABLE: Provocation(503, gateway="bereft", headers=_bearer(_token(iss=ISSUER))),
    ErrorCode.RATE_LIMITED: Provocation(429, gateway="poor", times=2),
    ErrorCode.DOCUMENT_TOO_LONG: Provocation(400, "{ __typename } " + "#" * 40_000),
    ErrorCode.TOO_MANY_ALIASES: Provocation(400, f"{{ clusters {{ {' '.join(f'a{n}: slug' for n in range(16))} }} }}"),
    ErrorCode.TOO_MANY_ROOTS: Provocation(400, f"{{ {' '.join(f'a{n}: __typename' for n in range(11))} }}"),
    ErrorCode.TOO_MANY_DIRECTIVES: Provocation(400, f"{{ clusters {{ {'slug @skip(if: false) ' * 21} }} }}"),
    ErrorCode.TOO_MANY_REPEATS: Provocation(400, f"{{ clusters {{ {'slug ' * 26} }} }}"),
    ErrorCode.TOO_MANY_ITEMS: Provocation(
        400, "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", variables={"ids": ["x"] * 2001}
    ),
    ErrorCode.COST_TOO_HIGH: Provocation(400, "{ members(first: 100) { nodes { offers(first: 100) { id } } } }"),
    ErrorCode.TOO_MANY_NODES: Provocation(400, "{ members(first: 100) { nodes { id } } }", gateway="small"),
    ErrorCode.TOO_MANY_TOKENS: Provocation(400, "{ " + "__typename " * 1000 + "}"),
    ErrorCode.TOO_DEEP: Provocation(400, f"{{ members {{ nodes {{ {'offers { owner { ' * 6} id {'} } ' * 6} }} }} }}"),
    ErrorCode.TOO_MANY_FIELDS: Provocation(
        400,
        "{ ...A ...A } fragment A on Query { ...B ...B } fragment B on Query { ...C ...C }"
        f" fragment C on Query {{ clusters {{ {' '.join(f'a{place}: slug' for place in range(80))} }} }}",
    ),
    ErrorCode.SYNTAX_ERROR: Provocation(400, "{"),
    ErrorCode.VALIDATION_FAILED: Provocation(400, "{ nothing }"),
    ErrorCode.OPERATION_UNKNOWN: Provocation(400, "query A { __typename } query B { __typename }"),
    ErrorCode.BAD_VARIABLES: Provocation(400, "query ($n: Int!) { members(first: $n) { complete } }"),
    ErrorCode.BAD_INPUT: Provocation(200, "{ members(first: 1, last: 1) { complete } }"),
    ErrorCode.BAD_ID: Provocation(200, '{ node(id: "x") { id } }'),
    ErrorCode.BAD_CURSOR: Provocation(200, '{ members(after: "x") { complete } }'),
    ErrorCode.PAGE_TOO_LARGE: Provocation(200, "{ members(first: 101) { complete } }"),
    ErrorCode.SOURCE_TIMEOUT: Provocation(200, FAIL, gateway="silent"),
    ErrorCode.SOURCE_UNAVAILABLE: Provocation(200, FAIL, gateway="closed"),
    ErrorCode.ALL_SOURCES_FAILED: Provocation(200, MEMBERS, gateway="closed"),
    ErrorCode.CONTRACT_BROKEN: Provocation(200, "{ offers { nodes { concepts { uri } } } }", gateway="broken"),
    ErrorCode.DEADLINE_EXCEEDED: Provocation(504, MEMBERS, gateway="impatient"),
    ErrorCode.INTERNAL_ERROR: Provocation(200, "{ members { totalCount } }", gateway="buggy"),
}


class Miscounting(PostgresRegistry):
    """A registry with a bug, and with what must never be shown in its error."""

    async def count(self, where: object) -> int:
        """Fails as no registry may."""
        raise ZeroDivisionError("postgresql://corridor:secret@10.0.0.7/members")


@pytest.fixture(scope="session")
def silent_port() -> Iterator[int]:
    """A server that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0), backlog=100) as server:
        yield server.getsockname()[1]


@pytest.fixture(scope="session")
def closed_port() -> Iterator[int]:
    """A port that is taken, but refuses connections."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]


@pytest.fixture(scope="session")
async def broken_dsn(settings: Settings, make_session_database: MakeDatabase) -> str:
    """A database of Guadalajara's in which the offers name a concept that the vocabulary does not hold."""
    dsn = await make_session_database()
    await load_adapters(settings)["guadalajara"].create(dsn, 20, 1, lambda _done, _total: None)
    connection = await asyncpg.connect(dsn)
    await connection.execute("update padron.oferta set conceptos = array['http://example.org/nothing']")
    await connection.close()
    return dsn


@pytest.fixture(scope="session")
def gateways(
    gateway: Served, settings: Settings, keep_serving: Serve, silent_port: int, closed_port: int, broken_dsn: str
) -> dict[str, str]:
    """The addresses of a gateway that is well, and of some that are not."""

    def alone(dsn: str, deadline: float, request_deadline: float = 20) -> str:
        registry = RegistrySettings(dsn=SecretStr(dsn), deadline=deadline, connect_timeout=deadline)
        own = settings.model_copy(
            update={"registries": {"guadalajara": registry}, "request_deadline": request_deadline}
        )
        return keep_serving(create_app(own)).url

    adapter = load_adapters(settings)["guadalajara"]
    dsn = settings.registries["guadalajara"].dsn.get_secret_value()
    buggy = Miscounting(adapter.cluster, folder.load(adapter.folder), dsn, Limits())
    return {
        "well": gateway.url,
        "silent": alone(f"postgresql://nobody@127.0.0.1:{silent_port}/none", deadline=0.3),
        "impatient": alone(f"postgresql://nobody@127.0.0.1:{silent_port}/none", deadline=10, request_deadline=0.3),
        "closed": alone(f"postgresql://nobody@127.0.0.1:{closed_port}/none", deadline=5),
        "broken": alone(broken_dsn, deadline=10),
        "forgetful": keep_serving(create_app(settings.model_copy(update={"persisted_queries": 0}))).url,
        "trusting": keep_serving(create_app(settings.model_copy(update={"documents": DocumentMode.TRUSTED}))).url,
        "reserved": keep_serving(create_app(settings.model_copy(update={"introspection": Introspection.OFF}))).url,
        "bereft": keep_serving(create_app(_bereft(settings, closed_port))).url,
        "poor": keep_serving(create_app(settings.model_copy(update={"rates": _POOR}))).url,
        "small": keep_serving(create_app(settings.model_copy(update={"max_nodes": 50}))).url,
        "buggy": keep_serving(create_app(settings, Directory.of(Source(buggy, deadline=10)))).url,
    }


_POOR = RatesSettings(anonymous=RateSettings(burst=1, per_second=0.001))


def _bereft(settings: Settings, closed_port: int) -> Settings:
    """The settings of a gateway whose store and identity provider are both away."""
    provider = ProviderSettings(issuer=ISSUER, audience="corridor", jwks="/there/is/no/such/file.json")
    store = StoreSettings(dsn=SecretStr(f"postgresql://nobody@127.0.0.1:{closed_port}/none"))
    return settings.model_copy(update={"store": store, "auth": AuthSettings(providers={"away": provider})})


ELSEWHERE = {
    ErrorCode.BODY_TOO_SLOW: "http/test_entrance.py",  # of half a request
    ErrorCode.TOO_MANY_SUBSCRIPTIONS: "http/test_websocket.py",  # of a connection
    ErrorCode.NO_AGREEMENT: "acceptance/test_agreements.py",  # of a viewer whose cluster has agreed on nothing
    ErrorCode.EVENTS_GONE: "acceptance/test_live.py",  # of a subscription after a long time
    ErrorCode.NOT_FOUND: "acceptance/test_live.py",  # of what the viewer may not know of
    ErrorCode.OVERLOADED: "faults/test_overload.py",  # of many requests
}
"""Where those are provoked that a request alone cannot."""


def test_no_code_is_forgotten() -> None:
    assert PROVOCATIONS.keys() | ELSEWHERE.keys() == set(ErrorCode)
    for code, file in ELSEWHERE.items():
        assert code in (Path(__file__).parents[1] / file).read_text(encoding="utf-8")


@pytest.mark.parametrize("code", PROVOCATIONS)
async def test_each_code_can_be_met_over_http(gateways: dict[str, str], code: ErrorCode) -> None:
    asked = PROVOCATIONS[code]
    headers = {"accept": GRAPHQL, **asked.headers}
    async with httpx.AsyncClient(base_url=gateways[asked.gateway], timeout=20, headers=headers) as client:
        body = {"query": asked.query, "variables": dict(asked.variables), "extensions": asked.extensions}
        for _ in range(asked.times):
            response = await client.request(asked.method, asked.path, json=body)
        assert response.status_code == asked.status
        assert code in {error["extensions"]["code"] for error in errors_of(response)}
        if asked.gateway != "well":
            assert "example.org" not in response.text
            assert str(errors_of(response)).count("127.0.0.1") == 0
        alive = await client.get("/healthz", headers={"accept": "*/*"})
        assert alive.json() == {"status": "alive"}


async def test_an_unexpected_error_is_masked_and_logged_under_its_trace(
    gateways: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    async with httpx.AsyncClient(base_url=gateways["buggy"], timeout=20) as client:
        query = "{ members(first: 1) { totalCount nodes { id } } }"
        first, second = [await client.post("/graphql", json={"query": query}) for _ in range(2)]
        good = await client.post("/graphql", json={"query": "{ members(first: 1) { nodes { id } } }"})
    (error,), (again,) = errors_of(first), errors_of(second)
    assert error["message"] == (
        "Something went wrong inside the gateway. It was logged: give `traceId` when you report it."
    )
    assert error["path"] == ["members"]
    assert set(error["extensions"]) == {"code", "traceId"}
    assert error["extensions"]["traceId"] != again["extensions"]["traceId"]
    assert not any(word in first.text for word in ("secret", "10.0.0.7", "ZeroDivision", "postgresql"))
    logged = next(record for record in caplog.records if error["extensions"]["traceId"] in record.getMessage())
    assert logged.exc_info
    assert logged.exc_info[0] is ZeroDivisionError
    assert len(good.json()["data"]["members"]["nodes"]) == 1


async def test_a_partial_answer_names_the_registry_and_nothing_else_of_it(
    settings: Settings, serve: Serve, closed_port: int
) -> None:
    lost = RegistrySettings(dsn=SecretStr(f"postgresql://nobody:secret@127.0.0.1:{closed_port}/none"), deadline=5)
    own = settings.model_copy(update={"registries": {**settings.registries, "montreal": lost}})
    async with httpx.AsyncClient(base_url=serve(create_app(own)).url, timeout=20) as client:
        response = await client.post("/graphql", json={"query": MEMBERS})
    (error,) = errors_of(response)
    assert error["extensions"] == {"code": "SOURCE_UNAVAILABLE", "cluster": "technomontreal", "retryable": True}
    assert error["path"] == ["members"]
    assert not any(secret in response.text for secret in ("nobody", "secret", "127.0.0.1", str(closed_port), "none"))
    assert response.json()["data"]["members"]["complete"] is False
    assert len(response.json()["data"]["members"]["nodes"]) == 2
