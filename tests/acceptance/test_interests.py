"""Interests over the whole gateway: both cities' registries, a real store, an agreement between the two clusters."""

import json

import asyncpg
import pytest

from adapters.contract.viewers import ViewerClass
from gateway.app import Gateway
from gateway.execution.operations import Operation
from gateway.reference import Reference
from tests.acceptance.clusters import SETTINGS
from tests.acceptance.meeting import ACCEPT, EXPRESS, MINE, REVOKE, Meeting
from tests.acceptance.table import HERE, THERE, member
from tests.viewers import PARTNER, viewer

FORGET = "mutation S18_Forget($m: ID!) { forgetMember(memberId: $m) { tombstoned affected errors { code } } }"


async def test_the_stories_of_an_interest(meeting: Meeting) -> None:
    sending, receiving = meeting.sending, meeting.receiving
    expressed = (await meeting.run(sending, EXPRESS, need=meeting.need, ref=meeting.sender_ref))["expressInterest"]
    assert expressed["errors"] == []
    assert expressed["interest"]["state"] == "SUBMITTED"
    assert expressed["interest"]["to"] == (None if meeting.anonymous else {"__typename": "Member"})
    again = (await meeting.run(sending, EXPRESS, need=meeting.need, ref=meeting.sender_ref))["expressInterest"]
    assert again == expressed
    interest = expressed["interest"]["id"]
    (received,) = (await meeting.run(receiving, MINE, state="SUBMITTED"))["viewer"]["interests"]
    assert received == {
        "id": interest,
        "about": meeting.need,
        "state": "SUBMITTED",
        "message": {
            "text": "Nous avons une passerelle IoT en production à Laval.",
            "lang": "fr-CA",
            "machineTranslated": False,
        },
        "from": {"__typename": "Member", "id": meeting.sender},
        "to": {"__typename": "Member", "id": meeting.receiver},
        "history": [{"from": None, "to": "SUBMITTED", "by": meeting.sender, "byRole": "MEMBER", "reason": None}],
        "version": 1,
        "release": None,
    }
    assert (await meeting.run(receiving, MINE, state="SUBMITTED", after=interest))["viewer"]["interests"] == []
    accepted = (await meeting.run(receiving, ACCEPT, id=interest, ref=meeting.receiver_ref, version=1))[
        "answerInterest"
    ]
    assert accepted["errors"] == []
    release = accepted["interest"]["release"]
    assert (accepted["interest"]["state"], release["state"], release["purpose"]) == (
        "MUTUAL", "ACTIVE", "CONTACT_RELEASE",
    )  # fmt: skip
    assert release["parties"] == [{"id": meeting.sender}, {"id": meeting.receiver}]
    assert accepted["interest"]["from"]["id"] == meeting.sender
    revoked = (await meeting.run(sending, REVOKE, id=release["id"]))["revokeContactRelease"]
    assert revoked["errors"] == []
    assert revoked["release"]["state"] == "REVOKED"
    assert revoked["release"]["revokedAt"] == revoked["effectiveAt"] is not None
    forgotten = (await meeting.run(sending, FORGET, m=meeting.sender))["forgetMember"]
    assert forgotten == {"tombstoned": True, "affected": [], "errors": []}
    (left,) = (await meeting.run(receiving, MINE))["viewer"]["interests"]
    assert left["from"]["__typename"] == "MemberUnavailable"
    assert left["message"] is None
    coordinator = viewer(ViewerClass.COORDINATOR, THERE)
    assert (await meeting.run(coordinator, FORGET, m=meeting.receiver))["forgetMember"]["tombstoned"]
    (left,) = (await meeting.run(coordinator, MINE))["viewer"]["interests"]
    assert left["to"]["__typename"] == "MemberUnavailable"
    assert left["about"] == left["to"]["id"] != meeting.need


async def test_invariant_7_nothing_that_the_sender_is_told_names_an_anonymous_receiver(meeting: Meeting) -> None:
    name = (await meeting.run(meeting.receiving, "{ viewer { member { ... on Member { displayName } } } }"))["viewer"]
    interest = await meeting.express()
    for text, variables in (
        (EXPRESS, {"need": meeting.need, "ref": "nobody"}),
        (ACCEPT, {"id": interest, "ref": meeting.sender_ref, "version": 1}),
        (REVOKE, {"id": interest}),
        (MINE, {}),
        (
            "query ($id: ID!) { node(id: $id) { id ... on Need { owner { id displayName website } } } }",
            {"id": meeting.need},
        ),
    ):
        await meeting.answer(meeting.sending, text, **variables)
    decline = "mutation ($id: ID!) { answerInterest(id: $id, accept: false, expectedVersion: 1) { errors { code } } }"
    assert (await meeting.run(meeting.receiving, decline, id=interest))["answerInterest"]["errors"] == []
    await meeting.run(meeting.sending, MINE)
    told = "".join(meeting.told)
    if meeting.anonymous:
        assert meeting.receiver not in told
        assert name["member"]["displayName"] not in told
    else:
        assert meeting.receiver in told


