"""A plan gives what graphql-core's executor gives, errors included, and is shared by no other form of its operation."""

import json
import random
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.contract.errors import Unavailable
from adapters.contract.registry import Registry
from adapters.contract.viewers import ViewerClass
from gateway.access.viewer import Viewer
from gateway.app import Gateway
from gateway.execution import operations, plans
from gateway.execution.operations import Operation
from gateway.federation.breaker import Breaker
from gateway.federation.directory import Directory, Source
from gateway.reference import Reference
from schemas.schema import build
from tests.agreements import agreed
from tests.execution.conftest import SETTINGS
from tests.execution.generated import Writer
from tests.viewers import PARTNER, Notes, viewer

SCHEMA = build()._schema
KINDS = st.sampled_from(ViewerClass)


class Refusing:
    """A registry's stand-in for one whose server refuses every connection."""

    def __init__(self, registry: Registry) -> None:
        self.cluster = registry.cluster

    async def page(self, _request: object) -> Any:
        raise Unavailable(self.cluster.code)

    fetch = count = facet = page

    async def ping(self) -> None:
        raise Unavailable(self.cluster.code)

    async def close(self) -> None:
        pass


def through_executor(gateway: Gateway) -> Gateway:
    """The same registries, every operation run by graphql-core's executor, on a plan that is made for it alone."""
    settings, directory = SETTINGS.model_copy(update={"plan_cache": 0}), gateway.directory
    return Gateway.of(settings, directory, Notes(), corridor=agreed(directory), direct=False)


@pytest.fixture(scope="session")
async def executor(over_postgres: Gateway) -> Gateway:
    """The oracle of the gateway over Postgres."""
    return through_executor(over_postgres)


@pytest.fixture(scope="session")
async def half(over_postgres: Gateway) -> Gateway:
    """A gateway one of whose registries refuses, and is asked again and again."""
    up, down = (source.registry for source in over_postgres.directory)
    patient = Breaker(calls=1_000_000)
    directory = Directory.of(Source(up, deadline=30), Source(Refusing(down), deadline=30, breaker=patient))
    return Gateway.of(SETTINGS, directory, Notes(), corridor=agreed(directory))


@pytest.fixture(scope="session")
async def half_executor(half: Gateway) -> Gateway:
    """The oracle of that one."""
    return through_executor(half)


async def answer(
    gateway: Gateway, text: str, variables: Mapping[str, Any] | None = None, viewer: Viewer = PARTNER
) -> Any:
    return ordered(json.loads((await gateway.run(Operation(text, variables=variables, viewer=viewer))).body))


def of_montreal(kind: ViewerClass, seeds: Mapping[str, Sequence[str]]) -> Viewer:
    """A viewer of this class; one that acts for somebody acts for Montréal, or for a member of it."""
    if kind in {ViewerClass.ANONYMOUS, ViewerClass.PARTNER_APP}:
        return viewer(kind)
    own = next(each for each in seeds["Member"] if Reference.parse(each).cluster == "technomontreal")
    return viewer(kind, "technomontreal", own if kind is ViewerClass.MEMBER else None)


def codes(found: Any) -> set[str]:
    """The codes of the errors in an answer."""
    return {error["extensions"]["code"] for error in found.get("errors", ())}


def ordered(found: Any) -> Any:
    """The answer with its errors in one order: root fields of an executor end in any order."""
    if "errors" in found:
        found["errors"] = sorted(found["errors"], key=lambda error: json.dumps(error, sort_keys=True))
    return found


def told(found: Any) -> Any:
    """The answer with one mark in place of the errors below each null.

    Which of several non-null fields takes what holds them with it is left open by the specification (6.4.4).
    """
    kept = []
    for error in found.get("errors", ()):
        path, nulled = error.get("path", []), surviving(found.get("data"), error.get("path", []))
        mark = error if nulled == path else {"below": nulled}
        if mark not in kept:
            kept.append(mark)
    return found | {"errors": sorted(kept, key=lambda mark: json.dumps(mark, sort_keys=True))}


def surviving(data: Any, path: Sequence[str | int]) -> list[str | int]:
    """The path as far as the answer goes: to the null that an error at the whole of it left."""
    reached: list[str | int] = []
    for step in path:
        if data is None:
            break
        data = data[step]
        reached.append(step)
    return reached


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32), kind=KINDS)
async def test_a_plan_answers_as_the_executor_does(
    over_postgres: Gateway, executor: Gateway, seeds: Mapping[str, Sequence[str]], seed: int, kind: ViewerClass
) -> None:
    writer = Writer(SCHEMA, random.Random(seed), seeds, vary=True)
    operation = Operation(writer.operation(), variables=writer.variables, viewer=of_montreal(kind, seeds))
    planned = (await over_postgres.run(operation)).body
    assert planned == (await executor.run(operation)).body, operation
    assert codes(json.loads(planned)) <= {"FORBIDDEN", "STORE_UNAVAILABLE"}, operation


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32), kind=KINDS)
async def test_a_plan_answers_as_the_executor_does_when_a_registry_is_down(
    half: Gateway, half_executor: Gateway, seeds: Mapping[str, Sequence[str]], seed: int, kind: ViewerClass
) -> None:
    writer = Writer(SCHEMA, random.Random(seed), seeds, vary=True)
    text, viewer = writer.operation(), of_montreal(kind, seeds)
    planned, executed = [told(await answer(each, text, writer.variables, viewer)) for each in (half, half_executor)]
    assert planned == executed


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
async def test_requests_that_differ_never_share_a_wrong_plan(
    over_postgres: Gateway, executor: Gateway, seeds: Mapping[str, Sequence[str]], seed: int
) -> None:
    """One text under several variables and for several viewers, all answered by one gateway that remembers plans."""
    writer = Writer(SCHEMA, random.Random(seed), seeds, vary=True)
    text = writer.operation()
    for variables in [writer.variables, *(writer.redraw() for _ in range(3))]:
        viewer = of_montreal(writer.draw.choice(list(ViewerClass)), seeds)
        planned = await answer(over_postgres, text, variables, viewer)
        assert planned == await answer(executor, text, variables, viewer), (text, variables, viewer)


