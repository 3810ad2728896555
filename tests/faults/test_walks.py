"""A registry that fails in the middle of a walk: the walk narrows, says so, and neither skips nor repeats a row."""

from typing import Any

from tests.faults.conftest import BRISK, City, Fault
from tests.faults.gateway import PAGE, Answer, RunningGateway, cluster_of

LARGEST = 100
SLACK = 1.0
WITHIN = BRISK["deadline"] + SLACK


async def walk(gateway: RunningGateway, within: float = 6.0, after: str | None = None, **variables: Any) -> list[Answer]:
    """All pages from a cursor to the end."""
    pages: list[Answer] = []
    while not pages or pages[-1].members["pageInfo"]["hasNextPage"]:
        if pages:
            after = pages[-1].members["pageInfo"]["endCursor"]
            assert after is not None, "more rows are promised, and no cursor leads to them"
        pages.append(await gateway.ask(PAGE, within, first=LARGEST, after=after, **variables))
    return pages


async def test_a_walk_only_ever_narrows(gateway: RunningGateway, montreal: City, guadalajara: City, fault: Fault) -> None:
    whole = [each for page in await walk(gateway) for each in page.ids]
    assert len(whole) == len(set(whole)) > 4 * LARGEST
    assert {cluster_of(each) for each in whole[2 * LARGEST :]} == {montreal.cluster, guadalajara.cluster}

    first = await gateway.ask(PAGE, 6, first=LARGEST)
    second = await gateway.ask(PAGE, 6, first=LARGEST, after=first.members["pageInfo"]["endCursor"])
    fault.befall(montreal)
    third = await gateway.ask(PAGE, WITHIN, first=LARGEST, after=second.members["pageInfo"]["endCursor"])
    rest = await walk(gateway, WITHIN, third.members["pageInfo"]["endCursor"])

    # What was before it failed stays; of what comes after, nothing but its own rows is missing.
    found = [each for page in (first, second, third, *rest) for each in page.ids]
    left = [each for each in whole[2 * LARGEST :] if cluster_of(each) == guadalajara.cluster]
    assert found == whole[: 2 * LARGEST] + left
    assert len(third.ids) == LARGEST

    assert second.members["complete"] is True
    assert third.members["complete"] is False
    assert third.statuses == {montreal.cluster: fault.status, guadalajara.cluster: "OK"}
    assert third.source(montreal.cluster)["retryable"] is True
    (error,) = third.errors
    assert error["path"] == ["members"]
    assert error["extensions"] == {"code": fault.code, "cluster": montreal.cluster, "retryable": True}
    for page in rest:
        assert page.statuses == {montreal.cluster: "EXCLUDED", guadalajara.cluster: "OK"}
        assert page.members["complete"] is False


async def test_a_registry_that_returns_is_excluded_until_the_client_starts_anew(
    gateway: RunningGateway, montreal: City, guadalajara: City, fault: Fault
) -> None:
    first = await gateway.ask(PAGE, 6, first=10)
    fault.befall(montreal)
    second = await gateway.ask(PAGE, WITHIN, first=10, after=first.members["pageInfo"]["endCursor"])
    assert second.members["complete"] is False

    montreal.server.start()
    montreal.road.passing()
    anew = await gateway.recovered(PAGE, WITHIN, first=10)
    assert anew.ids == first.ids
    assert anew.statuses == {montreal.cluster: "OK", guadalajara.cluster: "OK"}
    assert anew.errors == []

    third = await gateway.ask(PAGE, WITHIN, first=10, after=second.members["pageInfo"]["endCursor"])
    assert third.members["complete"] is False
    assert third.statuses == {montreal.cluster: "EXCLUDED", guadalajara.cluster: "OK"}
    assert {cluster_of(each) for each in third.ids} == {guadalajara.cluster}
    # The cursor from before it failed still knows the whole walk.
    again = await gateway.ask(PAGE, WITHIN, first=10, after=first.members["pageInfo"]["endCursor"])
    assert again.members["complete"] is True


async def test_a_backward_walk_only_ever_narrows(gateway: RunningGateway, montreal: City, guadalajara: City) -> None:
    whole = [each for page in await walk(gateway) for each in page.ids]
    last = await gateway.ask(PAGE, 6, last=LARGEST)
    montreal.road.down()
    pages = [last]
    while pages[-1].members["pageInfo"]["hasPreviousPage"]:
        before = pages[-1].members["pageInfo"]["startCursor"]
        pages.append(await gateway.ask(PAGE, WITHIN, last=LARGEST, before=before))
    found = [each for page in reversed(pages) for each in page.ids]
    left = [each for each in whole[:-LARGEST] if cluster_of(each) == guadalajara.cluster]
    assert found == left + whole[-LARGEST:]
    assert [page.members["complete"] for page in pages] == [True] + [False] * (len(pages) - 1)


async def test_a_walk_of_one_cluster_ends_with_an_error_when_its_registry_fails(
    gateway: RunningGateway, montreal: City, fault: Fault
) -> None:
    first = await gateway.ask(PAGE, 6, first=10, clusters=[montreal.cluster])
    fault.befall(montreal)
    second = await gateway.ask(
        PAGE, WITHIN, first=10, clusters=[montreal.cluster], after=first.members["pageInfo"]["endCursor"]
    )
    assert second.data is None
    assert second.codes == ["ALL_SOURCES_FAILED"]


async def test_a_registry_that_falls_between_the_keys_and_the_rows_leaves_a_whole_page(
    gateway: RunningGateway, montreal: City, guadalajara: City
) -> None:
    """A page of nested objects asks for keys first: what was won by a registry that then falls is made up for."""
    nested = PAGE.replace("{ id displayName }", "{ id offers(first: 2) { id } }")
    mine = await gateway.ask(PAGE, 6, first=1, clusters=[montreal.cluster])
    montreal.road.passing()
    whole = [each for page in await walk(gateway) for each in page.ids]
    keys = await gateway.ask(PAGE.replace("{ id displayName }", "{ id }"), 6, first=5)
    assert mine.ids and keys.ids == whole[:5]
    # The answer with the keys passes, and the one with the rows breaks: by the count of bytes.
    for budget in (2000, 3000, 4000, 6000, 9000):
        montreal.road.passing()
        await gateway.ask(nested, 6, first=5)
        montreal.road.cutting(after=budget)
        page = await gateway.ask(nested, WITHIN, first=5)
        if not page.members["complete"]:
            left = [each for each in whole if cluster_of(each) == guadalajara.cluster]
            assert page.ids == left[:5]
            assert page.members["pageInfo"]["hasNextPage"] is True
            return
        assert page.ids == whole[:5]
    raise AssertionError("it never fell")


async def test_one_total_order_holds_below_a_slow_road(gateway: RunningGateway, montreal: City) -> None:
    """Slow, but within the deadline, is not a failure."""
    well = await gateway.ask(PAGE, 6, first=20)
    montreal.road.slow(BRISK["deadline"] / 5)
    slow = await gateway.ask(PAGE, WITHIN, first=20)
    assert slow.ids == well.ids
    assert slow.members["complete"] is True
    assert slow.source(montreal.cluster)["latencyMs"] >= BRISK["deadline"] / 5 * 1000
    assert slow.seconds >= BRISK["deadline"] / 5
