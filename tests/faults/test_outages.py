"""What a client is told while a registry is down: never that there is nothing, never a driver's words."""

import pytest

from gateway.reference import Reference
from tests.faults.conftest import WITHIN, City, Fault
from tests.faults.gateway import COUNTED, NESTED, PAGE, TOLD, RunningGateway

BY_ID = """
query ById($here: ID!, $there: ID!) {
  node(id: $here) { id }
  other: node(id: $there) { id }
  nodes(ids: [$there, $here]) { id }
  member(id: $here) {
    __typename
    ... on Member { displayName }
    ... on MemberUnavailable { id reason cluster { slug } }
  }
  _entities(representations: [{__typename: "Member", id: $here}]) { ... on Member { id displayName city } }
}
"""


async def test_the_rest_is_served_and_the_gap_is_told(
    gateway: RunningGateway, montreal: City, guadalajara: City, fault: Fault
) -> None:
    whole = (await gateway.recovered(TOLD, 6)).members  # a busy machine may be late with its first connections
    alone = (await gateway.ask(TOLD, 6, clusters=[guadalajara.cluster])).members
    assert whole["totalCount"] > alone["totalCount"] > 0
    assert whole["total"]["relation"] == "EQ"
    assert all(facet["complete"] for facet in whole["facets"])

    fault.befall(montreal)
    answer = await gateway.ask(TOLD, WITHIN)
    told = answer.members
    assert told["edges"] == alone["edges"]
    assert told["complete"] is False
    assert told["totalCount"] is None
    assert told["total"] == {
        "value": alone["totalCount"],
        "relation": "GTE",
        "bySource": [{"cluster": {"slug": guadalajara.cluster}, "count": alone["totalCount"]}],
    }
    assert [(facet["field"], facet["complete"]) for facet in told["facets"]] == [("SECTOR", False), ("CLUSTER", False)]
    assert [facet["values"] for facet in told["facets"]] == [facet["values"] for facet in alone["facets"]]
    assert answer.source(guadalajara.cluster) == alone["sources"][0]
    lost = answer.source(montreal.cluster)
    assert lost["status"] == fault.status
    assert (lost["returned"], lost["total"]) == (0, None)

    (error,) = answer.errors
    assert error["path"] == ["members"]
    assert error["extensions"] == {"code": fault.code, "cluster": montreal.cluster, "retryable": True}


@pytest.mark.parametrize("query", [PAGE, NESTED, TOLD, COUNTED], ids=["page", "nested", "told", "counted"])
async def test_fail_gives_nothing_but_the_error(gateway: RunningGateway, montreal: City, query: str) -> None:
    well = await gateway.ask(query, 6, mode="FAIL")
    assert well.members
    assert well.errors == []
    montreal.road.down()
    answer = await gateway.ask(query, WITHIN, mode="FAIL")
    assert answer.data is None
    (error,) = answer.errors
    assert error["path"] == ["members"]
    assert error["extensions"] == {"code": "SOURCE_UNAVAILABLE", "cluster": montreal.cluster, "retryable": True}


@pytest.mark.parametrize("query", [PAGE, NESTED, TOLD, COUNTED], ids=["page", "nested", "told", "counted"])
async def test_all_registries_down_is_an_error_and_never_an_empty_list(
    gateway: RunningGateway, montreal: City, guadalajara: City, query: str
) -> None:
    montreal.road.down()
    guadalajara.road.down()
    answer = await gateway.ask(query, WITHIN)
    assert answer.data is None
    assert answer.codes == ["ALL_SOURCES_FAILED"]
    assert answer.errors[0]["path"] == ["members"]
    assert answer.errors[0]["extensions"]["retryable"] is True
    assert sorted(answer.errors[0]["extensions"]["clusters"]) == sorted([montreal.cluster, guadalajara.cluster])
    assert await gateway.ready(WITHIN) == (503, {montreal.cluster: "UNAVAILABLE", guadalajara.cluster: "UNAVAILABLE"})


async def test_an_id_of_a_registry_that_is_down_is_an_error_and_never_null(
    gateway: RunningGateway, montreal: City, guadalajara: City, fault: Fault
) -> None:
    (here,) = (await gateway.ask(PAGE, 6, first=1, clusters=[montreal.cluster])).ids
    (there,) = (await gateway.ask(PAGE, 6, first=1, clusters=[guadalajara.cluster])).ids
    well = await gateway.ask(BY_ID, 6, here=here, there=there)
    assert well.errors == []
    assert well.data["nodes"] == [{"id": there}, {"id": here}]
    assert well.data["member"]["__typename"] == "Member"

    fault.befall(montreal)
    answer = await gateway.ask(BY_ID, WITHIN, here=here, there=there)
    assert answer.data["other"] == {"id": there}
    assert answer.data["nodes"] == [{"id": there}, None]
    assert answer.data["member"] == {
        "__typename": "MemberUnavailable",
        "id": here,
        "reason": "SOURCE_UNAVAILABLE",
        "cluster": {"slug": montreal.cluster},
    }
    assert sorted(map(str, (error["path"] for error in answer.errors))) == [
        "['_entities', 0]",
        "['node']",
        "['nodes', 1]",
    ]
    for error in answer.errors:
        assert error["extensions"] == {"code": fault.code, "cluster": montreal.cluster, "retryable": True}


async def test_an_id_that_is_not_there_is_null_and_no_error(
    gateway: RunningGateway, montreal: City, guadalajara: City
) -> None:
    """The other side of the same promise: null means that the registry said so."""
    montreal.road.down()
    nowhere = Reference("Member", guadalajara.cluster, "00000000-0000-0000-0000-000000000000").id
    query = "query ($id: ID!) { node(id: $id) { id } member(id: $id) { __typename } }"
    answer = await gateway.ask(query, 6, id=nowhere)
    assert answer.data == {"node": None, "member": None}
    assert answer.errors == []


async def test_programmes_of_a_registry_that_is_down_are_an_error_and_never_an_empty_list(
    gateway: RunningGateway, montreal: City
) -> None:
    query = "query ($slug: String!) { cluster(slug: $slug) { slug programmes { code } } clusters { slug health } }"
    well = await gateway.ask(query, 6, slug=montreal.cluster)
    assert well.data["cluster"]["programmes"]
    montreal.road.down()
    answer = await gateway.ask(query, WITHIN, slug=montreal.cluster)
    assert answer.data["cluster"] is None
    (error,) = answer.errors
    assert error["path"] == ["cluster", "programmes"]
    assert error["extensions"] == {
        "code": "SOURCE_UNAVAILABLE",
        "cluster": montreal.cluster,
        "retryable": True,
    }
    later = await gateway.ask("{ clusters { slug health } }", WITHIN)
    assert {each["slug"]: each["health"] for each in later.data["clusters"]}[montreal.cluster] == "UNAVAILABLE"


async def test_a_server_that_speaks_nonsense_is_an_outage(gateway: RunningGateway, montreal: City) -> None:
    well = await gateway.ask(PAGE, 6)
    montreal.road.garbling()
    answer = await gateway.ask(PAGE, WITHIN)
    assert answer.statuses[montreal.cluster] in {"UNAVAILABLE", "TIMEOUT"}
    assert answer.members["complete"] is False
    anew = await gateway.ask(PAGE, WITHIN)  # and on a new connection, from its first byte on
    assert anew.statuses[montreal.cluster] in {"UNAVAILABLE", "TIMEOUT"}
    montreal.road.passing()
    assert (await gateway.recovered(PAGE, WITHIN)).ids == well.ids