async def test_what_fails_is_data_in_the_language_asked_for(meeting: Meeting) -> None:
    data = await meeting.run(meeting.sending, EXPRESS, need=meeting.need, ref="nobody")
    (error,) = data["expressInterest"]["errors"]
    assert data["expressInterest"]["interest"] is None
    assert (error["code"], error["path"]) == ("NOT_FOUND", ["shareContactRef"])
    assert error["message"].startswith("Vous n’avez aucun point de contact")
    for id_ in ("no ID", meeting.need, Reference("ExpressionOfInterest", "corridor", "no key").id):
        answered = (await meeting.run(meeting.receiving, ACCEPT, id=id_, ref="r", version=1))["answerInterest"]
        assert answered == {"interest": None, "errors": [{"code": "INVALID_INPUT"}]}


async def test_only_who_may_act_in_the_corridor_does(meeting: Meeting) -> None:
    for text, variables in ((EXPRESS, {"need": meeting.need, "ref": "r"}), (FORGET, {"m": meeting.sender}), (MINE, {})):
        answer = await meeting.answer(PARTNER, text, **variables)
        assert [each["extensions"]["code"] for each in answer["errors"]] == ["FORBIDDEN"]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [("first: 0", "PAGE_TOO_LARGE"), ("first: 101", "PAGE_TOO_LARGE"), ('after: "no ID"', "BAD_ID")],
)
async def test_pages_have_bounds(meeting: Meeting, arguments: str, code: str) -> None:
    answer = await meeting.answer(meeting.sending, f"{{ viewer {{ interests({arguments}) {{ id }} }} }}")
    assert [each["extensions"]["code"] for each in answer["errors"]] == [code]


async def test_interests_and_releases_are_nodes_for_those_whom_they_concern(meeting: Meeting) -> None:
    interest = await meeting.express()
    release = await meeting.accept(interest)
    text = "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }"
    found = [{"__typename": "ExpressionOfInterest", "id": interest}, {"__typename": "ContactRelease", "id": release}]
    for by in (meeting.sending, meeting.receiving, viewer(ViewerClass.COORDINATOR, HERE)):
        assert (await meeting.run(by, text, ids=[interest, release]))["nodes"] == found
    for by in (PARTNER, viewer(ViewerClass.COORDINATOR, "third"), member(Reference("Member", HERE, "none").id)):
        assert (await meeting.run(by, text, ids=[interest, release]))["nodes"] == [None, None]


async def test_invariant_15_the_store_holds_nothing_that_a_registry_knows(meeting: Meeting, store_owner: str) -> None:
    release = await meeting.accept(await meeting.express())
    text = """
        { viewer { member { ... on Member {
            displayName legalName city website contacts { name email phone }
        } } } }
    """
    values = set()
    for by in (meeting.sending, meeting.receiving):
        member = (await meeting.run(by, text))["viewer"]["member"]
        values |= {member["displayName"], member["legalName"], member["website"]}
        values |= {value for contact in member["contacts"] for value in contact.values()}
    await meeting.run(meeting.sending, REVOKE, id=release)
    connection = await asyncpg.connect(store_owner)
    try:
        tables = await connection.fetch(
            "select relname from pg_class where relnamespace = 'corridor'::regnamespace and relkind in ('r', 'p')"
        )
        for (table,) in tables:
            for (row,) in await connection.fetch(f"select held::text from corridor.{table} as held"):
                assert not [value for value in values if value and value in row], table
    finally:
        await connection.close()


async def test_a_gateway_without_a_store_says_so(meeting: Meeting) -> None:
    bare = Gateway.of(SETTINGS, meeting.gateway.directory)
    operation = Operation(FORGET, variables={"m": meeting.sender}, viewer=meeting.sending)
    answer = json.loads((await bare.run(operation)).body)
    assert [each["extensions"]["code"] for each in answer["errors"]] == ["STORE_UNAVAILABLE"]
