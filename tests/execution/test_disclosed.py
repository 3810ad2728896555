"""What is disclosed is logged before the answer goes out: members by registry, with the fields that were asked."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from adapters.contract.viewers import ViewerClass
from gateway.access.viewer import ANONYMOUS, Viewer
from gateway.app import Gateway
from gateway.errors import ClientError, ErrorCode
from gateway.execution.disclosed import Disclosure
from gateway.execution.operations import Operation
from gateway.reference import Reference
from tests.agreements import agreed
from tests.execution.conftest import SETTINGS
from tests.execution.test_plans import of_montreal
from tests.viewers import PARTNER, Notes, viewer

MONTREAL, GUADALAJARA = "technomontreal", "canieti-occidente"


@pytest.fixture(params=[True, False], ids=["by its plan", "by the executor"])
def logging(over_postgres: Gateway, request: pytest.FixtureRequest) -> tuple[Gateway, Notes]:
    """A gateway with a log of its own."""
    notes = Notes()
    directory = over_postgres.directory
    return Gateway.of(SETTINGS, directory, notes, corridor=agreed(directory), direct=request.param), notes


async def run(gateway: Gateway, text: str, viewer: Viewer = PARTNER) -> Any:
    return json.loads((await gateway.run(Operation(text, viewer=viewer))).body)


def logged(notes: Notes) -> dict[tuple[str, tuple[str, ...]], set[str]]:
    """The members by cluster and fields."""
    return {(each.cluster, each.fields): set(each.members) for _, each in notes.written}


async def test_a_page_discloses_its_members_and_no_more(logging: tuple[Gateway, Notes]) -> None:
    gateway, notes = logging
    found = (await run(gateway, "{ members(first: 9) { nodes { id displayName offers { id } } } }"))["data"]["members"]
    disclosed = logged(notes)
    assert {fields for _, fields in disclosed} == {("displayName", "id", "offers")}
    assert set().union(*disclosed.values()) == {node["id"] for node in found["nodes"]}
    for (code, _), members in disclosed.items():
        assert {Reference.parse(each).cluster for each in members} == {code}


async def test_an_offer_discloses_its_owner_unless_it_is_anonymous(logging: tuple[Gateway, Notes]) -> None:
    gateway, notes = logging
    text = "{ offers(first: 60) { nodes { anonymous title { text } owner { id } } } }"
    nodes = (await run(gateway, text))["data"]["offers"]["nodes"]
    assert any(node["anonymous"] for node in nodes)
    disclosed = logged(notes)
    assert {fields for _, fields in disclosed} == {("offer.anonymous", "offer.owner", "offer.title")}
    assert set().union(*disclosed.values()) == {node["owner"]["id"] for node in nodes if not node["anonymous"]}


async def test_what_a_search_was_found_by_is_disclosed(logging: tuple[Gateway, Notes]) -> None:
    gateway, notes = logging
    text = '{ members(search: "logiciel", first: 3) { edges { matchedOn { snippet } } } }'
    assert (await run(gateway, text))["data"]["members"]["edges"]
    assert {fields for _, fields in logged(notes)} == {("matchedOn",)}


async def test_rows_by_reference_are_disclosed(
    logging: tuple[Gateway, Notes], seeds: Mapping[str, Sequence[str]]
) -> None:
    gateway, notes = logging
    one, two = seeds["Member"][:2]
    await run(gateway, f'{{ member(id: "{one}") {{ ... on Member {{ city }} }} node(id: "{two}") {{ id }} }}')
    assert {each for members in logged(notes).values() for each in members} == {one, two}


@pytest.mark.parametrize("text", ["{ members { totalCount facets(fields: [SECTOR]) { values { count } } } }"])
async def test_counts_disclose_nobody(logging: tuple[Gateway, Notes], text: str) -> None:
    gateway, notes = logging
    await run(gateway, text)
    assert notes.written == []


async def test_what_anybody_may_see_is_not_logged(logging: tuple[Gateway, Notes]) -> None:
    gateway, notes = logging
    found = await run(gateway, "{ members { nodes { id displayName } } }", ANONYMOUS)
    assert found["data"]["members"]["nodes"]
    officer = viewer(ViewerClass.PRIVACY_OFFICER, MONTREAL)
    assert await run(gateway, "{ members { nodes { id displayName } } }", officer) == found
    assert notes.written == []


async def test_what_a_member_reads_of_itself_is_not_logged(
    logging: tuple[Gateway, Notes], seeds: Mapping[str, Sequence[str]]
) -> None:
    gateway, notes = logging
    own = of_montreal(ViewerClass.MEMBER, seeds)
    found = await run(gateway, "{ viewer { member { ... on Member { id displayName } } } }", own)
    assert found["data"]["viewer"]["member"]["id"] == own.member
    await run(gateway, f'{{ member(id: "{own.member}") {{ ... on Member {{ city }} }} }}', own)
    assert notes.written == []
    await run(gateway, "{ members(first: 100) { nodes { id } } }", own)
    assert own.member not in {each for members in logged(notes).values() for each in members}


class Refusing(Notes):
    """A log that cannot be reached."""

    async def write(self, viewer: Viewer, disclosures: Sequence[Disclosure]) -> None:
        raise ClientError(ErrorCode.STORE_UNAVAILABLE, "No log.", retryable=True)


async def test_invariant_19_what_cannot_be_logged_is_not_disclosed(over_postgres: Gateway) -> None:
    gateway = Gateway.of(SETTINGS, over_postgres.directory, Refusing(), corridor=agreed(over_postgres.directory))
    answer = await run(gateway, "{ members { nodes { id displayName } } }")
    assert set(answer) == {"errors"}
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["STORE_UNAVAILABLE"]
    assert "data" in await run(gateway, "{ members { nodes { id displayName } } }", ANONYMOUS)


async def test_a_gateway_without_a_log_shows_only_what_is_public(over_postgres: Gateway) -> None:
    gateway = Gateway.of(SETTINGS, over_postgres.directory, corridor=agreed(over_postgres.directory))
    (error,) = (await run(gateway, "{ members { nodes { id } } }"))["errors"]
    assert error["extensions"] == {"code": "STORE_UNAVAILABLE", "retryable": False}
    assert (await run(gateway, "{ members { nodes { id } } }", ANONYMOUS))["data"]["members"]["nodes"]
