"""The chain: serialization, Postgres and Python agree, and whatever is done to a row is found and named."""

from dataclasses import astuple, fields, replace
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.audit import Disclosures
from gateway.audit.chain import GENESIS, Link, digest, serialized, verify
from gateway.audit.retention import expire
from tests.audit.conftest import entry

# Few letters, so that neighbours differ by little; what the form itself is made of among them.
TEXT = st.text(st.sampled_from("a1:-é"), max_size=3)
TEXTS = st.lists(TEXT, max_size=3).map(tuple)
LINKS = st.builds(
    Link,
    seq=st.integers(1, 12),
    at=st.integers(0, 10**16).map(lambda us: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=us)),
    viewer=TEXT,
    viewer_class=TEXT,
    viewer_org=TEXT,
    viewer_cluster=st.none() | TEXT,
    cluster=TEXT,
    purpose=TEXT,
    fields=TEXTS,
    members=TEXTS,
    basis=TEXT,
    previous=st.binary(min_size=32, max_size=32),
    hash=st.just(b""),
)
MOVES = [field.name for field in fields(Link) if field.type in {str, "str"} and field.name != "viewer_cluster"]


@given(LINKS, LINKS)
def test_no_two_different_rows_share_one_serialization(one: Link, other: Link) -> None:
    assert (serialized(one) == serialized(other)) == (one == other)


@given(LINKS, st.data())
def test_text_that_moves_between_neighbours_changes_the_serialization(link: Link, data: st.DataObject) -> None:
    """The likeliest way for two rows to look alike: the same letters, parted elsewhere."""
    names = data.draw(st.lists(st.sampled_from(MOVES), min_size=2, max_size=2, unique=True))
    joined = "".join(getattr(link, name) for name in names)
    at = data.draw(st.integers(0, len(joined)))
    moved = replace(link, **dict(zip(names, (joined[:at], joined[at:]), strict=True)))
    assert (serialized(moved) == serialized(link)) == (moved == link)
    everything = (*link.fields, *link.members)
    cut = data.draw(st.integers(0, len(everything)))
    shifted = replace(link, fields=everything[:cut], members=everything[cut:])
    assert (serialized(shifted) == serialized(link)) == (shifted == link)


