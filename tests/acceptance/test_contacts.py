"""Contacts over the whole gateway: to whom one is open, for how long, and what the disclosure log says of it."""

from dataclasses import replace

import asyncpg

from adapters.contract.viewers import Scope, ViewerClass
from gateway.reference import Reference
from gateway.store import Store
from tests.acceptance.meeting import CONTACT, MINE, REVOKE, Meeting
from tests.acceptance.table import THERE, member
from tests.viewers import PARTNER, viewer

WITHDRAW = """
    update grappe.consentement set dat_retrait = case when $2 then now() end
    where no_membre::text = $1 and cod_finalite = 'CONTACT' and (dat_retrait is null) = $2
"""


async def test_invariant_5_contacts_are_open_to_both_or_to_neither(meeting: Meeting) -> None:
    interest = await meeting.express()
    assert await meeting.contacts() == (None, None)
    release = await meeting.accept(interest)
    assert await meeting.contacts() == (meeting.receiver_ref, meeting.sender_ref)
    for stranger in (PARTNER, viewer(ViewerClass.COORDINATOR, THERE), member(Reference("Member", THERE, "none").id)):
        answer = await meeting.answer(stranger, CONTACT, ids=[meeting.sender])
        if "errors" in answer:
            assert [each["extensions"]["code"] for each in answer["errors"]] == ["FORBIDDEN"]
        else:
            assert [each["contactPoint"] for each in answer["data"]["nodes"]] == [None]
    await meeting.run(meeting.receiving, REVOKE, id=release)
    assert await meeting.contacts() == (None, None)


async def test_a_contact_is_shown_under_an_agreement_that_covers_it_and_to_who_may_read_such(
    meeting: Meeting, store_owner: str
) -> None:
    await meeting.accept(await meeting.express())
    reading = replace(meeting.sending, scopes=meeting.sending.scopes - {Scope.CORRIDOR_READ})
    (node,) = (await meeting.run(reading, CONTACT, ids=[meeting.receiver]))["nodes"]
    assert node == {"id": meeting.receiver, "contactPoint": None}
    owner = Store(store_owner, timeout=10)
    await owner.execute("update corridor.agreement set purposes = '{PROFILE_EXCHANGE}'")
    await owner.close()
    assert await meeting.contacts() == (None, None)


async def test_invariant_16_a_contact_is_gone_with_the_next_request_after_consent_is_withdrawn(
    meeting: Meeting, city_databases: dict[str, str]
) -> None:
    release = await meeting.accept(await meeting.express())
    assert await meeting.contacts() == (meeting.receiver_ref, meeting.sender_ref)
    registry = await asyncpg.connect(city_databases["montreal"])
    key = Reference.parse(meeting.sender).key
    try:
        assert await registry.execute(WITHDRAW, key, True) == "UPDATE 1"
        assert await meeting.contacts() == (meeting.receiver_ref, None)
        (found,) = (await meeting.run(meeting.receiving, MINE, state="MUTUAL"))["viewer"]["interests"]
        assert found["release"] == {"id": release, "state": "ACTIVE"}, "that needs no transition"
    finally:
        await registry.execute(WITHDRAW, key, False)
        await registry.close()
    assert await meeting.contacts() == (meeting.receiver_ref, meeting.sender_ref)


async def test_each_reading_of_a_contact_is_logged_by_right_of_its_release(meeting: Meeting) -> None:
    release = await meeting.accept(await meeting.express())
    before = await meeting.store.fetchval("select max(seq) from corridor.disclosure")
    await meeting.contacts()
    rows = await meeting.store.fetch(
        "select * from corridor.disclosure where seq > $1 and fields = '{contactPoint}' order by seq", before
    )
    assert [(row["viewer"], row["purpose"], row["basis"], row["members"]) for row in rows] == [
        (by.id, "CONTACT_RELEASE", release, [of])
        for by, of in ((meeting.sending, meeting.receiver), (meeting.receiving, meeting.sender))
    ]


async def test_a_release_is_in_what_each_member_may_read_of_the_disclosure_log(meeting: Meeting) -> None:
    release = await meeting.accept(await meeting.express())
    text = "{ viewer { disclosures { edges { node { purpose fields basis viewerOrg members } } } } }"
    for by, other in ((meeting.sending, meeting.receiver), (meeting.receiving, meeting.sender)):
        found = [each["node"] for each in (await meeting.run(by, text))["viewer"]["disclosures"]["edges"]]
        assert [each for each in found if each["basis"] == release and each["viewerOrg"] == other] == [
            {
                "purpose": "CONTACT_RELEASE",
                "fields": ["contactPoint"],
                "basis": release,
                "viewerOrg": other,
                "members": [by.member],
            }
        ]
