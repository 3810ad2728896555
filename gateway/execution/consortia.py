"""Consortia and opportunities for one request: what the schema's resolvers call."""

from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any
from uuid import UUID

from strawberry.dataloader import DataLoader

from gateway.corridor.acts import Command, Result
from gateway.corridor.consortia import Draft
from gateway.corridor.consortium import Consortium as Found
from gateway.corridor.consortium import Document, Requirement, Rules
from gateway.corridor.coverage import Assessment
from gateway.corridor.failures import Failed
from gateway.corridor.opportunities import Opportunity, Terms
from gateway.corridor.ports import Profile
from gateway.errors import ClientError, ErrorCode
from gateway.execution.acting import attempted, check_page, stored
from gateway.execution.building import Building
from gateway.execution.composing import Standing
from gateway.execution.judging import Judging
from gateway.reference import own_key
from schemas import consortium as schema
from schemas.codes import ConsortiumState, DocumentKind, SeatRole
from schemas.composition import Blocker, CompositionResult
from schemas.consortium_acts import ConsortiumPayload, CreateConsortiumInput, DocumentPayload, SeatPayload
from schemas.context import Info
from schemas.opportunity import (
    ConsortiumRules,
    ConsortiumRulesInput,
    Money,
    OpportunityPayload,
    PublishOpportunityInput,
    RequirementInput,
    TypeQuota,
)
from schemas.opportunity import Opportunity as ShownOpportunity
from schemas.transition import Transition, moment

if TYPE_CHECKING:
    from gateway.execution.context import RequestContext

__all__ = ["Consortia"]

_MOST_TEAMS = 3


