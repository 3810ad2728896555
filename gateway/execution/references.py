"""Rows by global ID: the fields of the root that take one or many of them."""

from asyncio import gather
from collections.abc import Mapping, Sequence
from typing import Any

from orjson import Fragment

from adapters.contract.answer import Row
from gateway.errors import ClientError, ErrorCode, SourceFailure
from gateway.execution.context import RequestContext
from gateway.execution.facts import Services
from gateway.execution.rendering import Rendering
from gateway.execution.selection import Asked
from gateway.execution.writing import Unwritable, Write, Writing
from gateway.federation.fanout import Outage
from gateway.federation.loaders import Found
from gateway.reference import OWN, Reference
from schemas.cluster import Cluster
from schemas.member import MemberUnavailable

__all__ = ["EntitiesPlan", "MemberPlan", "NodePlan", "NodesPlan"]

_MOST_IDS = 100
_MOST_ENTITIES = 1000


class _References:
    """What the plans of references share: the renderings of the types that IDs turn out to be of, made when met."""

    def __init__(self, asked: Asked, writing: Writing, services: Services) -> None:
        self._asked = asked
        self._writing = writing
        self._services = services
        self._renderings: dict[str, Rendering] = {}
        self._writers: dict[str, Write] = {}

    def write(self, value: Any) -> Any:
        """The answer without the executor; raises Unwritable where a row has to be walked or an error told."""
        if value is None or type(value) is Fragment:
            return value
        match value:
            case list():
                return [self.write(each) for each in value]
            case Cluster():
                return self._writer("Cluster")(value)
            case MemberUnavailable():
                return self._writer("MemberUnavailable")(value)
            case _:
                raise Unwritable

    def _writer(self, typename: str) -> Write:
        if typename not in self._writers:
            self._writers[typename] = self._writing.object(typename, self._asked)
        return self._writers[typename]

    def _rendering(self, typename: str) -> Rendering:
        if typename not in self._renderings:
            self._renderings[typename] = Rendering.of(typename, self._asked, self._writing)
        return self._renderings[typename]

    async def _values(self, context: RequestContext, references: Sequence[Reference | ClientError]) -> list[Any]:
        """The rows for the executor, clusters among them; an error in its own place where one cannot be had."""
        rows = [
            each
            for each in references
            if isinstance(each, Reference) and each.typename != "Cluster" and each.cluster != OWN
        ]
        found = iter(await context.rows([(each, self._rendering(each.typename).shape) for each in rows]))
        owned = [each for each in references if isinstance(each, Reference) and each.cluster == OWN]
        own = iter(await gather(*(self._owned(context, each) for each in owned)) if owned else ())
        values: list[Any] = []
        for each in references:
            if isinstance(each, ClientError):
                values.append(each)
            elif each.cluster == OWN:
                values.append(next(own))
            elif each.typename == "Cluster":
                values.append(self._services.cluster(each.cluster) if each.key == each.cluster else None)
            else:
                values.append(self._value(each.typename, next(found)))
        return values

    async def _owned(self, context: RequestContext, reference: Reference) -> Any:
        try:
            return await context.owned(reference)
        except ClientError as error:
            return error

    def _value(self, typename: str, found: Found) -> Any:
        match found:
            case None:
                return None
            case Outage():
                return found.failure
            case Row():
                return self._rendering(typename).one(found)


class NodePlan(_References):
    """``node``: whatever an ID points to."""

    async def run(self, context: RequestContext, arguments: Mapping[str, Any]) -> Any:
        """The row or the cluster; None where there is none."""
        (value,) = await self._values(context, [self._services.reference(arguments["id"])])
        if isinstance(value, Exception):
            raise value
        return value


class NodesPlan(_References):
    """``nodes``: the same for many."""

    async def run(self, context: RequestContext, arguments: Mapping[str, Any]) -> Any:
        """Rows, clusters and errors, each in its place."""
        ids = arguments["ids"]
        if len(ids) > _MOST_IDS:
            raise ClientError(ErrorCode.BAD_INPUT, f"`nodes` takes at most {_MOST_IDS} IDs, not {len(ids)}.")
        return await self._values(context, [self._readable(each) for each in ids])

    def _readable(self, given: str) -> Reference | ClientError:
        try:
            return self._services.reference(given)
        except ClientError as error:
            return error


class EntitiesPlan(_References):
    """``_entities``: the members that another subgraph refers to."""

    async def run(self, context: RequestContext, arguments: Mapping[str, Any]) -> Any:
        """Members and errors, each in its place."""
        given = arguments["representations"]
        if len(given) > _MOST_ENTITIES:
            raise ClientError(
                ErrorCode.BAD_INPUT, f"`_entities` takes at most {_MOST_ENTITIES} of them, not {len(given)}."
            )
        return await self._values(context, [self._readable(each) for each in given])

    def _readable(self, given: Any) -> Reference | ClientError:
        match given:
            case {"__typename": "Member", "id": str(id)}:
                try:
                    return self._services.reference(id, "Member")
                except ClientError as error:
                    return error
            case _:
                return ClientError(
                    ErrorCode.BAD_INPUT, 'A representation must be `{__typename: "Member", id: ...}`, its ID a string.'
                )


class MemberPlan(_References):
    """``member``: a member by ID."""

    async def run(self, context: RequestContext, arguments: Mapping[str, Any]) -> Any:
        """The member; None where its registry shows none, or why it cannot be shown."""
        reference = self._services.reference(arguments["id"], "Member")
        (value,) = await self._values(context, [reference])
        return context.unanswered(reference, value) if isinstance(value, SourceFailure) else value
