"""Interests over the whole gateway: both cities' registries, a real store, an agreement between the two clusters."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace
from importlib import import_module
from typing import Any

import asyncpg
import pytest

from adapters.contract.registry import Limits
from adapters.contract.viewers import Scope, ViewerClass
from gateway.access.viewer import Viewer
from gateway.app import Gateway
from gateway.audit import Disclosures
from gateway.corridor.acts import Acts
from gateway.corridor.agreements import Agreements, read_agreements
from gateway.corridor.interest import CONSTRAINTS
from gateway.corridor.ports import ContactState, Posting
from gateway.execution.facts import Corridor
from gateway.execution.interests import InterestActs
from gateway.execution.log import Log
from gateway.execution.operations import Operation
from gateway.execution.registries import AskedRegistries
from gateway.federation.directory import Directory, Source
from gateway.reference import Reference
from gateway.settings import Settings
from gateway.store import Store
from tests.boundless import BOUNDLESS
from tests.viewers import PARTNER, viewer

HERE, THERE = "technomontreal", "canieti-occidente"
AGREEMENT = """
    insert into corridor.agreement (id, series, ordinal, purposes, state, signed_on)
    values (gen_random_uuid(), 'invented', 1, '{PROFILE_EXCHANGE,CONTACT_RELEASE}', 'IN_FORCE', current_date);
    insert into corridor.agreement_party (agreement, cluster, signed_on)
    select id, unnest(array['technomontreal', 'canieti-occidente']), current_date from corridor.agreement;
    insert into corridor.privacy_assessment
        (agreement, from_cluster, to_cluster, data_categories, outcome, assessed_on, review_by)
    select one.agreement, one.cluster, other.cluster, '{BUSINESS_CONTACT}', 'fine', current_date, current_date + 365
    from corridor.agreement_party as one
    join corridor.agreement_party as other on other.agreement = one.agreement and other.cluster <> one.cluster
"""

EXPRESS = """
    mutation S03_Express($need: ID!, $ref: String!) {
      expressInterest(
        aboutId: $need, message: "Nous avons une passerelle IoT en production à Laval.", lang: "fr-CA",
        shareContactRef: $ref, idempotencyKey: "7c1e"
      ) { interest { id state expiresAt version to { __typename } } errors { code message(lang: "fr-CA") path } }
    }
"""
ACCEPT = """
    mutation S04_Accept($id: ID!, $ref: String!, $version: Int!) {
      answerInterest(id: $id, accept: true, shareContactRef: $ref, expectedVersion: $version) {
        interest {
          state release { id state validUntil purpose parties { ... on Member { id } } }
          from { ... on Member { id displayName contactPoint { name email phone preferredLanguage } } }
        }
        errors { code }
      }
    }
"""
REVOKE = """
    mutation S05_Revoke($id: ID!) {
      revokeContactRelease(id: $id, reason: "left the company") {
        release { state revokedAt } effectiveAt errors { code }
      }
    }
"""
FORGET = "mutation S18_Forget($m: ID!) { forgetMember(memberId: $m) { tombstoned affected errors { code } } }"
CONTACT = """
    query ($ids: [ID!]!) {
      nodes(ids: $ids) { ... on Member { id contactPoint { ref name email phone preferredLanguage } } }
    }
"""
WITHDRAW = """
    update grappe.consentement set dat_retrait = case when $2 then now() end
    where no_membre::text = $1 and cod_finalite = 'CONTACT' and (dat_retrait is null) = $2
"""
MINE = """
    query ($state: InterestState, $after: ID) {
      viewer {
        interests(state: $state, first: 1, after: $after) {
          id about state message { text lang machineTranslated } from { __typename ... on Member { id } }
          to { __typename ... on Member { id } ... on MemberUnavailable { id } }
          history { from to by byRole reason } version release { id state }
        }
      }
    }
"""

Run = Callable[..., Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Meeting:
    """A member of each city with a contact that it shares, and the needs of the second."""

    gateway: Gateway
    store: Store
    registries: AskedRegistries
    agreements: Agreements
    sender: str
    sender_ref: str
    receiver: str
    receiver_ref: str
    need: str
    anonymous: bool
    told: list[str] = field(default_factory=list)

    async def run(self, by: Viewer, text: str, **variables: Any) -> Any:
        """The data of an operation, which has to have no errors of the request."""
        answer = await self.answer(by, text, **variables)
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    async def contacts(self) -> tuple[str | None, str | None]:
        """What each side sees of the other's contact, by its ref: first the sender's view, then the receiver's."""
        seen = []
        for by, other in ((self.sending, self.receiver), (self.receiving, self.sender)):
            (node,) = (await self.run(by, CONTACT, ids=[other]))["nodes"]
            seen.append(node["contactPoint"] and node["contactPoint"]["ref"])
        return seen[0], seen[1]

    async def answer(self, by: Viewer, text: str, **variables: Any) -> Any:
        """All that is answered; what the sender is told is noted."""
        body = (await self.gateway.run(Operation(text, variables=variables, viewer=by))).body
        if by.member == self.sender:
            self.told.append(body.decode())
        return json.loads(body)

    async def express(self) -> str:
        """The interest of the first member in the need of the second, by global ID."""
        data = await self.run(self.sending, EXPRESS, need=self.need, ref=self.sender_ref)
        return str(data["expressInterest"]["interest"]["id"])

    async def accept(self, interest: str) -> str:
        """The release that comes of it, by global ID."""
        data = await self.run(self.receiving, ACCEPT, id=interest, ref=self.receiver_ref, version=1)
        return str(data["answerInterest"]["interest"]["release"]["id"])

    @property
    def sending(self) -> Viewer:
        """The first member."""
        return _member(self.sender)

    @property
    def receiving(self) -> Viewer:
        """The second member."""
        return _member(self.receiver)