class Consortia:
    """Implements ``schemas.context.Consortia``; without a store everything is STORE_UNAVAILABLE.

    What one request has to know of members for all consortia that it shows is asked together: one statement for each
    registry.
    """

    def __init__(self, context: "RequestContext", building: Building | None) -> None:
        self._context = context
        self._viewer = context.viewer
        self._given = building

    async def create(self, info: Info, given: CreateConsortiumInput) -> ConsortiumPayload:
        """Creates a consortium."""
        return await self._consortium(lambda: self._building.consortia.create(self._command(info), _draft(given)))

    async def recruit(self, info: Info, id_: str, version: int) -> ConsortiumPayload:
        """Has a consortium look for members."""
        return await self._consortium(lambda: self._building.consortia.recruit(self._command(info), id_, version))

    async def form(self, info: Info, id_: str, version: int) -> ConsortiumPayload:
        """Forms a consortium."""
        return await self._consortium(lambda: self._building.consortia.form(self._command(info), id_, version))

    async def dissolve(self, info: Info, id_: str, version: int) -> ConsortiumPayload:
        """Gives a consortium up."""
        return await self._consortium(lambda: self._building.consortia.dissolve(self._command(info), id_, version))

    async def activate(self, info: Info, id_: str, version: int) -> ConsortiumPayload:
        """Has a consortium begin its work."""
        return await self._consortium(lambda: self._building.consortia.activate(self._command(info), id_, version))

    async def close(self, info: Info, id_: str, version: int) -> ConsortiumPayload:
        """Ends a consortium whose work is done."""
        return await self._consortium(lambda: self._building.consortia.close(self._command(info), id_, version))

    async def shortlist(  # noqa: PLR0913 - as the mutation
        self, info: Info, consortium: str, member: str, role: SeatRole, covers: Sequence[str], version: int
    ) -> SeatPayload:
        """Considers a member."""
        return await self._seat(
            lambda: self._building.seats.shortlist(self._command(info), consortium, member, role, covers, version)
        )

    async def invite(  # noqa: PLR0913 - as the mutation
        self,
        info: Info,
        consortium: str,
        member: str,
        role: SeatRole,
        covers: Sequence[str],
        expires_at: str,
        version: int,
    ) -> SeatPayload:
        """Invites a member."""
        return await self._seat(
            lambda: self._building.seats.invite(
                self._command(info), consortium, member, role, covers, expires_at, version
            )
        )

    async def apply(self, info: Info, consortium: str, role: SeatRole, covers: Sequence[str]) -> SeatPayload:
        """Applies for the viewer's member."""
        return await self._seat(lambda: self._building.seats.apply(self._command(info), consortium, role, covers))

    async def answer(self, info: Info, seat: str, version: int, *, accept: bool) -> SeatPayload:
        """Answers an invitation or an application."""
        return await self._seat(lambda: self._building.seats.answer(self._command(info), seat, version, accept=accept))

    async def revoke(self, info: Info, seat: str, version: int) -> SeatPayload:
        """Takes an invitation back."""
        return await self._seat(lambda: self._building.seats.revoke(self._command(info), seat, version))

    async def leave(self, info: Info, seat: str, reason: str | None, version: int) -> SeatPayload:
        """Has a member leave."""
        return await self._seat(lambda: self._building.seats.leave(self._command(info), seat, reason, version))

    async def remove(self, info: Info, seat: str, reason: str, version: int) -> SeatPayload:
        """Removes a member."""
        return await self._seat(lambda: self._building.seats.remove(self._command(info), seat, reason, version))

    async def add_document(  # noqa: PLR0913 - as the mutation
        self, info: Info, consortium: str, kind: DocumentKind, sha256: str, custodian: str, version: int
    ) -> DocumentPayload:
        """Adds a document."""
        return await self._document(
            lambda: self._building.documents.add(self._command(info), consortium, kind, sha256, custodian, version)
        )

    async def sign(self, info: Info, document: str, seat: str, method: str) -> DocumentPayload:
        """Records that a member has signed a document."""
        return await self._document(lambda: self._building.documents.sign(self._command(info), document, seat, method))

    async def publish(self, info: Info, given: PublishOpportunityInput) -> OpportunityPayload:
        """Publishes an opportunity."""
        done, errors = await attempted(lambda: self._building.opportunities.publish(self._command(info), _terms(given)))
        shown = None if done is None else await self.opportunity(UUID(done["opportunity"]))
        return OpportunityPayload(opportunity=shown, errors=errors)

    async def opportunities(
        self, open_on: str | None, concepts: Sequence[str] | None, first: int, after: str | None
    ) -> list[ShownOpportunity]:
        """A page of opportunities."""
        check_page(first)
        behind = None if after is None else own_key(after, "Opportunity")
        with _told():
            found = await self._building.opportunities.page(self._viewer, first, behind, open_on, concepts)
        return [ShownOpportunity(source=each) for each in found]

    async def opportunity(self, key: UUID | None) -> ShownOpportunity | None:
        """An opportunity by its key; None where the viewer may not know of it."""
        found = None if key is None else await self._opportunities.load(key)
        return None if found is None else ShownOpportunity(source=found)

    async def of_viewer(self, state: ConsortiumState | None, first: int, after: str | None) -> list[schema.Consortium]:
        """The consortia that concern the viewer."""
        check_page(first)
        behind = None if after is None else own_key(after, "Consortium")
        found = await self._building.consortia.of(self._viewer, state, first, behind)
        return [schema.Consortium(source=each) for each in found]

    async def nodes(self, typename: str, keys: Collection[UUID]) -> Mapping[UUID, Any]:
        """What global IDs of the corridor of one type point to; what the viewer may not know of is not among them."""
        building, viewer = self._building, self._viewer
        match typename:
            case "Opportunity":
                opportunities = await building.opportunities.read(keys, viewer)
                return {key: ShownOpportunity(source=each) for key, each in opportunities.items()}
            case "Consortium":
                consortia = await building.consortia.read(keys, viewer)
                return {key: schema.Consortium(source=each) for key, each in consortia.items()}
            case "Seat":
                seats = await building.seats.read(keys, viewer)
                return {key: schema.Seat(source=each) for key, (_, each) in seats.items()}
            case "ConsortiumDocument":
                papers = await building.documents.read(keys, viewer)
                return {key: schema.ConsortiumDocument(source=each, of=of) for key, (of, each) in papers.items()}
            case _:
                return {}

    async def node(self, typename: str, key: UUID) -> Any:
        """The same for one; None where there is nothing that the viewer may know of."""
        return (await self.nodes(typename, [key])).get(key)

    async def coverage(self, found: Found) -> list[schema.RequirementCoverage]:
        """The requirements of a consortium, and who covers them."""
        return [
            schema.RequirementCoverage(
                requirement=each.requirement,  # type: ignore[arg-type]  # it has what Requirement reads
                covered=bool(each.covered_by),
                covered_by=[schema.Seat(source=seat) for seat in each.covered_by],
                pending_by=[schema.Seat(source=seat) for seat in each.pending_by],
            )
            for each in (await self._assessment(found)).coverage
        ]

    async def blockers(self, found: Found) -> list[Blocker]:
        """What is in the way of a consortium."""
        return [Blocker(source=each) for each in (await self._assessment(found)).blockers]

    async def formable(self, found: Found) -> bool:
        """Whether nothing is."""
        return (await self._assessment(found)).formable

    async def history(self, found: Found) -> list[Transition]:
        """The states that a consortium has gone through."""
        return [Transition(source=each) for each in await self._histories.load(found.key)]

    async def suggestions(self, found: Found, first: int) -> CompositionResult:
        """The best teams for a consortium."""
        if not 1 <= first <= _MOST_TEAMS:
            raise ClientError(ErrorCode.BAD_INPUT, f"`first` must be from 1 to {_MOST_TEAMS}, not {first}.")
        assessment, profiles = await self._judging.of(found)
        known = {id_: each for id_, each in profiles.items() if isinstance(each, Profile)}
        standing = Standing(found, assessment, known, self._building.consortia.quorum.concepts.within)
        return await self._building.compose(self._context, standing, first)

    def rules(self, rules: Rules | None) -> ConsortiumRules | None:
        """Rules as the schema shows them."""
        if rules is None:
            return None
        return ConsortiumRules(
            min_members=rules.min_members,
            min_clusters=rules.min_clusters,
            min_countries=rules.min_countries,
            max_members=rules.max_members,
            lead_types=list(rules.lead_types) or None,
            required_types=[TypeQuota(org_type=each, min=number) for each, number in rules.required_types.items()],
        )

    def budget(self, found: Opportunity) -> Money | None:
        """What an opportunity is worth."""
        if found.budget is None or found.currency is None:
            return None
        return Money(amount=f"{found.budget:f}", currency=found.currency)  # type: ignore[arg-type]

    def clusters(self, found: Found) -> list[Any]:
        """The clusters of those who take part, of those that are served."""
        return [each for code in found.clusters if (each := self._context.cluster(code)) is not None]

    def signatures(self, found: Found, paper: Document) -> list[schema.Signature]:
        """The signatures of a document."""
        return [
            schema.Signature(seat=schema.Seat(source=seat), signed_at=moment(each.signed_at), method=each.method)
            for each in paper.signatures
            if (seat := found.seat(each.seat)) is not None
        ]

    @property
    def _building(self) -> Building:
        return stored(self._given)

    def _command(self, info: Info) -> Command:
        """What the field that is being resolved asks to be done, by its own name and with all its arguments."""
        given = dict(self._context.arguments(info))
        return Command(self._viewer, info.field_name, given, given.pop("idempotencyKey", None))

    async def _consortium(self, act: Callable[[], Awaitable[Result]]) -> ConsortiumPayload:
        done, errors = await attempted(act)
        found = None if done is None else await self.node("Consortium", UUID(done["consortium"]))
        return ConsortiumPayload(consortium=found, errors=errors)

    async def _seat(self, act: Callable[[], Awaitable[Result]]) -> SeatPayload:
        done, errors = await attempted(act)
        if done is None:
            return SeatPayload(seat=None, consortium=None, errors=errors)
        key = UUID(done["seat"])
        seats = await self._building.seats.read([key], self._viewer)
        found, seat = seats.get(key, (None, None))
        return SeatPayload(
            seat=None if seat is None else schema.Seat(source=seat),
            consortium=None if found is None else schema.Consortium(source=found),
            errors=[],
        )

    async def _document(self, act: Callable[[], Awaitable[Result]]) -> DocumentPayload:
        done, errors = await attempted(act)
        paper = None if done is None else await self.node("ConsortiumDocument", UUID(done["document"]))
        return DocumentPayload(
            document=paper, consortium=None if paper is None else schema.Consortium(source=paper.of), errors=errors
        )

    async def _assessment(self, found: Found) -> Assessment:
        return (await self._judging.of(found))[0]

    @cached_property
    def _judging(self) -> Judging:
        return Judging(self._context, self._building.consortia.quorum)

    @cached_property
    def _opportunities(self) -> DataLoader[UUID, Opportunity | None]:
        async def load(keys: list[UUID]) -> list[Opportunity | None]:
            found = await self._building.opportunities.read(keys, self._viewer)
            return [found.get(each) for each in keys]

        return DataLoader(load_fn=load)

    @cached_property
    def _histories(self) -> DataLoader[UUID, Sequence[Any]]:
        async def load(keys: list[UUID]) -> list[Sequence[Any]]:
            found = await self._building.consortia.histories(keys)
            return [found.get(each, ()) for each in keys]

        return DataLoader(load_fn=load)


