"""Documents: hashes alone, signed once by each member that takes part."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from gateway.access.viewer import Viewer
from gateway.corridor.acts import Command
from gateway.corridor.consortium import Consortium, Document, Seat, global_id
from gateway.corridor.failures import Failed
from schemas.codes import ConsortiumState, DocumentKind
from tests.corridor.building import AFAR, AWAY, HERE, HOME, LEAD, OTHER, PARTNER, THERE, Building, codes, of, seat_of

C = ConsortiumState


async def add(building: Building, consortium: Consortium, by: Viewer | None = None, **how: Any) -> Document:
    found = await building.now(consortium)
    given = {"kind": DocumentKind.LOI, "sha256": "0" * 64, "custodian": HERE, "version": found.version, **how}
    result = await building.documents.add(
        Command(by or of(LEAD), "add", {}),
        found.id,
        given["kind"],
        given["sha256"],
        given["custodian"],
        given["version"],
    )
    return next(each for each in (await building.now(found)).documents if each.key == UUID(result["document"]))


async def sign(
    building: Building, document: Document, seat: Seat, by: Viewer | None = None, method: str = "PADES"
) -> None:
    await building.documents.sign(Command(by or of(seat.member), "sign", {}), document.id, seat.id, method)


async def test_a_document_is_complete_when_all_who_take_part_have_signed(building: Building) -> None:
    consortium = await building.formed()
    document = await add(building, consortium)
    lead, partner = (await building.now(consortium)).accepted
    await sign(building, document, lead)
    now = await building.now(consortium)
    assert (now.complete(now.documents[0]), now.state) == (False, C.FORMED)
    await sign(building, document, partner)
    now = await building.now(consortium)
    assert (now.complete(now.documents[0]), now.state) == (True, C.LOI_SIGNED)
    act = "select count(distinct act) from (select act from corridor.transition order by id desc limit 1) as last"
    assert await building.store.fetchval(act) == 1
    await building.join(consortium, OTHER)
    now = await building.now(consortium)
    assert not now.complete(now.documents[0])
    assert now.state is C.LOI_SIGNED


async def test_only_the_letter_and_then_the_agreement_move_a_consortium(building: Building) -> None:
    consortium = await building.formed()
    assert (await building.sign_all(consortium, DocumentKind.NDA)).state is C.FORMED
    assert (await building.sign_all(consortium, DocumentKind.CONSORTIUM_AGREEMENT)).state is C.FORMED
    assert (await building.sign_all(consortium, DocumentKind.LOI)).state is C.AGREEMENT_SIGNED


async def test_who_leaves_before_signing_leaves_it_signed_by_the_others(building: Building) -> None:
    consortium = await building.formed()
    await building.join(consortium, OTHER)
    document = await add(building, consortium)
    lead, partner, other = (await building.now(consortium)).accepted
    await sign(building, document, lead)
    await sign(building, document, partner)
    assert (await building.now(consortium)).state is C.FORMED
    await building.seats.leave(Command(of(OTHER), "leave", {}), other.id, None, other.version)
    assert (await building.now(consortium)).state is C.LOI_SIGNED


@pytest.mark.parametrize(
    ("how", "expected", "path"),
    [
        ({"sha256": "0" * 63}, "INVALID_INPUT", "sha256"),
        ({"sha256": "G" * 64}, "INVALID_INPUT", "sha256"),
        ({"sha256": "0" * 64 + "\n"}, "INVALID_INPUT", "sha256"),
        ({"custodian": AFAR}, "INVALID_INPUT", "custodian"),
        ({"version": 1}, "STALE_VERSION", "expectedVersion"),
        ({"by": of(PARTNER)}, "FORBIDDEN", None),
        ({"by": HOME}, "FORBIDDEN", None),
        ({"by": of(OTHER)}, "NOT_FOUND", "consortiumId"),
    ],
)
async def test_what_cannot_be_added(building: Building, how: dict[str, Any], expected: str, path: str | None) -> None:
    consortium = await building.formed()
    before = await building.everything()
    with pytest.raises(Failed) as failed:
        await add(building, consortium, **how)
    assert codes(failed.value) == [expected]
    assert failed.value.failures[0].path == (() if path is None else (path,))
    assert await building.everything() == before


async def test_the_same_document_is_added_once(building: Building) -> None:
    consortium = await building.formed()
    await add(building, consortium, custodian=THERE)
    with pytest.raises(Failed) as failed:
        await add(building, consortium)
    assert codes(failed.value) == ["DUPLICATE"]
    await add(building, consortium, sha256="1" * 64)


@pytest.mark.parametrize(
    ("who", "seat", "method", "expected", "path"),
    [
        (of(PARTNER), LEAD, "PADES", "FORBIDDEN", "seatId"),
        (HOME, LEAD, "PADES", "FORBIDDEN", "seatId"),
        (AWAY, LEAD, "PADES", "FORBIDDEN", "seatId"),
        (of(OTHER), OTHER, "PADES", "INVALID_TRANSITION", "seatId"),
        (of(LEAD), LEAD, "", "INVALID_INPUT", "method"),
        (of(LEAD), LEAD, "x" * 51, "INVALID_INPUT", "method"),
        (of(LEAD), LEAD, "a\0", "INVALID_INPUT", "method"),
    ],
)
async def test_what_cannot_be_signed(
    building: Building, who: Viewer, seat: str, method: str, expected: str, path: str
) -> None:
    consortium = await building.formed()
    await building.invite(consortium, OTHER)
    document = await add(building, consortium)
    before = await building.everything()
    with pytest.raises(Failed) as failed:
        await sign(building, document, seat_of(await building.now(consortium), seat), who, method)
    assert (codes(failed.value), failed.value.failures[0].path) == ([expected], (path,))
    assert await building.everything() == before


async def test_a_seat_of_another_consortium_signs_nothing_here(building: Building) -> None:
    document = await add(building, await building.formed())
    other = seat_of(await building.formed(), LEAD)
    with pytest.raises(Failed) as failed:
        await sign(building, document, other)
    assert codes(failed.value) == ["NOT_FOUND"]


async def test_a_member_signs_once(building: Building) -> None:
    document = await add(building, consortium := await building.formed())
    seat = seat_of(consortium, LEAD)
    tries = await asyncio.gather(*(sign(building, document, seat) for _ in range(3)), return_exceptions=True)
    assert sorted(code for each in tries if isinstance(each, Failed) for code in codes(each)) == ["DUPLICATE"] * 2
    assert await building.store.fetchval("select count(*) from corridor.signature") == 1


@pytest.mark.parametrize("act", ["add", "sign", "activate"])
async def test_without_an_agreement_nothing_is_signed(building: Building, act: str) -> None:
    consortium = await building.formed()
    await building.sign_all(consortium, DocumentKind.LOI)
    if act == "activate":
        await building.sign_all(consortium, DocumentKind.CONSORTIUM_AGREEMENT)
    document = await add(building, consortium, sha256="1" * 64)
    building.pacts.pacts.clear()
    tries = {
        "add": lambda: add(building, consortium, sha256="2" * 64),
        "sign": lambda: sign(building, document, seat_of(consortium, LEAD)),
        "activate": lambda: building.move("activate", consortium),
    }
    with pytest.raises(Failed) as failed:
        await tries[act]()
    assert codes(failed.value) == ["NO_AGREEMENT"]


async def test_invariant_18_a_repeated_signature_gives_the_first_result(building: Building) -> None:
    document = await add(building, consortium := await building.formed())
    seat = seat_of(consortium, LEAD)
    command = Command(of(LEAD), "sign", {"seatId": seat.id}, "k")
    first = await building.documents.sign(command, document.id, seat.id, "PADES")
    assert await building.documents.sign(command, document.id, seat.id, "PADES") == first


async def test_who_may_not_know_of_a_document_finds_none(building: Building) -> None:
    document = await add(building, consortium := await building.formed())
    assert document.key in await building.documents.read([document.key], of(PARTNER))
    assert await building.documents.read([document.key], of(OTHER)) == {}
    unknown = global_id("ConsortiumDocument", UUID(int=3))
    for id_, code in ((document.id, "NOT_FOUND"), (unknown, "NOT_FOUND"), (consortium.id, "INVALID_INPUT")):
        with pytest.raises(Failed) as failed:
            await building.documents.sign(Command(of(OTHER), "sign", {}), id_, consortium.seats[0].id, "PADES")
        assert codes(failed.value) == [code]
