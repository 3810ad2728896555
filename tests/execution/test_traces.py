"""What a partner could try in order to learn of members and leave no trace in the log."""

import base64
import json
from typing import Any

import pytest

from gateway.access.viewer import ANONYMOUS
from gateway.app import Gateway
from gateway.execution.operations import Operation
from tests.agreements import agreed
from tests.execution.conftest import SETTINGS
from tests.viewers import PARTNER, Notes


@pytest.fixture(params=[True, False], ids=["by its plan", "by the executor"])
def logging(over_postgres: Gateway, request: pytest.FixtureRequest) -> tuple[Gateway, Notes]:
    """A gateway with a log of its own."""
    notes = Notes()
    directory = over_postgres.directory
    return Gateway.of(SETTINGS, directory, notes, corridor=agreed(directory), direct=request.param), notes


async def run(gateway: Gateway, text: str, viewer: Any = PARTNER) -> Any:
    return json.loads((await gateway.run(Operation(text, viewer=viewer))).body)["data"]


def readable(cursor: str) -> bytes:
    """What anybody can read in a cursor."""
    return base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))


@pytest.mark.parametrize(
    "selected", ["edges { cursor }", "pageInfo { startCursor endCursor }", "edges { cursor node { __typename } }"]
)
async def test_a_cursor_tells_nothing_that_is_not_logged(logging: tuple[Gateway, Notes], selected: str) -> None:
    """It holds where a row stands: the name that the list is ordered by, and the row's key."""
    gateway, notes = logging
    found = (await run(gateway, f"{{ members(first: 9) {{ {selected} }} }}"))["members"]
    cursors = [edge["cursor"] for edge in found.get("edges", ())] or list(found["pageInfo"].values())
    names = {
        node["displayName"]
        for node in (await run(gateway, "{ members(first: 9) { nodes { displayName } } }", ANONYMOUS))["members"][
            "nodes"
        ]
    }
    told = any(name.lower().encode()[:6] in readable(cursor) for cursor in cursors for name in names)
    assert notes.written or not told


@pytest.mark.parametrize("typename", ["node(id: %s) { __typename }", "nodes(ids: [%s]) { __typename }"])
async def test_that_somebody_is_there_is_logged_with_a_field(logging: tuple[Gateway, Notes], typename: str) -> None:
    """The log takes no entry without fields, and an operation that it does not take fails."""
    gateway, notes = logging
    (member,) = (await run(gateway, "{ members(first: 1) { nodes { id } } }", ANONYMOUS))["members"]["nodes"]
    assert await run(gateway, f"{{ {typename % json.dumps(member['id'])} }}")
    for _, disclosure in notes.written:
        assert disclosure.fields
