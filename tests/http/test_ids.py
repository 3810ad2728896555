"""Every argument that takes an ID: what is none is said to be none, and what is one of nothing is not found.

The operations are made from the schema, and sent by who may do what they ask for.
"""

import json
from collections.abc import AsyncIterator
from uuid import uuid4

import httpx
import pytest

from gateway.reference import OWN, Reference
from tests.http.conftest import Stage
from tests.http.places import places
from tests.http.scene import Scene, answered, furnish

READ = {"Query.member(id:)", "Query.node(id:)", "Query.nodes(ids:)"}
"""What is read by reference, whose IDs have tests of their own: test_bad_input."""
IDS = sorted({*places("ID")} - READ)
MARKS = {place for place in IDS if place.startswith("Subscription.") and "(after:)" in place}
"""What takes the place of an event among others, which is a cursor."""

KINDS = {
    "memberId": "Member",
    "aboutId": "Need",
    "needId": "Need",
    "seatId": "Seat",
    "documentId": "ConsortiumDocument",
    "opportunit": "Opportunity",
    "Agreement": "Agreement",
    "assessPrivacy": "Agreement",
    "Release": "ContactRelease",
    "interest": "ExpressionOfInterest",
    "Interest": "ExpressionOfInterest",
    "onsorti": "Consortium",
}
"""What an ID is of, by the first of these that its place holds."""


@pytest.fixture(scope="module")
async def scene(stage: Stage) -> Scene:
    return await furnish(await stage())


@pytest.fixture(scope="module")
async def client(scene: Scene) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=scene.url, timeout=20) as opened:
        yield opened


def kind(place: str) -> str:
    return next(of for part, of in KINDS.items() if part in place)


def malformed(place: str) -> list[str]:
    """No ID at all; one in another spelling; one of another type; and where the corridor owns it, of no key of its."""
    of = kind(place)
    cluster = "technomontreal" if of in {"Member", "Need"} else OWN
    own = [] if cluster != OWN else ["1", str(uuid4()).upper()]
    nothing = [] if "(after:)" in place and place not in MARKS else [""]  # which begins a list, as no `after` does
    return [
        "x",
        *nothing,
        "a\0b",
        Reference(of, cluster, str(uuid4())).id + "=",
        Reference("Headcount", cluster, str(uuid4())).id,
        *(Reference(of, cluster, key).id for key in own),
    ]


@pytest.mark.parametrize("place", IDS)
async def test_what_is_no_id_is_said_to_be_none(scene: Scene, client: httpx.AsyncClient, place: str) -> None:
    made = await scene.operation(client, place)
    headers = scene.login(place, made.field)
    for id_ in malformed(place):
        content = json.dumps({"query": made.text_of_variable, "variables": {"v": id_}})
        codes, failures = await answered(client, made, content, headers)
        told = [(each["code"], each["path"][-1]) for each in failures]
        if made.kind == "mutation":
            assert (codes, told) == (set(), [("INVALID_INPUT", made.place)]), id_
        else:
            assert codes == {"BAD_CURSOR" if place in MARKS else "BAD_ID"}, id_
    assert await scene.operation(client, place) == made  # with the versions of what it could have changed


@pytest.mark.parametrize("place", [place for place in IDS if place not in MARKS and "forgetMember" not in place])
async def test_an_id_of_nothing_is_not_found(scene: Scene, client: httpx.AsyncClient, place: str) -> None:
    made = await scene.operation(client, place)
    of = kind(place)
    id_ = Reference(of, "technomontreal" if of in {"Member", "Need"} else OWN, str(uuid4())).id
    content = json.dumps({"query": made.text_of_variable, "variables": {"v": id_}})
    codes, failures = await answered(client, made, content, scene.login(place, made.field))
    told = [(each["code"], each["path"][-1]) for each in failures]
    if made.kind == "mutation":
        assert (codes, told) == (set(), [("NOT_FOUND", made.place)])
    else:  # behind nothing there is nothing
        assert codes == (set() if "(after:)" in place else {"NOT_FOUND"})