@contextmanager
def _told() -> Iterator[None]:
    """What cannot be asked for is an error of the request where there is no payload to say so."""
    try:
        yield
    except Failed as failed:
        raise ClientError(ErrorCode.BAD_INPUT, failed.failures[0].message()) from None


def _draft(given: CreateConsortiumInput) -> Draft:
    return Draft(
        title=given.title,
        lang=given.lang,
        target_markets=tuple(given.target_markets),
        requirements=None if given.requirements is None else _requirements(given.requirements),
        rules=_rules(given.rules, "input", "rules"),
        opportunity=given.opportunity_id,
        lead_covers=None if given.lead_covers is None else tuple(given.lead_covers),
    )


def _terms(given: PublishOpportunityInput) -> Terms:
    return Terms(
        kind=given.kind,
        title=given.title,
        lang=given.lang,
        market=given.market,
        requirements=_requirements(given.requirements),
        closes_at=given.closes_at,
        issuer=given.issuer,
        rules=_rules(given.rules, "input", "rules"),
        budget=None if given.budget is None else (given.budget.amount, given.budget.currency),
        opens_on=given.opens_on,
        source_url=given.source_url,
    )


def _requirements(given: Sequence[RequirementInput]) -> tuple[Requirement, ...]:
    return tuple(Requirement(each.key, each.concept, each.min_level, each.weight, each.mandatory) for each in given)


def _rules(given: ConsortiumRulesInput | None, *path: str) -> Rules | None:
    """Rules as they were given; Failed where a type is named twice, which the domain's form of them cannot say."""
    if given is None:
        return None
    required = given.required_types or []
    if len({each.org_type for each in required}) < len(required):
        raise Failed.because("draft_types", *path, "requiredTypes", most=given.max_members or 50)
    return Rules(
        min_members=given.min_members,
        min_clusters=given.min_clusters,
        min_countries=given.min_countries,
        max_members=given.max_members,
        lead_types=tuple(dict.fromkeys(given.lead_types or ())),
        required_types={each.org_type: each.min for each in required},
    )
