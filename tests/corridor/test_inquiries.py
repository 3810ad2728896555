"""What has to be so before an interest is sent or accepted: of registries, agreements and what was typed."""

from typing import Any
from uuid import UUID

import pytest

from adapters.contract.viewers import Purpose, ViewerClass
from gateway.corridor.failures import Failed
from gateway.corridor.ports import Absence, ContactState, Posting
from schemas.codes import InterestState
from tests.corridor.interested import (
    ACTS,
    AWAY,
    HERE,
    NEED,
    OTHER,
    OWN_NEED,
    RECEIVER,
    RECEIVING,
    SENDER,
    SENDING,
    STRANGER,
    THERE,
    VEILED,
    VIEWERS,
    WHOSE,
    Corridor,
    code,
    posted,
)
from tests.corridor.registries import global_id

STATE = InterestState


async def test_a_draft_is_checked_again_when_it_is_sent(corridor: Corridor) -> None:
    key = await corridor.express(draft=True)
    del corridor.registries.postings[NEED]
    with pytest.raises(Failed) as failed:
        await corridor.interests.submit(SENDING, key, 1)
    assert code(failed.value) == "NOT_FOUND"
    corridor.registries.postings[NEED] = Posting(NEED, THERE, STRANGER, anonymous=True)
    await corridor.interests.submit(SENDING, key, 1)
    assert await corridor.knows(key, OTHER), "it goes to whose need it is now"
    assert not await corridor.knows(key, RECEIVING)
    assert (await corridor.seen(key)).receiver is None


async def test_invariant_7_no_failure_tells_whose_an_anonymous_posting_is(corridor: Corridor) -> None:
    """Each act, by each viewer: what a failure says is the same words for a posting that is not anonymous."""
    told: dict[bool, list[object]] = {}
    for anonymous in (True, False):
        need = posted(corridor, anonymous=anonymous)
        key = await corridor.express(need)
        told[anonymous] = []
        for act, do in ACTS.items():
            for viewer in VIEWERS.values():
                if WHOSE[act] == "receiver" and viewer is RECEIVING:
                    continue
                if WHOSE[act] == "sender" and viewer is SENDING and act == "withdraw":
                    continue
                with pytest.raises(Failed) as failed:
                    await do(corridor, viewer, key, 1)
                told[anonymous].append([(each.message("en"), each.path) for each in failed.value.failures])
        with pytest.raises(Failed) as failed:
            await corridor.express(need)
        told[anonymous].append([(each.message("en"), each.path) for each in failed.value.failures])
    assert told[True] == told[False]
    assert RECEIVER not in repr(told)


async def test_invariant_7_to_guess_at_the_owner_tells_nothing(corridor: Corridor) -> None:
    """An interest in the member itself is another interest, whatever there is about its anonymous posting."""
    await corridor.express(VEILED)
    await corridor.express(RECEIVER)
    await corridor.express(STRANGER)


async def expressing(corridor: Corridor, **changed: Any) -> Failed:
    """The failure of an interest that differs from one that would do."""
    given = {"viewer": SENDING, "about": NEED, "message": "m", "lang": "fr", "contact": "contact-2", **changed}
    with pytest.raises(Failed) as failed:
        await corridor.interests.express(**given)
    assert [await corridor.count(table) for table in ("act", "interest", "transition", "event")] == [0, 0, 0, 0]
    return failed.value


@pytest.mark.parametrize(
    ("changed", "expected", "path"),
    [
        ({"about": "no ID"}, "INVALID_INPUT", ("aboutId",)),
        ({"about": global_id("Need", THERE, "gone")}, "NOT_FOUND", ("aboutId",)),
        ({"about": global_id("Member", THERE, "gone")}, "NOT_FOUND", ("aboutId",)),
        ({"about": global_id("Programme", THERE, "p")}, "INVALID_INPUT", ("aboutId",)),
        ({"about": OWN_NEED}, "INVALID_INPUT", ("aboutId",)),
        ({"about": SENDER}, "INVALID_INPUT", ("aboutId",)),
        ({"contact": "nobody"}, "NOT_FOUND", ("shareContactRef",)),
        ({"contact": "contact-9"}, "NOT_FOUND", ("shareContactRef",)),
        ({"contact": ""}, "NOT_FOUND", ("shareContactRef",)),
        ({"contact": "a\0"}, "NOT_FOUND", ("shareContactRef",)),
        ({"key": "a\0"}, "INVALID_INPUT", ("idempotencyKey",)),
        ({"key": ""}, "INVALID_INPUT", ("idempotencyKey",)),
        ({"contact": "private"}, "CONSENT_MISSING", ("shareContactRef",)),
        *(({"message": each}, "INVALID_INPUT", ("message",)) for each in ("", " ", "\n\t\u00a0\u2003", "\u200b")),
        ({"message": "x" * 2001}, "INVALID_INPUT", ("message",)),
        ({"message": "a\0b"}, "INVALID_INPUT", ("message",)),
        ({"message": "half a \ud83d"}, "INVALID_INPUT", ("message",)),
        *(({"viewer": each}, "FORBIDDEN", ()) for name, each in VIEWERS.items() if each.kind is not ViewerClass.MEMBER),
    ],
)  # fmt: skip
async def test_what_cannot_be_expressed(
    corridor: Corridor, changed: dict[str, Any], expected: str, path: tuple[str, ...]
) -> None:
    failed = await expressing(corridor, **changed)
    assert (code(failed), failed.failures[0].path) == (expected, path)


