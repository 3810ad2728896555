"""A member of each city that would build a consortium with the other, over the whole gateway and a real store."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from adapters.contract.codes import Level
from adapters.contract.viewers import Purpose, ViewerClass
from gateway.access.viewer import Viewer
from gateway.app import Gateway
from gateway.corridor.ports import Profile
from gateway.execution.operations import Operation
from gateway.execution.registries import AskedRegistries
from gateway.reference import Reference
from gateway.store import Store
from schemas.codes import DataCategory
from tests.viewers import PARTNER, viewer

NOWHERE = "postgresql://nobody@127.0.0.1:1/none"
HERE, THERE = "technomontreal", "canieti-occidente"
DRAFT = """
    mutation S06_Draft($iot: ConceptURI!, $maps: ConceptURI!, $ux: ConceptURI!) {
      createConsortium(input: {
        title: "Movilidad inteligente GDL–MTL", lang: "es-MX", targetMarkets: ["CO"],
        requirements: [
          {key: "iot", concept: $iot, minLevel: WORKING}, {key: "maps", concept: $maps, minLevel: AWARENESS},
          {key: "ux", concept: $ux, mandatory: false}
        ], rules: {minClusters: 2, minMembers: 2}
      }, idempotencyKey: "draft") {
        consortium {
          id state formable version title { text lang } blockers { code detail(lang: "es-MX") }
          suggestions(first: 3) {
            optimality infeasibleBecause { code }
            options {
              cost clusters { slug } coverage { requirement member level }
              members { score member { ... on Member { id displayName } } }
            }
          }
        }
        errors { code path message(lang: "es-MX") }
      }
    }
"""
INVITE = """
    mutation S07_Invite($c: ID!, $m: ID!, $until: DateTime!) {
      inviteToConsortium(
        consortiumId: $c, memberId: $m, role: PARTNER, covers: ["maps"], expiresAt: $until, expectedVersion: 1
      ) {
        seat { id state expiresAt version }
        consortium { version requirements { requirement { key } covered pendingBy { id } } }
        errors { code }
      }
    }
"""
ANSWER = """
    mutation ($s: ID!, $accept: Boolean!) {
      answerSeat(seatId: $s, accept: $accept, expectedVersion: 1) {
        seat { state version } consortium { version formable } errors { code }
      }
    }
"""
FORM = """
    mutation S08_Form($c: ID!, $version: Int!) {
      formConsortium(id: $c, expectedVersion: $version) {
        consortium {
          state clusters { slug } blockers { code nodes }
          requirements { requirement { key } covered coveredBy { member { ... on Member { displayName } } } }
          history { from to by byRole }
        }
        errors { code message }
      }
    }
"""


@dataclass(frozen=True, slots=True)
class Table:
    """A member of each city that consents to consortia, with what each can do."""

    gateway: Gateway
    store: Store
    lead: Profile
    partner: Profile

    async def answer(self, by: Viewer, text: str, **variables: Any) -> Any:
        """The answer to an operation."""
        return json.loads((await self.gateway.run(Operation(text, variables=variables, viewer=by))).body)

    async def run(self, by: Viewer, text: str, **variables: Any) -> Any:
        """The data of an operation, which has to have no errors of the request."""
        answer = await self.answer(by, text, **variables)
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    @property
    def leading(self) -> Viewer:
        """The first member."""
        return member(self.lead.id)

    @property
    def invited(self) -> Viewer:
        """The second member."""
        return member(self.partner.id)

    @property
    def concepts(self) -> Mapping[str, str]:
        """What the consortium needs: something of the first member, something of the second that the first lacks."""
        maps = next(each for each in self.partner.capabilities if each not in self.lead.capabilities)
        strongest = max(self.lead.capabilities, key=lambda each: list(Level).index(self.lead.capabilities[each]))
        return {"iot": strongest, "maps": maps, "ux": strongest}

    async def draft(self) -> Any:
        """A consortium of the first member."""
        return (await self.run(self.leading, DRAFT, **self.concepts))["createConsortium"]["consortium"]

    async def invite(self, consortium: str) -> Any:
        """An invitation of the second."""
        until = f"{datetime.now(UTC) + timedelta(days=30):%Y-%m-%dT%H:%M:%SZ}"
        return (await self.run(self.leading, INVITE, c=consortium, m=self.partner.id, until=until))[
            "inviteToConsortium"
        ]


def agreement(purpose: Purpose, category: DataCategory) -> str:
    """The SQL of an agreement between the two clusters on one purpose beside profiles, with its assessments."""
    return f"""
        insert into corridor.agreement (id, series, ordinal, purposes, state, signed_on)
        values (gen_random_uuid(), 'invented', 1, '{{PROFILE_EXCHANGE,{purpose}}}', 'IN_FORCE', current_date);
        insert into corridor.agreement_party (agreement, cluster, signed_on)
        select id, unnest(array['{HERE}', '{THERE}']), current_date from corridor.agreement;
        insert into corridor.privacy_assessment
            (agreement, from_cluster, to_cluster, data_categories, outcome, assessed_on, review_by)
        select one.agreement, one.cluster, other.cluster, '{{{category}}}', 'fine', current_date, current_date + 365
        from corridor.agreement_party as one
        join corridor.agreement_party as other on other.agreement = one.agreement and other.cluster <> one.cluster
    """


def member(id_: str) -> Viewer:
    found = viewer(ViewerClass.MEMBER, Reference.parse(id_).cluster, id_)
    return Viewer(found.kind, f"key:{id_[-12:]}", found.organisation, found.cluster, id_, found.scopes)


async def able(gateway: Gateway, registries: AskedRegistries, cluster: str) -> Profile:
    """A member of a cluster that consents to consortia and can do several things."""
    text = "query ($c: [String!]) { members(filter: {clusters: $c}, first: 100) { nodes { id } } }"
    answer = json.loads((await gateway.run(Operation(text, variables={"c": [cluster]}, viewer=PARTNER))).body)
    found = await registries.profiles([node["id"] for node in answer["data"]["members"]["nodes"]])
    able = [
        each
        for each in found.values()
        if isinstance(each, Profile)
        and Purpose.CONSORTIUM in each.purposes
        and len(each.capabilities) > 1
        and any(level is not Level.AWARENESS for level in each.capabilities.values())
    ]
    return able[0]