PLANNED = [
    "{ members { edges { cursor score node { displayName cluster { slug } industries { label } } } } }",
    '{ members(search: "logiciel") { edges { matchedOn { field viaConcept { label(lang: "fr") } } } } }',
    "{ members { nodes { id offers { title { text } owner { displayName } } } } }",
    "{ offers { __typename sources { cluster { slug health } status total } total { value bySource { count } } } }",
    '{ needs { facets(fields: [CLUSTER, MODE]) { field values { label(lang: "es") byCluster { count } } } } }',
    '{ here: __typename clusters { id name } cluster(slug: "technomontreal") { timeZone } }',
]


@pytest.mark.parametrize("text", PLANNED)
async def test_the_executor_is_not_entered_where_every_root_field_has_a_plan(
    over_postgres: Gateway, executor: Gateway, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = await answer(executor, text)

    def entered(*_args: object, **_named: object) -> None:
        raise AssertionError("the executor was entered")

    monkeypatch.setattr(operations, "execute", entered)
    assert await answer(over_postgres, text) == expected


@pytest.mark.parametrize(
    ("text", "variables"),
    [
        ("{ members(first: 0) { complete } }", {}),
        ("{ members { nodes { offers(first: 0) { id } } } }", {}),
        ("query($n: Int!) { members { nodes { needs(first: $n) { id } } } }", {"n": 1000}),
        ("{ members(first: 1, last: 1) { complete } offers(first: 1) { complete } }", {}),
        ('{ member(id: "nonsense") { __typename } }', {}),
        ('{ node(id: "nonsense") { id } members(first: 1) { complete } }', {}),
        ('{ nodes(ids: ["nonsense", "Tm9uZQ"]) { id } }', {}),
        ('{ _entities(representations: [{__typename: "Offer", id: 3}]) { __typename } }', {}),
        ("query($f: OnSourceFailure = FAIL) { members(onSourceFailure: $f) { complete } }", {"f": None}),
        ("{ clusters { programmes { code } } }", {}),
        ("{ members(first: 1) { sources { cluster { programmes { code } } } } }", {}),
        ("query($on: Boolean!) { members(first: 1) { nodes { id @skip(if: $on) __typename } } }", {"on": True}),
        ("{ __schema { queryType { name } } members(first: 1) { nodes { id } } }", {}),
    ],
)
async def test_mistakes_and_mixtures_are_answered_alike(
    over_postgres: Gateway, executor: Gateway, text: str, variables: Mapping[str, Any]
) -> None:
    planned = await answer(over_postgres, text, variables)
    assert planned == await answer(executor, text, variables)
    assert all(error["extensions"]["code"] != "INTERNAL_ERROR" for error in planned.get("errors", []))


async def test_what_is_remembered_is_bounded_and_counted(over_postgres: Gateway) -> None:
    settings, directory = SETTINGS.model_copy(update={"plan_cache": 3, "document_cache": 2}), over_postgres.directory
    gateway = Gateway.of(settings, directory, Notes(), corridor=agreed(directory))
    varied = "query($l: LanguageTag) { members { facets(fields: [SECTOR]) { values { label(lang: $l) } } } }"
    for lang in ("en", "fr", "es", "fr-CA", "es-MX"):
        await answer(gateway, varied, {"l": lang})
        await answer(gateway, f'{{ offers(first: 1) {{ nodes {{ title(lang: "{lang}") {{ text }} }} }} }}')
    documents, compiled = (gateway.operations.caches[name]() for name in ("documents", "plans"))
    assert (documents.currsize, documents.maxsize, documents.hits) == (2, 3, 4)
    assert (compiled.currsize, compiled.maxsize) == (3, 4)
    assert compiled.misses == 10, "another language is another form"


async def test_a_bug_in_compiling_is_masked_at_its_field(
    over_postgres: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: object, **_named: object) -> None:
        raise LookupError("postgresql://secret")

    monkeypatch.setattr(plans, "ListPlan", broken)
    gateway = Gateway.of(SETTINGS, over_postgres.directory, Notes(), corridor=agreed(over_postgres.directory))
    found = await answer(gateway, "{ members { complete } clusters { slug } }")
    assert found["data"] is None
    (error,) = found["errors"]
    assert error["path"] == ["members"]
    assert error["extensions"]["code"] == "INTERNAL_ERROR"
    assert "secret" not in json.dumps(found)


def test_errors_below_one_null_are_one_mark() -> None:
    first, second = ({"path": ["a", "b", name], "message": name} for name in "xy")
    whole = {"path": ["c"], "message": "z"}
    data = {"a": {"b": None}, "c": None}
    assert told({"data": data, "errors": [first, whole]}) == told({"data": data, "errors": [whole, second]})
    assert told({"data": data, "errors": [first]}) != told({"data": data, "errors": [first, whole]})
    assert told({"data": data, "errors": [whole | {"message": "?"}]}) != told({"data": data, "errors": [whole]})
