"""A cache on the way never keeps an answer that a registry is missing from, however the query asks for it."""

import json
from typing import Any

from tests.faults.conftest import City, Fault
from tests.faults.gateway import NESTED, PAGE, TOLD, RunningGateway

MEMBER = "query ($id: ID!) { member(id: $id) { __typename ... on Member { id } } }"
NODE = "query ($id: ID!) { node(id: $id) { id } }"
MISSING = "query ($id: ID!) { member(id: $id) { __typename ... on MemberUnavailable { reason } } }"


async def kept(gateway: RunningGateway, query: str, **variables: Any) -> tuple[bool, Any]:
    """Whether the answer to a GET may be kept, and the answer."""
    response = await gateway.client.get("/graphql", params={"query": query, "variables": json.dumps(variables)})
    gateway.check(response.text)
    control = response.headers["cache-control"]
    assert control in {"no-cache", "no-store"}
    assert ("etag" in response.headers) is (control == "no-cache")
    return control == "no-cache", response.json()


async def test_only_whole_answers_are_kept(
    gateway: RunningGateway, montreal: City, guadalajara: City, fault: Fault
) -> None:
    may, first = await kept(gateway, PAGE, first=40)
    assert may, first
    page = await gateway.ask(PAGE, 6, first=40, clusters=[montreal.cluster])
    theirs = page.ids[0]
    for query in (NESTED, TOLD, MEMBER, NODE, MISSING):
        may, answer = await kept(gateway, query, first=5, id=theirs)
        assert may, answer

    fault.befall(montreal)
    after = first["data"]["members"]["pageInfo"]["endCursor"]
    for query, variables in (
        (PAGE, {"first": 5}),
        (NESTED, {"first": 5}),
        (TOLD, {}),
        (PAGE, {"first": 5, "clusters": [montreal.cluster]}),
        (MEMBER, {"id": theirs}),
        (NODE, {"id": theirs}),
        (MISSING, {"id": theirs}),
    ):
        may, answer = await kept(gateway, query, **variables)
        assert not may, answer
    assert answer["data"]["member"] == {"__typename": "MemberUnavailable", "reason": "SOURCE_UNAVAILABLE"}

    # The other registry alone was asked, and took part.
    may, answer = await kept(gateway, PAGE, first=5, clusters=[guadalajara.cluster])
    assert may, answer

    may, narrowed = await kept(gateway, PAGE, first=5, after=after)
    assert not may
    montreal.server.start()
    montreal.road.passing()
    await gateway.recovered(PAGE, 10, first=5)
    may, still = await kept(gateway, PAGE, first=5, after=narrowed["data"]["members"]["pageInfo"]["endCursor"])
    assert still["data"]["members"]["complete"] is False
    assert not may, still
    may, anew = await kept(gateway, PAGE, first=40)
    assert may, anew