@given(
    links=st.lists(
        LINKS.map(lambda link: replace(link, fields=link.fields or ("f",), members=link.members or ("m",))),
        min_size=1,
        max_size=5,
    )
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
async def test_postgres_and_python_make_the_same_hash(owner: "asyncpg.Connection", links: list[Link]) -> None:
    for link in links:
        row = (*astuple(link)[:-1], bytes(32))
        made = await owner.fetchval(
            "select corridor.disclosure_hash(row($1::bigint, $2::timestamptz, $3::text, $4::text, $5::text, $6::text,"
            " $7::text, $8::text, $9::text[], $10::text[], $11::text, $12::bytea, $13::bytea)::corridor.disclosure)",
            *(list(each) if isinstance(each, tuple) else each for each in row),
        )
        assert made == digest(link)


async def _seven(disclosures: Disclosures) -> None:
    for number in range(1, 8):
        await disclosures.record(entry(f"M{number}", "M0", viewer=f"key:{number}", viewer_cluster=None))


async def test_a_log_that_nobody_touched_is_whole(disclosures: Disclosures, owner: "asyncpg.Connection") -> None:
    empty = await verify(owner)
    assert (empty.rows, empty.seq, empty.head, empty.faults) == (0, 0, GENESIS, [])
    await _seven(disclosures)
    found = await verify(owner)
    assert (found.rows, found.seq, found.faults) == (7, 7, [])
    assert found.head == await owner.fetchval("select hash from corridor.disclosure where seq = 7")


EDITS = {
    "viewer": "'key:other'",
    "viewer_class": "'MEMBER'",
    "viewer_org": "'elan'",
    "viewer_cluster": "'canieti-occidente'",
    "cluster": "'technomontreal'",
    "purpose": "'RESEARCH'",
    "fields": "array['member.legalName']",
    "members": "array['M4']",
    "basis": "''",
    "at": "at + interval '1 microsecond'",
    "previous": "decode(repeat('00', 32), 'hex')",
    "hash": "decode(repeat('00', 32), 'hex')",
}


@pytest.fixture
async def tampered(disclosures: Disclosures, owner: "asyncpg.Connection") -> "asyncpg.Connection":
    """Seven rows, and somebody who has turned off what protects them."""
    await _seven(disclosures)
    await owner.execute("alter table corridor.disclosure disable trigger all")
    return owner


@pytest.mark.parametrize("column", EDITS)
async def test_an_edited_row_is_found(tampered: "asyncpg.Connection", column: str) -> None:
    await tampered.execute(f"update corridor.disclosure set {column} = {EDITS[column]} where seq = 4")
    faults = (await verify(tampered)).faults
    assert "row 4 is not what was written: its hash does not fit it" in faults


async def test_an_edited_row_with_a_hash_that_fits_is_found_at_the_next_one(tampered: "asyncpg.Connection") -> None:
    await tampered.execute("update corridor.disclosure set viewer = 'key:other' where seq = 4")
    await tampered.execute("update corridor.disclosure d set hash = corridor.disclosure_hash(d) where seq = 4")
    assert (await verify(tampered)).faults == ["row 5 does not continue row 4: one of them was changed"]
    await tampered.execute("update corridor.disclosure set viewer = 'key:other' where seq = 7")
    await tampered.execute("update corridor.disclosure d set hash = corridor.disclosure_hash(d) where seq = 7")
    assert (await verify(tampered)).faults[-1] == "row 7 is not the one that the log says it ends with"


@pytest.mark.parametrize(
    ("where", "fault"),
    [
        ("seq = 4", "row 4 is missing"),
        ("seq in (2, 3)", "rows 2 to 3 are missing"),
        ("seq = 1", "row 1 is missing"),
        ("seq = 7", "row 7 is missing at the end"),
        ("seq > 4", "rows 5 to 7 are missing at the end"),
        ("true", "rows 1 to 7 are missing at the end"),
    ],
)
async def test_a_removed_row_is_found(tampered: "asyncpg.Connection", where: str, fault: str) -> None:
    await tampered.execute(f"delete from corridor.disclosure where {where}")
    assert (await verify(tampered)).faults == [fault]


async def test_rows_that_changed_places_are_found(tampered: "asyncpg.Connection") -> None:
    await tampered.execute("update corridor.disclosure set seq = -seq where seq in (3, 5)")
    await tampered.execute("update corridor.disclosure set seq = 8 + seq where seq < 0")
    faults = (await verify(tampered)).faults
    assert {f"row {n} is not what was written: its hash does not fit it" for n in (3, 5)} <= set(faults)


async def test_an_added_row_is_found(tampered: "asyncpg.Connection") -> None:
    copy = (
        "insert into corridor.disclosure select {}, at, 'key:added', viewer_class, viewer_org, viewer_cluster, cluster,"
        " purpose, fields, members, basis, hash, hash from corridor.disclosure where seq = 7"
    )
    await tampered.execute(copy.format(8))
    await tampered.execute("update corridor.disclosure d set hash = corridor.disclosure_hash(d) where seq = 8")
    assert (await verify(tampered)).faults == ["row 8 is more than the log says it has"]
    await tampered.execute(copy.format(0))
    assert "row 0 should have gone with retention, or was added" in (await verify(tampered)).faults


async def test_a_log_written_anew_is_found_by_a_hash_that_was_noted(
    tampered: "asyncpg.Connection", disclosures: Disclosures
) -> None:
    noted = (await verify(tampered)).head
    await disclosures.record(entry("M9"))
    assert (await verify(tampered, noted)).faults == []
    await tampered.execute("delete from corridor.disclosure where seq > 5")
    await tampered.execute(
        "update corridor.disclosure_head set (seq, hash) = (select seq, hash from corridor.disclosure where seq = 5)"
    )
    assert (await verify(tampered)).faults == []  # all that a chain alone can say
    assert (await verify(tampered, noted)).faults == [
        "the noted hash is not in the log: rows were removed or written anew since"
    ]


async def test_a_log_that_lost_its_end_record_is_found(tampered: "asyncpg.Connection") -> None:
    await tampered.execute("delete from corridor.disclosure_head")
    assert (await verify(tampered)).faults == ["the record of where the log ends is gone"]


async def test_verifying_goes_on_past_a_batch(disclosures: Disclosures, owner: "asyncpg.Connection") -> None:
    rows = [entry(viewer=f"key:{number}") for number in range(4500)]
    await disclosures.record(*rows)
    assert (await verify(owner)).rows == 4500
    await owner.execute("alter table corridor.disclosure disable trigger all")
    await owner.execute("update corridor.disclosure set basis = 'x' where seq = 4321")
    assert (await verify(owner)).faults == ["row 4321 is not what was written: its hash does not fit it"]


async def _age(owner: "asyncpg.Connection", rows: int) -> datetime:
    """Answers a moment after so many rows and before the next."""
    times = await owner.fetch("select at from corridor.disclosure order by seq")
    return times[rows - 1]["at"] + timedelta(microseconds=1)


async def test_retention_removes_the_oldest_and_the_rest_verifies(
    disclosures: Disclosures, owner: "asyncpg.Connection"
) -> None:
    await _seven(disclosures)
    third = await owner.fetchval("select hash from corridor.disclosure where seq = 3")
    assert await expire(owner, await _age(owner, 3)) == 3
    assert await expire(owner, await _age(owner, 1)) == 1
    found = await verify(owner)
    assert (found.rows, found.seq, found.faults) == (3, 7, [])
    assert [(each.seq, each.removed) for each in found.checkpoints] == [(3, 3), (4, 1)]
    assert (await verify(owner, third)).faults == []
    assert await expire(owner, datetime(2000, 1, 1, tzinfo=UTC)) == 0
    assert await expire(owner, datetime.now(UTC) + timedelta(days=1)) == 3
    await disclosures.record(entry("M8"))
    assert (await verify(owner)).faults == []


async def test_what_is_removed_behind_retentions_back_is_found(tampered: "asyncpg.Connection") -> None:
    await expire(tampered, await _age(tampered, 3))
    await tampered.execute("delete from corridor.disclosure where seq = 4")
    assert (await verify(tampered)).faults == ["row 4 is missing"]
    await tampered.execute("update corridor.disclosure_checkpoint set seq = 4")
    assert "the checkpoint at row 4 does not account for the rows before it" in (await verify(tampered)).faults
