"""A gateway with something in its store to act on, and what its operations are to name."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from gateway.reference import Reference
from tests.http.conftest import HEADERS, Staged
from tests.http.conversation import Events
from tests.http.places import SCHEMA, Operation, operation
from tests.http.served import errors_of

__all__ = ["Scene", "answered", "furnish"]

_COORDINATED = ("Agreement", "Privacy", "publishOpportunity", "screenInterest", "forgetMember")
_OF_A_CLUSTER = "Subscription.interestChanged(after:)"
"""Where no member is named, as the arguments that are optional are left out."""
_MATCHED = "Query.partnerMatches(memberId:)"

_VERSIONS = """query ($ids: [ID!]!) { nodes(ids: $ids) {
  id
  ... on Agreement { version } ... on ExpressionOfInterest { version } ... on Consortium { version }
  ... on Seat { version }
} }"""
_WHO = "{ viewer { cluster { slug } member { ... on Member { id contacts { ref } } } } }"
_CONCEPT = "{ offers(first: 1) { nodes { concepts { uri } } } }"
_AGREE = """mutation ($parties: [String!]!) {
  registerAgreement(series: "strings", parties: $parties, purposes: [CONSORTIUM]) {
    agreement { id } errors { code message }
  }
}"""
_PUBLISH = """mutation ($concept: ConceptURI!, $at: DateTime!) {
  publishOpportunity(input: {
    kind: TENDER, title: "Sensors", lang: "en", market: "MX", closesAt: $at
    requirements: [{key: "x", concept: $concept}]
  }) { errors { code message } }
}"""
_CREATE = """mutation ($concept: ConceptURI!) {
  createConsortium(input: {
    title: "Sensors", lang: "en", targetMarkets: ["MX"], requirements: [{key: "x", concept: $concept}]
  }) { consortium { id version lead { id } } errors { code message } }
}"""
_RECRUIT = """mutation ($id: ID!, $version: Int!) {
  recruitConsortium(id: $id, expectedVersion: $version) { consortium { version } errors { code message } }
}"""
_FILE = """mutation ($id: ID!, $version: Int!, $sha256: String!, $custodian: String!) {
  addDocument(consortiumId: $id, kind: NDA, sha256: $sha256, custodian: $custodian, expectedVersion: $version) {
    document { id } errors { code message }
  }
}"""
_EXPRESS = """mutation ($about: ID!, $ref: String!) {
  expressInterest(aboutId: $about, lang: "en", message: "Hello", shareContactRef: $ref, idempotencyKey: "scene") {
    interest { id version } errors { code message }
  }
}"""
_ACCEPT = """mutation ($id: ID!, $version: Int!, $ref: String!) {
  answerInterest(id: $id, accept: true, expectedVersion: $version, shareContactRef: $ref) {
    interest { release { id } } errors { code message }
  }
}"""


@dataclass(frozen=True, slots=True)
class Scene:
    """A gateway, and literals for the arguments of its operations, as ``places.operation`` takes them.

    ``subjects`` are the IDs of what mutations are about, by what their names hold.
    """

    staged: Staged
    given: Mapping[str, str]
    subjects: Mapping[str, str]

    @property
    def url(self) -> str:
        """Its address."""
        return self.staged.url

    async def operation(self, client: httpx.AsyncClient, place: str) -> Operation:
        """The operation for a place, on what is there as it is now."""
        given = dict(self.given)
        if "needId" in place:  # a need or a member is matched, never both
            del given[_MATCHED]
        found = await _run(client, self.staged.login("Coordinator"), _VERSIONS, ids=[*{*self.subjects.values()}])
        versions = {each["id"]: each.get("version", 1) for each in found}
        for name in _mutations():
            id_ = next(found for subject, found in self.subjects.items() if subject in name)
            given[f"Mutation.{name}(id:)"] = json.dumps(id_)
            given[f"Mutation.{name}(expectedVersion:)"] = str(versions[id_])
        return operation(place, given)

    def login(self, place: str, field: str) -> dict[str, str]:
        """The headers of who may do what is done at a place, which is sent by this field of a root."""
        near, far = _members(self.staged)
        if "disclosures" in place:
            who = "Privacy officer"
        elif any(each in field for each in _COORDINATED) or place == _OF_A_CLUSTER:
            who = "Coordinator"
        else:
            who = far if field in {"answerInterest", "applyToConsortium"} else near
        return {**HEADERS, **self.staged.login(who)}


async def furnish(staged: Staged) -> Scene:
    """Has the members of two cities and a coordinator begin something of each kind.

    The member of the coordinator's city, the near one, leads a consortium that recruits, and is interested in the other
    one; it has accepted the interest of that.
    """
    near, far = _members(staged)
    async with httpx.AsyncClient(base_url=staged.url, timeout=20, headers=HEADERS) as client:

        async def run(who: str, query: str, **variables: object) -> Any:
            return await _run(client, staged.login(who), query, **variables)

        viewers = {who: await run(who, _WHO) for who in (near, far)}
        own, other = (viewers[who]["member"] for who in (near, far))
        slugs = [viewers[who]["cluster"]["slug"] for who in (near, far)]
        concept = (await run(near, _CONCEPT))["nodes"][0]["concepts"][0]["uri"]
        soon = f"{datetime.now(UTC) + timedelta(days=30):%Y-%m-%dT%H:%M:%SZ}"
        agreement = (await run("Coordinator", _AGREE, parties=slugs))["agreement"]
        await run("Coordinator", _PUBLISH, concept=concept, at=soon)
        led = (await run(near, _CREATE, concept=concept))["consortium"]
        recruiting = (await run(near, _RECRUIT, id=led["id"], version=led["version"]))["consortium"]
        filed = await run(near, _FILE, id=led["id"], version=recruiting["version"], sha256="0" * 64, custodian=slugs[0])
        met = (await run(far, _EXPRESS, about=own["id"], ref=other["contacts"][0]["ref"]))["interest"]
        accepted = await run(near, _ACCEPT, **met, ref=own["contacts"][0]["ref"])
        interest = (await run(near, _EXPRESS, about=other["id"], ref=own["contacts"][0]["ref"]))["interest"]

    subjects = {
        "Agreement": agreement["id"],
        "Privacy": agreement["id"],
        "Interest": interest["id"],
        "Release": accepted["interest"]["release"]["id"],
        "Seat": led["lead"]["id"],
        "leaveConsortium": led["lead"]["id"],
        "": led["id"],
    }
    given: dict[str, object] = {
        "String": "x", "Int": 1, "Boolean": True, "Date": soon[:10], "DateTime": soon, "LanguageTag": "en",
        "CountryCode": "MX", "CurrencyCode": "MXN", "ConceptURI": concept, "parties": slugs, "toCluster": slugs[1],
        "custodian": slugs[0], "sha256": "1" * 64, "amount": "1", "aboutId": other["id"], "memberId": own["id"],
        "consortiumId": led["id"], "seatId": led["lead"]["id"], "documentId": filed["document"]["id"],
        "shareContactRef": own["contacts"][0]["ref"], "covers": ["x"], "assessedOn": f"{datetime.now(UTC):%Y-%m-%d}",
        _MATCHED: own["id"],
        "Subscription.consortiumChanged(id:)": led["id"],
        "Mutation.shortlistMember(memberId:)": other["id"],
        "Mutation.inviteToConsortium(memberId:)": other["id"],
        "Mutation.forgetMember(memberId:)": Reference("Member", slugs[0], "nobody").id,
    }  # fmt: skip
    required = f'[{{key: "x", concept: {json.dumps(concept)}}}]'
    written = {"role": "PARTNER", "CreateConsortiumInput.requirements": required}
    return Scene(staged, {name: json.dumps(value) for name, value in given.items()} | written, subjects)


async def answered(
    client: httpx.AsyncClient, made: Operation, content: str, headers: Mapping[str, str]
) -> tuple[set[str], Sequence[Any]]:
    """The codes of an answer, or of the first event of a stream, and the failures in a payload."""
    if made.kind == "subscription":
        headers = {**headers, "accept": "text/event-stream"}
        async with client.stream("POST", "/graphql", content=content, headers=headers) as response:
            if response.status_code == 200:
                event = await Events(response).next()
                assert event is not None
                answer = event[1]
            else:
                await response.aread()
                errors_of(response)
                answer = response.json()
    else:
        response = await client.post("/graphql", content=content, headers=headers)
        errors_of(response)
        answer = response.json()
    payload = (answer.get("data") or {}).get(made.field)
    failures = payload.get("errors", ()) if isinstance(payload, dict) else ()
    return {each["extensions"]["code"] for each in answer.get("errors", ())}, failures


async def _run(client: httpx.AsyncClient, login: Mapping[str, str], query: str, **variables: object) -> Any:
    """What an operation gives, which has to do what it is asked to."""
    content = json.dumps({"query": query, "variables": variables})
    answer = (await client.post("/graphql", content=content, headers={**HEADERS, **login})).json()
    assert "errors" not in answer, answer
    (found,) = answer["data"].values()
    assert not (isinstance(found, dict) and found.get("errors")), found
    return found


def _mutations() -> list[str]:
    of = SCHEMA.mutation_type
    assert of is not None
    return list(of.fields)


def _members(staged: Staged) -> list[str]:
    """The names of the two members: the one of the coordinator's city, and the other."""
    return [name for name in staged.keys if name.startswith("Member in ")]