@pytest.mark.parametrize("silent", [HERE, THERE])
async def test_a_silent_registry_is_no_missing_row(corridor: Corridor, silent: str) -> None:
    corridor.registries.silent = {silent}
    for about in (NEED, RECEIVER):
        failed = await expressing(corridor, about=about)
        path = "shareContactRef" if silent == HERE else "aboutId"
        assert (code(failed), failed.failures[0].path) == ("SOURCE_UNAVAILABLE", (path,))


async def test_without_an_agreement_nothing_is_expressed_sent_forwarded_or_accepted(
    corridor: Corridor, screened: Corridor
) -> None:
    drafted = await corridor.express(posted(corridor), draft=True)
    sent = await corridor.express(posted(corridor))
    held = await screened.express(posted(screened))
    for where in (corridor, screened):
        where.agreements.purposes.discard(Purpose.CONTACT_RELEASE)
    for where, act, key in (
        (corridor, "submit", drafted), (corridor, "accept", sent), (screened, "forward", held),
    ):  # fmt: skip
        with pytest.raises(Failed) as failed:
            await ACTS[act](where, VIEWERS[WHOSE[act]], key, 1)
        assert code(failed.value) == "NO_AGREEMENT"
    with pytest.raises(Failed) as failed:
        await corridor.express()
    assert code(failed.value) == "NO_AGREEMENT"
    for where, act, key in (
        (corridor, "withdraw", drafted), (corridor, "decline", sent), (screened, "refuse", held),
    ):  # fmt: skip
        await ACTS[act](where, VIEWERS[WHOSE[act]], key, 1)


async def test_within_one_cluster_no_agreement_is_needed(corridor: Corridor) -> None:
    corridor.agreements.purposes.clear()
    corridor.registries.contacts[STRANGER, "c"] = ContactState.SHAREABLE
    result = await corridor.interests.express(OTHER, VEILED, None, "es", "c")
    key = UUID(result["interest"])
    assert (await corridor.seen(key, OTHER)).receiver is None
    assert (await corridor.seen(key, AWAY)).receiver == RECEIVER, "its own cluster knows its members"
    await corridor.interests.answer(RECEIVING, key, 1, accept=True, contact="contact-9")


@pytest.mark.parametrize(
    ("contact", "others", "expected", "path"),
    [
        (None, ContactState.SHAREABLE, "INVALID_INPUT", ("shareContactRef",)),
        ("nobody", ContactState.SHAREABLE, "NOT_FOUND", ("shareContactRef",)),
        ("private", ContactState.SHAREABLE, "CONSENT_MISSING", ("shareContactRef",)),
        ("contact-9", ContactState.NOT_CONSENTED, "CONSENT_MISSING", ("id",)),
        ("contact-9", ContactState.MISSING, "CONSENT_MISSING", ("id",)),
        ("contact-9", Absence.GONE, "CONSENT_MISSING", ("id",)),
        ("contact-9", Absence.SILENT, "SOURCE_UNAVAILABLE", ("id",)),
    ],
)
async def test_invariant_5_both_have_to_share_for_it_to_become_mutual(
    corridor: Corridor, contact: str | None, others: Any, expected: str, path: tuple[str, ...]
) -> None:
    key = await corridor.express()
    corridor.registries.contacts[SENDER, "contact-2"] = others
    with pytest.raises(Failed) as failed:
        await corridor.interests.answer(RECEIVING, key, 1, accept=True, contact=contact)
    assert (code(failed.value), failed.value.failures[0].path) == (expected, path)
    assert (await corridor.seen(key)).state is STATE.SUBMITTED
    assert await corridor.count("contact_release") == 0
    await corridor.interests.answer(RECEIVING, key, 1, accept=False)
