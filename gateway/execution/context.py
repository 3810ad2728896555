"""The gateway for one request: what the schema's resolvers call, and what the plans of its operation share."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from functools import partial
from typing import Any

from graphql import GraphQLError, GraphQLResolveInfo

from adapters.contract.answer import Row
from adapters.contract.codes import SourceStatus, Visibility
from adapters.contract.request import Ordering, PageRequest, Where
from gateway.access.viewer import Viewer
from gateway.execution.disclosed import Disclosed
from gateway.execution.facts import Facts, Services
from gateway.execution.log import disclosures
from gateway.execution.rendering import Rendering
from gateway.execution.selection import Asked, Selections
from gateway.execution.writing import Writing
from gateway.federation.fanout import Outage, ask
from gateway.federation.loaders import Found, Key, Load, gathered, load
from gateway.federation.reference import Reference
from schemas.connection import SourceReport
from schemas.context import Info

__all__ = ["RequestContext"]

_MOST_PROGRAMMES = 1000


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
        self.disclosed = Disclosed(viewer, self.own_member)
        self.errors: list[GraphQLError] = []
        self.partial = False
        self.answer: Callable[[str], Awaitable[Any]] = _unplanned
        sees = self._sees if self.own_member is None else self._sees_own
        self._load: Load = partial(load, services.directory, sees) if alone else gathered(services.directory, sees)

    async def rows(self, keys: Sequence[Key]) -> Sequence[Found]:
        """What is found by reference."""
        found = await self._load(keys)
        self.disclosed.rows(keys, found)
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
        rows = self._rendering("Programme", info)
        where = Where("programme", view=self.viewer.view(slug))
        request = PageRequest(where, Ordering("CODE"), _MOST_PROGRAMMES, shape=rows.shape)
        answer = await ask(self.services.directory[slug], lambda registry: registry.page(request))
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
        rendering = self._rendering("Member", info)
        (found,) = await self.rows([(self.own_member, rendering.shape)])
        match found:
            case Row():
                return rendering.one(found)
            case Outage():
                self.partial = True
                return self.unavailable(self.own_member)
            case None:
                return None

    async def disclosures(self, first: int, after: str | None) -> Any:
        """A page of what the viewer may read of the disclosure log."""
        return await disclosures(self.services, self.viewer, first, after)

    def report(self, asked: Asked, outage: Outage) -> None:
        """Has the answer tell that a registry took no part in a root field."""
        failure = outage.failure
        self.errors.append(GraphQLError(str(failure), list(asked.nodes), path=[asked.key], original_error=failure))

    def _rendering(self, typename: str, info: Info) -> Rendering:
        """How the rows behind the field that is being resolved are rendered."""
        raw = _raw(info)
        asked = Asked(str(raw.path.key), raw.field_name, tuple(raw.field_nodes))
        return Rendering.of(typename, asked, Writing(Selections.of(raw), Facts(self.services)))

    def _sees(self, reference: Reference) -> Visibility:
        return self.viewer.view(reference.cluster)

    def _sees_own(self, reference: Reference) -> Visibility:
        """The viewer's own member shows all of itself."""
        return Visibility.PRIVATE if reference == self.own_member else self.viewer.view(reference.cluster)


async def _unplanned(key: str) -> Any:
    raise LookupError(f"the operation has no plan for {key}")


def _raw(info: Info) -> "GraphQLResolveInfo[Any]":
    return info._raw_info  # noqa: SLF001 - Strawberry's Info gives no public way to merged fields and variables
