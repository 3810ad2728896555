"""A member of each city with a contact that it shares, and a need of one, over the whole gateway and a real store."""

import json
from dataclasses import dataclass, field
from typing import Any

from gateway.access.viewer import Viewer
from gateway.app import Gateway
from gateway.corridor.ports import ContactState, Posting
from gateway.execution.operations import Operation
from gateway.execution.registries import AskedRegistries
from gateway.store import Store
from tests.acceptance.table import THERE, member
from tests.viewers import PARTNER

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
CONTACT = """
    query ($ids: [ID!]!) {
      nodes(ids: $ids) { ... on Member { id contactPoint { ref name email phone preferredLanguage } } }
    }
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


@dataclass(frozen=True, slots=True)
class Meeting:
    """A member of each city with a contact that it shares, and a need of the second."""

    gateway: Gateway
    store: Store
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
        return member(self.sender)

    @property
    def receiving(self) -> Viewer:
        """The second member."""
        return member(self.receiver)


async def sharing(gateway: Gateway, registries: AskedRegistries, cluster: str) -> tuple[str, str]:
    """A member of a cluster that shares a contact."""
    text = "query ($c: [String!]) { members(filter: {clusters: $c}, first: 100) { nodes { id } } }"
    answer = json.loads((await gateway.run(Operation(text, variables={"c": [cluster]}, viewer=PARTNER))).body)
    for node in answer["data"]["members"]["nodes"]:
        if (ref := await _ref(gateway, registries, node["id"])) is not None:
            return node["id"], ref
    raise AssertionError("nobody shares a contact")


async def wanted(gateway: Gateway, registries: AskedRegistries, *, anonymous: bool) -> tuple[str, str, str]:
    """A need in the second city whose owner shares a contact."""
    text = "query ($c: [String!]) { needs(filter: {clusters: $c}, first: 100) { nodes { id anonymous } } }"
    answer = json.loads((await gateway.run(Operation(text, variables={"c": [THERE]}, viewer=PARTNER))).body)
    for node in answer["data"]["needs"]["nodes"]:
        if node["anonymous"] is anonymous:
            posting = await registries.posting(node["id"])
            if isinstance(posting, Posting) and (ref := await _ref(gateway, registries, posting.owner)) is not None:
                return node["id"], posting.owner, ref
    raise AssertionError("there is no such need")


async def _ref(gateway: Gateway, registries: AskedRegistries, id_: str) -> str | None:
    """What a member shares one of its contacts by."""
    text = "{ viewer { member { ... on Member { contacts { ref } } } } }"
    answer = json.loads((await gateway.run(Operation(text, viewer=member(id_)))).body)
    for contact in answer["data"]["viewer"]["member"]["contacts"]:
        if await registries.contact(id_, contact["ref"]) is ContactState.SHAREABLE:
            return str(contact["ref"])
    return None
