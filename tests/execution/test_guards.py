"""Guarded fields: refused before anything is asked of a registry, wherever they stand, with their path."""

import json
from typing import Any

import pytest

from adapters.contract.viewers import Scope, ViewerClass
from gateway.access.viewer import ANONYMOUS, Viewer
from gateway.app import Gateway
from gateway.execution.operations import Operation
from gateway.federation.directory import Directory, Source
from tests.agreements import agreed
from tests.execution.conftest import SETTINGS
from tests.federation.registries import ListedRegistry, cluster
from tests.viewers import PARTNER, Notes, viewer

PROFILES = Viewer(ViewerClass.PARTNER_APP, "key:p", "Invented", scopes=frozenset({Scope.PROFILES_READ}))
UNSCOPED = [ANONYMOUS, PROFILES, viewer(ViewerClass.PRIVACY_OFFICER, "a")]
NAMED = "identifiers { scheme }"

PLACES = {
    f"{{ members {{ nodes {{ {NAMED} }} }} }}": ["members", "nodes", "identifiers"],
    f"{{ all: members {{ edges {{ node {{ n: {NAMED} }} }} }} }}": ["all", "edges", "node", "n"],
    f"{{ members {{ nodes {{ ...F }} }} }} fragment F on Member {{ ... {{ {NAMED} }} }}": [
        "members",
        "nodes",
        "identifiers",
    ],
    f'{{ node(id: "TWVtYmVyOmE6MQ") {{ ... on Member {{ {NAMED} }} }} }}': ["node", "identifiers"],
    f'{{ member(id: "TWVtYmVyOmE6MQ") {{ ... on Member {{ {NAMED} }} }} }}': ["member", "identifiers"],
    f'{{ nodes(ids: ["TWVtYmVyOmE6MQ"]) {{ ... on Offer {{ owner {{ {NAMED} }} }} }} }}': [
        "nodes",
        "owner",
        "identifiers",
    ],
    f"query {{ _entities(representations: []) {{ ... on Member {{ {NAMED} }} }} }}": [
        "_entities",
        "identifiers",
    ],
    f"{{ members {{ nodes {{ offers {{ owner {{ {NAMED} }} }} }} }} }}": [
        "members",
        "nodes",
        "offers",
        "owner",
        "identifiers",
    ],
    "query($on: Boolean = true) { members { nodes { identifiers @include(if: $on) { scheme } } } }": [
        "members",
        "nodes",
        "identifiers",
    ],
    f"{{ viewer {{ member {{ ... on Member {{ {NAMED} }} }} }} }}": ["viewer", "member", "identifiers"],
}


@pytest.fixture
def watched() -> tuple[Gateway, ListedRegistry]:
    """A gateway over one registry that notes what it is asked."""
    registry = ListedRegistry(cluster("a"), [(1, "1")])
    directory = Directory.of(Source(registry, deadline=30))
    return Gateway.of(SETTINGS, directory, Notes(), corridor=agreed(directory)), registry


async def run(gateway: Gateway, text: str, viewer: Viewer, **variables: object) -> Any:
    return json.loads((await gateway.run(Operation(text, variables=variables, viewer=viewer))).body)


@pytest.mark.parametrize(("text", "path"), PLACES.items())
@pytest.mark.parametrize(
    "who", [ANONYMOUS, PROFILES, viewer(ViewerClass.PRIVACY_OFFICER, "a")], ids=lambda each: each.kind
)
async def test_a_forbidden_field_is_an_error_and_no_registry_is_asked(
    watched: tuple[Gateway, ListedRegistry], text: str, path: list[str], who: Viewer
) -> None:
    gateway, registry = watched
    answer = await run(gateway, text, who)
    assert set(answer) == {"errors"}
    (error,) = answer["errors"]
    assert error["path"] == path
    assert error["extensions"] == {"code": "FORBIDDEN", "requiredScopes": [["identifiers:read"]]}
    assert "identifiers:read" in error["message"]
    assert registry.asked == []


@pytest.mark.parametrize("text", PLACES)
async def test_the_scope_opens_the_field(watched: tuple[Gateway, ListedRegistry], text: str) -> None:
    gateway, _ = watched
    answer = await run(gateway, text, PARTNER)
    assert all(error["extensions"]["code"] != "FORBIDDEN" for error in answer.get("errors", ()))


async def test_a_field_that_is_left_out_needs_no_scope(watched: tuple[Gateway, ListedRegistry]) -> None:
    gateway, registry = watched
    text = "query($on: Boolean!) { members(first: 1) { complete nodes { identifiers @include(if: $on) { scheme } } } }"
    assert "data" in await run(gateway, text, ANONYMOUS, on=False)
    registry.asked.clear()
    assert "data" not in await run(gateway, text, ANONYMOUS, on=True)
    assert registry.asked == []


async def test_every_class_is_refused_the_disclosures_without_the_scope(
    watched: tuple[Gateway, ListedRegistry],
) -> None:
    gateway, _ = watched
    text = "{ viewer { disclosures { edges { cursor } } } }"
    for kind in ViewerClass:
        bare = Viewer(kind, "key:x", "Invented", "a", scopes=frozenset(Scope) - {Scope.DISCLOSURES_READ})
        (error,) = (await run(gateway, text, bare))["errors"]
        assert error["path"] == ["viewer", "disclosures"]
