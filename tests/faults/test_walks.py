"""A registry that fails in the middle of a walk: the walk narrows, says so, and neither skips nor repeats a row."""

from collections.abc import Sequence
from typing import Any

from tests.faults.conftest import BRISK, WITHIN, City, Fault
from tests.faults.gateway import NESTED, PAGE, Answer, RunningGateway, cluster_of

SIZE = 25


async def walk(gateway: RunningGateway, within: float, after: str | None = None, **variables: Any) -> list[Answer]:
    """All pages from a cursor to the end."""
    pages: list[Answer] = []
    while not pages or pages[-1].members["pageInfo"]["hasNextPage"]:
        if pages:
            after = pages[-1].members["pageInfo"]["endCursor"]
            assert after is not None, "more rows are promised, and no cursor leads to them"
        pages.append(await gateway.ask(PAGE, within, first=SIZE, after=after, **variables))
    return pages


def ids(pages: Sequence[Answer]) -> list[str]:
    """The members of all pages, in order."""
    return [each for page in pages for each in page.ids]


async def test_a_walk_only_ever_narrows(
    gateway: RunningGateway, montreal: City, guadalajara: City, fault: Fault
) -> None:
    whole = ids(await walk(gateway, 6))
    assert len(whole) == len(set(whole)) > 4 * SIZE
    assert {cluster_of(each) for each in whole[2 * SIZE :]} == {montreal.cluster, guadalajara.cluster}

    first = await gateway.ask(PAGE, 6, first=SIZE)
    second = await gateway.ask(PAGE, 6, first=SIZE, after=first.members["pageInfo"]["endCursor"])
    fault.befall(montreal)
    third = await gateway.ask(PAGE, WITHIN, first=SIZE, after=second.members["pageInfo"]["endCursor"])
    rest = await walk(gateway, WITHIN, third.members["pageInfo"]["endCursor"])

    # What was before it failed stays; of what comes after, nothing but its own rows is missing.
    left = [each for each in whole[2 * SIZE :] if cluster_of(each) == guadalajara.cluster]
    assert ids([first, second, third, *rest]) == whole[: 2 * SIZE] + left
    assert len(third.ids) == SIZE

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
    whole = ids(await walk(gateway, 6))
    pages = [await gateway.ask(PAGE, 6, last=SIZE)]
    montreal.road.down()
    while pages[-1].members["pageInfo"]["hasPreviousPage"]:
        before = pages[-1].members["pageInfo"]["startCursor"]
        pages.append(await gateway.ask(PAGE, WITHIN, last=SIZE, before=before))
    left = [each for each in whole[:-SIZE] if cluster_of(each) == guadalajara.cluster]
    assert ids(pages[::-1]) == left + whole[-SIZE:]
    assert [page.members["complete"] for page in pages] == [True] + [False] * (len(pages) - 1)


async def test_a_walk_of_one_cluster_ends_with_an_error_when_its_registry_fails(
    gateway: RunningGateway, montreal: City
) -> None:
    first = await gateway.ask(PAGE, 6, first=10, clusters=[montreal.cluster])
    montreal.road.down()
    second = await gateway.ask(
        PAGE, WITHIN, first=10, clusters=[montreal.cluster], after=first.members["pageInfo"]["endCursor"]
    )
    assert second.data is None
    assert second.codes == ["ALL_SOURCES_FAILED"]


async def test_rows_lost_between_the_keys_and_the_contents_are_made_up_for(
    gateway: RunningGateway, montreal: City, guadalajara: City
) -> None:
    """Nested pages ask for keys first: the road is cut ever later, in the first statement, in the second, in none."""
    whole = ids(await walk(gateway, 6))
    left = [each for each in whole if cluster_of(each) == guadalajara.cluster]
    assert {cluster_of(each) for each in whole[:8]} == {montreal.cluster, guadalajara.cluster}
    await gateway.ask(NESTED, 6, first=8)
    outcomes: list[bool] = []
    for budget in range(200, 20_000, 200):
        montreal.road.passing()
        await gateway.recovered(NESTED, WITHIN, first=8)  # on a connection that knows both statements
        montreal.road.cutting(after=budget)
        page = await gateway.ask(NESTED, WITHIN, first=8)
        outcomes.append(page.members["complete"])
        assert page.ids == (whole if outcomes[-1] else left)[:8]
        assert page.members["pageInfo"]["hasNextPage"] is True
        assert page.source(montreal.cluster)["status"] == ("OK" if outcomes[-1] else "UNAVAILABLE")
        if outcomes[-1]:
            break
    assert outcomes[0] is False
    assert outcomes[-1] is True


async def test_slow_below_the_deadline_is_no_failure(gateway: RunningGateway, montreal: City) -> None:
    well = await gateway.ask(PAGE, 6, first=20)
    pause = BRISK["deadline"] / 5
    montreal.road.slow(pause)
    slow = await gateway.ask(PAGE, WITHIN, first=20)
    assert slow.ids == well.ids
    assert slow.members["complete"] is True
    assert slow.source(montreal.cluster)["latencyMs"] >= pause * 1000
