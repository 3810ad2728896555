"""The gateway for one request: what the schema's resolvers call, and what the plans of its operation share."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from graphql import GraphQLError, GraphQLResolveInfo

from adapters.contract.request import Ordering, PageRequest, Where
from gateway.execution.facts import Facts, Services
from gateway.execution.rendering import Rendering
from gateway.execution.selection import Asked, Selections
from gateway.execution.writing import Writing
from gateway.federation.fanout import Outage, ask
from gateway.federation.loaders import Load, gathered, load
from schemas.context import Info

__all__ = ["RequestContext"]

_MOST_PROGRAMMES = 1000


class RequestContext(Facts):
    """Implements ``schemas.context.Context``. ``errors`` gathers what the answer has to say beside its data.

    ``partial`` says that the data itself tells of a registry that did not answer. ``answer`` gives the value of a root
    field by its response key: the operation's plan sets it before the executor is entered. ``alone``: the operation has
    one root field.
    """

    def __init__(self, services: Services, *, alone: bool = False) -> None:
        super().__init__(services)
        self.rows: Load = partial(load, services.directory) if alone else gathered(services.directory)
        self.errors: list[GraphQLError] = []
        self.partial = False
        self.answer: Callable[[str], Awaitable[Any]] = _unplanned

    async def root(self, info: Info) -> Any:
        """What the registries give for a root field."""
        return await self.answer(str(_raw(info).path.key))

    async def programmes(self, info: Info, slug: str) -> Any:
        """The programmes of a cluster."""
        raw = _raw(info)
        rows = Rendering.of(
            "Programme",
            Asked(str(raw.path.key), raw.field_name, tuple(raw.field_nodes)),
            Writing(Selections.of(raw), Facts(self.services)),
        )
        request = PageRequest(Where("programme"), Ordering("CODE"), _MOST_PROGRAMMES, shape=rows.shape)
        answer = await ask(self.services.directory[slug], lambda registry: registry.page(request))
        if isinstance(answer, Outage):
            raise answer.failure
        return rows.many(answer.value)

    def report(self, asked: Asked, outage: Outage) -> None:
        """Has the answer tell that a registry took no part in a root field."""
        failure = outage.failure
        self.errors.append(GraphQLError(str(failure), list(asked.nodes), path=[asked.key], original_error=failure))


async def _unplanned(key: str) -> Any:
    raise LookupError(f"the operation has no plan for {key}")


def _raw(info: Info) -> "GraphQLResolveInfo[Any]":
    return info._raw_info  # noqa: SLF001 - Strawberry's Info gives no public way to merged fields and variables