def _member(id_: str) -> Viewer:
    found = viewer(ViewerClass.MEMBER, Reference.parse(id_).cluster, id_)
    return Viewer(found.kind, f"key:{id_[-12:]}", found.organisation, found.cluster, id_, found.scopes)


@pytest.fixture(params=[False, True], ids=["named", "anonymous"])
async def meeting(
    request: pytest.FixtureRequest, city_databases: dict[str, str], store: Store, store_owner: str
) -> AsyncIterator[Meeting]:
    owner = Store(store_owner, timeout=10)
    await owner.execute(AGREEMENT)
    await owner.close()
    directory = Directory.of(
        *(
            Source(import_module(f"adapters.{city}").ADAPTER.open(dsn, Limits(5, 5, 30)), deadline=30)
            for city, dsn in city_databases.items()
        )
    )
    registries = AskedRegistries(directory)
    agreements = Agreements(lambda: read_agreements(store), lifetime=0)
    disclosures = Disclosures(store)

    async def leave(_act: object, _member: str) -> tuple[str, ...]:
        return ()

    acts = InterestActs.of(store, Acts(store, CONSTRAINTS), registries, agreements, leave)
    settings = Settings(cursor_secret="for tests only", request_deadline=60, **BOUNDLESS)  # type: ignore[arg-type]
    gateway = Gateway.of(settings, directory, Log(disclosures), corridor=Corridor(agreements, interests=acts))
    sender, sender_ref = await _sharing(gateway, registries, HERE)
    need, receiver, receiver_ref = await _wanted(gateway, registries, anonymous=request.param)
    yield Meeting(
        gateway, store, registries, agreements, sender, sender_ref, receiver, receiver_ref, need, request.param
    )
    await disclosures.close()
    await directory.close()


async def _ref(gateway: Gateway, registries: AskedRegistries, member: str) -> str | None:
    """What a member shares one of its contacts by."""
    text = "{ viewer { member { ... on Member { contacts { ref } } } } }"
    answer = json.loads((await gateway.run(Operation(text, viewer=_member(member)))).body)
    for contact in answer["data"]["viewer"]["member"]["contacts"]:
        if await registries.contact(member, contact["ref"]) is ContactState.SHAREABLE:
            return str(contact["ref"])
    return None


async def _sharing(gateway: Gateway, registries: AskedRegistries, cluster: str) -> tuple[str, str]:
    """A member of a cluster that shares a contact."""
    text = "query ($c: [String!]) { members(filter: {clusters: $c}, first: 100) { nodes { id } } }"
    answer = json.loads((await gateway.run(Operation(text, variables={"c": [cluster]}, viewer=PARTNER))).body)
    for node in answer["data"]["members"]["nodes"]:
        if (ref := await _ref(gateway, registries, node["id"])) is not None:
            return node["id"], ref
    raise AssertionError("nobody shares a contact")


async def _wanted(gateway: Gateway, registries: AskedRegistries, *, anonymous: bool) -> tuple[str, str, str]:
    """A need in the second city whose owner shares a contact."""
    text = "query ($c: [String!]) { needs(filter: {clusters: $c}, first: 100) { nodes { id anonymous } } }"
    answer = json.loads((await gateway.run(Operation(text, variables={"c": [THERE]}, viewer=PARTNER))).body)
    for node in answer["data"]["needs"]["nodes"]:
        if node["anonymous"] is anonymous:
            posting = await registries.posting(node["id"])
            if isinstance(posting, Posting) and (ref := await _ref(gateway, registries, posting.owner)) is not None:
                return node["id"], posting.owner, ref
    raise AssertionError("there is no such need")


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
    settings = Settings(cursor_secret="for tests only", request_deadline=60, **BOUNDLESS)  # type: ignore[arg-type]
    bare = Gateway.of(settings, meeting.gateway.directory)
    operation = Operation(FORGET, variables={"m": meeting.sender}, viewer=meeting.sending)
    answer = json.loads((await bare.run(operation)).body)
    assert [each["extensions"]["code"] for each in answer["errors"]] == ["STORE_UNAVAILABLE"]


async def test_invariant_5_contacts_are_open_to_both_or_to_neither(meeting: Meeting) -> None:
    interest = await meeting.express()
    assert await meeting.contacts() == (None, None)
    release = await meeting.accept(interest)
    assert await meeting.contacts() == (meeting.receiver_ref, meeting.sender_ref)
    for stranger in (PARTNER, viewer(ViewerClass.COORDINATOR, THERE), _member(Reference("Member", THERE, "none").id)):
        answer = await meeting.answer(stranger, CONTACT, ids=[meeting.sender])
        if "errors" in answer:
            assert [each["extensions"]["code"] for each in answer["errors"]] == ["FORBIDDEN"]
        else:
            assert [each["contactPoint"] for each in answer["data"]["nodes"]] == [None]
    await meeting.run(meeting.receiving, REVOKE, id=release)
    assert await meeting.contacts() == (None, None)


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


async def test_interests_and_releases_are_nodes_for_those_whom_they_concern(meeting: Meeting) -> None:
    interest = await meeting.express()
    release = await meeting.accept(interest)
    text = "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }"
    found = [{"__typename": "ExpressionOfInterest", "id": interest}, {"__typename": "ContactRelease", "id": release}]
    for by in (meeting.sending, meeting.receiving, viewer(ViewerClass.COORDINATOR, HERE)):
        assert (await meeting.run(by, text, ids=[interest, release]))["nodes"] == found
    for by in (PARTNER, viewer(ViewerClass.COORDINATOR, "third"), _member(Reference("Member", HERE, "none").id)):
        assert (await meeting.run(by, text, ids=[interest, release]))["nodes"] == [None, None]
