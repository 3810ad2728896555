"""The gateway for one request: what the schema's resolvers call, and what the plans of its operation share."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from functools import cached_property
from typing import Any
from uuid import UUID

from graphql import GraphQLError, GraphQLResolveInfo
from strawberry.dataloader import DataLoader

from adapters.contract.answer import Row
from adapters.contract.codes import SourceStatus, Visibility
from adapters.contract.request import Ordering, PageRequest, Where
from gateway.access.viewer import Viewer
from gateway.corridor.ports import Posting
from gateway.errors import ErrorCode, SourceFailure
from gateway.execution.agreements import ViewerAgreements
from gateway.execution.consortia import Consortia
from gateway.execution.contacts import Contacts
from gateway.execution.crossing import Crossing
from gateway.execution.disclosed import Disclosed
from gateway.execution.facts import Facts, Services
from gateway.execution.following import Following
from gateway.execution.interests import ViewerInterests
from gateway.execution.log import disclosures
from gateway.execution.matches import Matches
from gateway.execution.registries import AskedRegistries
from gateway.execution.rendering import Rendering
from gateway.execution.selection import Asked, Selections
from gateway.execution.writing import Writing
from gateway.federation.fanout import Outage
from gateway.federation.loaders import Found, Key, Load, gathered, load
from gateway.reference import Reference
from schemas.connection import SourceReport
from schemas.context import Info
from schemas.enums import UnavailableReason
from schemas.member import MemberUnavailable

__all__ = ["RequestContext"]

_MOST_PROGRAMMES = 1000
_GONE = UnavailableReason.WITHDRAWN
"""Who was a member and is not shown any more has withdrawn, for all that a registry says."""


class RequestContext(Facts):
    """Implements ``schemas.context.Context``. ``errors`` gathers what the answer has to say beside its data.

    ``partial`` says that the data itself tells of a registry that did not answer; ``disclosed``, of which members.
    ``answer`` gives the value of a root field by its response key: the operation's plan sets it before the executor is
    entered. ``alone``: the operation has one root field.
    """

    def __init__(self, services: Services, viewer: Viewer, *, alone: bool = False) -> None:
        super().__init__(services)
        self.viewer = viewer
        self.own_member = None if viewer.member is None else Reference.parse(viewer.member)
        self.crossing = Crossing(services.corridor.agreements, viewer)
        self.disclosed = Disclosed(viewer, self.own_member)
        self.errors: list[GraphQLError] = []
        self.partial = False
        self.answer: Callable[[str], Awaitable[Any]] = _unplanned
        self._renderings: dict[tuple[str, tuple[int, ...]], Rendering] = {}
        self._alone = alone
        self._see = self._sees if self.own_member is None else self._sees_own

    async def rows(self, keys: Sequence[Key], *, nested: bool = False) -> Sequence[Found]:
        """What is found by reference; ``nested``: for one of many fields that ask at the same moment."""
        sight = await self.crossing.sight(reference.cluster for reference, _ in keys)
        alone = self._alone and not nested
        found = await (load(self.services.directory, self._see, keys) if alone else self._gathered(keys))
        self.disclosed.rows(keys, found, sight)
        return found

    async def root(self, info: Info) -> Any:
        """What the registries give for a root field."""
        return await self.answer(str(_raw(info).path.key))

    async def source_healths(self) -> AsyncGenerator[SourceReport, None]:
        """How each registry stands now, and then each change."""
        async with aclosing(self.services.directory.healths()) as found:
            async for source, health in found:
                yield SourceReport(
                    cluster=self.services.cluster(source.cluster.code),
                    status=health,
                    returned=0,
                    total=None,
                    as_of=None,
                    latency_ms=None,
                    retryable=health not in {SourceStatus.OK, SourceStatus.NOT_AUTHORISED},
                )

    async def programmes(self, info: Info, slug: str) -> Any:
        """The programmes of a cluster."""
        rows = self.rendering("Programme", info)
        sight = await self.crossing.sight([slug])
        where = Where("programme", view=sight.view(slug))
        request = PageRequest(where, Ordering("CODE"), _MOST_PROGRAMMES, shape=rows.shape)
        answer = (await sight.ask(self.services.directory, [slug], lambda registry: registry.page(request)))[slug]
        if isinstance(answer, Outage):
            raise answer.failure
        return rows.many(answer.value)

    def who(self) -> Viewer:
        """Who asks."""
        return self.viewer

    async def own(self, info: Info) -> Any:
        """The member that the viewer acts for; None where there is none."""
        if self.own_member is None or self.own_member.cluster not in self.services.directory:
            return None
        found = await self.member(info, self.own_member.id)
        return None if isinstance(found, MemberUnavailable) and found.reason is _GONE else found

    async def member(self, info: Info, id: str) -> Any:  # noqa: A002 - as the schema names it
        """A member by global ID, or why it cannot be shown."""
        reference = Reference.parse(id)
        if reference.cluster not in self.services.directory:
            return self.unavailable(reference, UnavailableReason.NOT_VISIBLE)
        rendering = self.rendering("Member", info)
        (found,) = await self.rows([(reference, rendering.shape)], nested=True)
        match found:
            case Row():
                return rendering.one(found)
            case Outage():
                return self.unanswered(reference, found.failure)
            case None:
                return self.unavailable(reference, _GONE)

    async def contact(self, info: Info, id: str) -> Any:  # noqa: A002 - as the schema names it
        """The contact that a member shares with the viewer's own; None where there is no release."""
        return await self._contacts.of(info, id)

    async def owned(self, reference: Reference) -> Any:
        """What the ID of something that the corridor owns points to; None where the viewer may not know of it."""
        return await self._owned.load((reference.typename, UUID(reference.key)))

    async def disclosures(self, first: int, after: str | None) -> Any:
        """A page of what the viewer may read of the disclosure log."""
        return await disclosures(self.services, self.viewer, first, after)

    @cached_property
    def _gathered(self) -> Load:
        """What several fields ask for at the same moment, together."""
        return gathered(self.services.directory, self._see)

    @cached_property
    def _owned(self) -> DataLoader[tuple[str, UUID], Any]:
        """What the corridor owns: one statement for all of a type that is asked for at the same moment."""

        async def load(asked: list[tuple[str, UUID]]) -> list[Any]:
            keys: dict[str, list[UUID]] = {}
            for typename, key in asked:
                keys.setdefault(typename, []).append(key)
            found = {typename: await self._nodes(typename, wanted) for typename, wanted in keys.items()}
            return [found[typename].get(key) for typename, key in asked]

        return DataLoader(load_fn=load, cache=False)

    async def _nodes(self, typename: str, keys: Sequence[UUID]) -> Mapping[UUID, Any]:
        match typename:
            case "Agreement":
                return await self.agreements.nodes(typename, keys)
            case "ExpressionOfInterest" | "ContactRelease":
                return await self.interests.nodes(typename, keys)
            case _:
                return await self.consortia.nodes(typename, keys)

    @cached_property
    def _contacts(self) -> Contacts:
        return Contacts(self)

    @cached_property
    def consortia(self) -> Consortia:
        """Consortia and opportunities."""
        return Consortia(self, self.services.corridor.building)

    @cached_property
    def following(self) -> Following:
        """What can be followed."""
        return Following(self, self.services.corridor.feed, self.services.corridor.match_interval)

    @cached_property
    def agreements(self) -> ViewerAgreements:
        """Agreements between clusters."""
        return ViewerAgreements(self.services.corridor.agreements, self.services.corridor.agreeing, self.viewer)

    @cached_property
    def interests(self) -> ViewerInterests:
        """Interests, releases of contacts and forgetting."""
        return ViewerInterests(self.services.corridor.interests, self.viewer)

    @cached_property
    def matches(self) -> Matches:
        """Matching."""
        return Matches(self)

    async def owns(self, posting: str) -> bool:
        """Whether an offer or a need is the viewer's own member's, though it may be anonymous."""
        found = await self.registries.posting(posting)
        return isinstance(found, Posting) and self.own_member is not None and found.owner == self.own_member.id

    @cached_property
    def registries(self) -> AskedRegistries:
        """The registries as the corridor asks them."""
        return AskedRegistries(self.services.directory)

    def arguments(self, info: Info) -> Mapping[str, Any]:
        """The arguments of the field that is being resolved, as its node has them."""
        raw = _raw(info)
        return Selections.of(raw).arguments(str(raw.parent_type), self.asked(info))

    def asked(self, info: Info) -> Asked:
        """The field that is being resolved."""
        raw = _raw(info)
        return Asked(str(raw.path.key), raw.field_name, tuple(raw.field_nodes))

    def unanswered(self, reference: Reference, failure: SourceFailure) -> MemberUnavailable:
        """A member whose registry did not answer, or that no agreement lets the viewer see."""
        if failure.code is ErrorCode.NO_AGREEMENT:
            return self.unavailable(reference, UnavailableReason.NOT_VISIBLE)
        self.partial = True
        return self.unavailable(reference)

    def report(self, asked: Asked, outage: Outage) -> None:
        """Has the answer tell that a registry took no part in a root field."""
        failure = outage.failure
        self.errors.append(GraphQLError(str(failure), list(asked.nodes), path=[asked.key], original_error=failure))

    def rendering(self, typename: str, info: Info) -> Rendering:
        """How the rows behind the field that is being resolved are rendered."""
        raw = _raw(info)
        place = (typename, tuple(map(id, raw.field_nodes)))  # the nodes live as long as their document, which we hold
        if place not in self._renderings:
            writing = Writing(Selections.of(raw), Facts(self.services))
            self._renderings[place] = Rendering.of(typename, self.asked(info), writing)
        return self._renderings[place]

    def _sees(self, reference: Reference) -> Visibility | None:
        sight = self.crossing.decided()
        return None if sight.bars(reference.cluster) else sight.view(reference.cluster)

    def _sees_own(self, reference: Reference) -> Visibility | None:
        """The viewer's own member shows all of itself."""
        return Visibility.PRIVATE if reference == self.own_member else self._sees(reference)


async def _unplanned(key: str) -> Any:
    raise LookupError(f"the operation has no plan for {key}")


def _raw(info: Info) -> "GraphQLResolveInfo[Any]":
    return info._raw_info  # noqa: SLF001 - Strawberry's Info gives no public way to merged fields and variables
