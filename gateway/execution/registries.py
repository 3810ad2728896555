"""The registries as the corridor asks them: what it has to know of members and postings before it acts."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import orjson

from adapters.contract.answer import Row
from adapters.contract.codes import Level, OrgType, PostingStatus, Visibility
from adapters.contract.request import FetchRequest
from adapters.contract.shape import ID, Pick, Shape
from adapters.contract.viewers import Purpose
from gateway.corridor.ports import Absence, ContactState, Posting, Profile
from gateway.errors import ClientError
from gateway.execution.wording import unworded
from gateway.federation.directory import Directory
from gateway.federation.fanout import Answer, Outage, fetch
from gateway.federation.loaders import Found, load
from gateway.reference import Reference

__all__ = ["PROFILE", "AskedRegistries", "contact_reference", "values_of"]

PROFILE = Shape(
    "member",
    (
        Pick("country", "country"),
        Pick("org_type", "org_type"),
        Pick("purposes", "purposes"),
        Pick(
            "capabilities",
            "capabilities",
            shape=Shape("capability", (Pick("c", "concept", slot=0), Pick("l", "level"))),
        ),
    ),
)
"""What decides on seats and on what they cover."""
_POSTING = (Pick("status", "status"), Pick("valid_until", "valid_until"), Pick("anonymous", "anonymous"))
_OWNED = Pick("owner", "owner", shape=Shape("member", (Pick("id", ID),)))
_REF = Shape("contact", (Pick("ref", "ref"),))


class AskedRegistries:
    """Implements ``gateway.corridor.ports.Registries`` over the directory.

    Members and postings are read under the view that all parties to an agreement have, CORRIDOR, whoever asks: what is
    decided is the same for all of them. Two questions are asked of a registry beyond that, by key, and their answers
    stay here: whose an anonymous posting is, and whether a contact point may be shared.
    """

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    async def profiles(self, members: Sequence[str]) -> Mapping[str, Profile | Absence]:
        """The profiles of members by global ID: one statement for each registry."""
        references = {id_: self._reference(id_, {"Member"}) for id_ in dict.fromkeys(members)}
        known = {id_: each for id_, each in references.items() if each is not None}
        rows = await load(self._directory, lambda _: Visibility.CORRIDOR, [(each, PROFILE) for each in known.values()])
        found = {id_: _profile(known[id_], row) for id_, row in zip(known, rows, strict=True)}
        return {id_: found.get(id_, Absence.UNKNOWN) for id_ in references}

    async def posting(self, id_: str) -> Posting | Absence:
        """An offer or a need that is open to answers."""
        reference = self._reference(id_, {"Offer", "Need"})
        if reference is None:
            return Absence.UNKNOWN
        values = await self._one(reference, Visibility.CORRIDOR, (*_POSTING, _OWNED))
        if isinstance(values, Absence):
            return values
        if values["status"] != PostingStatus.PUBLISHED or values["valid_until"] < f"{datetime.now(UTC):%Y-%m-%d}":
            return Absence.GONE
        if values["anonymous"]:
            values |= await self._owner(reference)
        if not values["owner"]:
            return Absence.SILENT
        return Posting(id_, reference.cluster, values["owner"]["id"], anonymous=values["anonymous"])

    async def contact(self, member: str, ref: str) -> ContactState | Absence:
        """Whether a member's contact point is there, and the member consents to share it."""
        reference = self._reference(member, {"Member"})
        if reference is None:
            return Absence.UNKNOWN
        key = contact_reference(reference, ref)
        for view, state in (
            (Visibility.MUTUAL, ContactState.SHAREABLE),
            (Visibility.PRIVATE, ContactState.NOT_CONSENTED),
        ):
            answer = await fetch(self._directory[key.cluster], FetchRequest((key.key,), _REF, view))
            if isinstance(answer, Outage):
                return Absence.SILENT
            if answer.value:
                return state
        return ContactState.MISSING

    async def _owner(self, reference: Reference) -> Mapping[str, Any]:
        owned = await self._one(reference, Visibility.PRIVATE, (_OWNED,))
        return {"owner": None} if isinstance(owned, Absence) else owned

    async def _one(self, reference: Reference, view: Visibility, picks: Iterable[Pick]) -> dict[str, Any] | Absence:
        request = FetchRequest((reference.key,), Shape(reference.typename.lower(), tuple(picks)), view)
        answer = await fetch(self._directory[reference.cluster], request)
        if isinstance(answer, Answer) and not answer.value:
            return Absence.GONE
        # A row that breaks the contract says nothing that could be relied on.
        return Absence.SILENT if isinstance(answer, Outage) or answer.value[0].broken else values_of(answer.value[0])

    def _reference(self, id_: str, typenames: set[str]) -> Reference | None:
        """The reference of an ID; None where it is of another kind, or of a cluster that the gateway does not serve."""
        try:
            reference = Reference.parse(id_)
        except ClientError:
            return None
        served = reference.typename in typenames and reference.cluster in self._directory
        return reference if served else None


def contact_reference(member: Reference, ref: str) -> Reference:
    """What a contact point of a member is fetched by."""
    return Reference("ContactPoint", member.cluster, f"{member.key}/{ref}")


def values_of(row: Row) -> dict[str, Any]:
    """What a registry gave for a shape, by response key, its codes bare."""
    values: dict[str, Any] = (row.value or {}) if row.text is None else orjson.loads(unworded(row.text))
    return values


def _profile(reference: Reference, row: Found) -> Profile | Absence:
    match row:
        case None:
            return Absence.GONE
        case Row(broken=False):
            values = values_of(row)
            return Profile(
                id=reference.id,
                cluster=reference.cluster,
                country=values["country"],
                org_type=OrgType(values["org_type"]),
                capabilities={each["c"]: Level(each["l"]) for each in values["capabilities"]},
                purposes=frozenset(Purpose(each) for each in values["purposes"]),
            )
        case _:  # silent, or it says what no registry may: nothing follows from that for the member
            return Absence.SILENT
