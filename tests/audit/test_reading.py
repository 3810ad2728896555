"""Reading the log: the newest first, page by page, and nobody learns of another member."""

import pytest

from gateway.audit import Disclosed, Disclosures, Page
from gateway.errors import ClientError
from tests.audit.conftest import entry


async def _walk(disclosures: Disclosures, reference: str, first: int) -> list[Disclosed]:
    rows: list[Disclosed] = []
    page = await disclosures.of_member(reference, first)
    while page.has_next:
        rows += page.rows
        page = await disclosures.of_member(reference, first, page.rows[-1].seq)
    return [*rows, *page.rows]


@pytest.mark.parametrize("first", [1, 2, 3, 5, 6, 50])
async def test_a_member_reads_its_own_page_by_page(disclosures: Disclosures, first: int) -> None:
    for number in range(12):
        await disclosures.record(entry("M1" if number % 2 else "M2", "M3", purpose=f"P{number}"))
    assert [row.purpose for row in await _walk(disclosures, "M1", first)] == [f"P{n}" for n in range(11, 0, -2)]
    assert len(await _walk(disclosures, "M3", first)) == 12
    assert await disclosures.of_member("M4", first) == Page((), has_next=False)


async def test_a_member_learns_of_no_other(disclosures: Disclosures) -> None:
    await disclosures.record(entry("M1", "M2", "M3"))
    (row,) = (await disclosures.of_member("M2", 10)).rows
    assert row.members == ("M2",)
    assert (row.viewer_org, row.viewer_cluster) == ("Élan numérique", "technomontreal")
    assert (row.purpose, row.basis) == ("PROFILE_EXCHANGE", "CONSENT")
    assert row.fields == ("member.legalName", "member.websites")


async def test_a_cluster_reads_what_its_registry_gave(disclosures: Disclosures) -> None:
    for number in range(5):
        await disclosures.record(entry(f"M{number}", "M9", cluster="a" if number % 2 else "b"))
    page = await disclosures.of_cluster("b", 2)
    assert [row.members for row in page.rows] == [("M4", "M9"), ("M2", "M9")]
    assert page.has_next
    rest = await disclosures.of_cluster("b", 2, page.rows[-1].seq)
    assert ([row.members for row in rest.rows], rest.has_next) == ([("M0", "M9")], False)
    assert await disclosures.of_cluster("c", 2) == Page((), has_next=False)


async def test_a_store_that_is_away_says_so(disclosures: Disclosures, store: object) -> None:
    await store.close()
    with pytest.raises(ClientError):
        await disclosures.of_member("M1", 10)
