"""The gateway for one request: what the schema's resolvers call."""

from collections.abc import Sequence
from typing import Any

from graphql import GraphQLError, GraphQLResolveInfo

from adapters.contract.codes import SourceStatus
from adapters.contract.errors import ContractBroken
from adapters.contract.languages import chain
from adapters.contract.request import Ordering, PageRequest, Where
from gateway.errors import ClientError, ErrorCode, SourceFailure
from gateway.execution.connections import Connection, Services
from gateway.execution.rendering import Rendering
from gateway.execution.searches import list_request
from gateway.execution.selection import OBJECTS, Asked, Selections
from gateway.execution.wording import Wording
from gateway.federation.fanout import Outage, ask
from gateway.federation.loaders import Rows
from gateway.federation.reference import Reference
from schemas.context import Info, ListArguments
from schemas.enums import UnavailableReason
from schemas.member import MemberUnavailable
from schemas.vocabulary import Concept

__all__ = ["RequestContext"]

_MOST_IDS = 100
_MOST_ENTITIES = 1000
_MOST_PROGRAMMES = 1000


class RequestContext:
    """Implements ``schemas.context.Context``. ``errors`` gathers what the answer has to say beside its data.

    ``partial`` says that the data itself tells of a registry that did not answer.
    """

    def __init__(self, services: Services) -> None:
        self._services = services
        self._rows = Rows(services.directory)
        self.errors: list[GraphQLError] = []
        self.partial = False

    async def listed(self, info: Info, of: str, arguments: ListArguments) -> Any:
        """A page of a list, by response key."""
        raw, selections = _raw(info), Selections.of(_raw(info))
        typename = raw.return_type.of_type.name  # type: ignore[union-attr]
        asked = Asked(str(raw.path.key), raw.field_name, tuple(raw.field_nodes))
        connection = Connection(self._services, selections, self._wording(selections), typename, asked)
        request = list_request(of, arguments, self._services.directory, self._services.vocabulary, hits=connection.hits)
        values, outages = await connection.run(request)
        for outage in outages:
            self._report(raw, outage)
        return values

    async def member(self, info: Info, id: str) -> Any:  # noqa: A002 - as in the schema
        """A member, or why it cannot be shown."""
        reference = self._reference(id, "Member")
        try:
            return await self._row(_raw(info), reference)
        except SourceFailure:
            self.partial = True
            return MemberUnavailable(
                id=id,  # type: ignore[arg-type]
                cluster=self.cluster(reference.cluster),
                reason=UnavailableReason.SOURCE_UNAVAILABLE,
            )

    async def node(self, info: Info, id: str) -> Any:  # noqa: A002 - as in the schema
        """Whatever an ID points to."""
        return await self._node(_raw(info), id)

    async def nodes(self, info: Info, ids: Sequence[str]) -> Any:
        """The same for many; one that fails is an error in its own place."""
        if len(ids) > _MOST_IDS:
            raise ClientError(ErrorCode.BAD_INPUT, f"`nodes` takes at most {_MOST_IDS} IDs, not {len(ids)}.")
        return [self._node(_raw(info), each) for each in ids]

    def entities(self, info: Info, representations: Sequence[Any]) -> Any:
        """The entities that another subgraph refers to; one that fails is an error in its own place."""
        if len(representations) > _MOST_ENTITIES:
            raise ClientError(
                ErrorCode.BAD_INPUT, f"`_entities` takes at most {_MOST_ENTITIES} of them, not {len(representations)}."
            )
        return [self._entity(_raw(info), each) for each in representations]

    def clusters(self) -> Any:
        """All clusters."""
        return [self._services.cluster(source.cluster.code) for source in self._services.directory]

    def cluster(self, slug: str) -> Any:
        """A cluster by slug."""
        return self._services.cluster(slug) if slug in self._services.directory else None

    def health(self, slug: str) -> SourceStatus:
        """How a cluster's registry stands."""
        return self._services.directory[slug].health

    async def programmes(self, info: Info, slug: str) -> Any:
        """The programmes of a cluster."""
        raw, selections = _raw(info), Selections.of(_raw(info))
        shaped = selections.shape("Programme", raw.field_nodes)
        request = PageRequest(Where("programme"), Ordering("CODE"), _MOST_PROGRAMMES, shape=shaped.shape)
        answer = await ask(self._services.directory[slug], lambda registry: registry.page(request))
        if isinstance(answer, Outage):
            raise answer.failure
        return Rendering.of("Programme", shaped.slots, self._wording(selections)).many(answer.value)

    def concept(self, uri: str) -> Any:
        """A concept; ContractBroken where the vocabulary does not hold it."""
        try:
            return Concept(source=self._services.vocabulary.concepts[uri])
        except KeyError:
            raise ContractBroken(f"the vocabulary holds no concept {uri!r}") from None

    def industry_label(self, term: str, lang: str | None) -> Any:
        """The label of an industry, with its language."""
        return self._services.vocabulary.industry(*term.split(":", 2)).label(chain(lang))

    def value_label(self, facet: str, value: str, lang: str | None) -> str:
        """A facet's value in the words of the vocabulary, or as it is where that has none."""
        vocabulary = self._services.vocabulary
        match facet:
            case "CONCEPT" if value in vocabulary.concepts:
                return vocabulary.concepts[value].label(chain(lang))[0]
            case "INDUSTRY":
                return vocabulary.industry("NAICS", "2017", value).label(chain(lang))[0]
            case "CLUSTER" if value in self._services.directory:
                return self._services.directory[value].cluster.name
            case _:
                return value

    async def _entity(self, raw: "GraphQLResolveInfo[Any]", given: Any) -> Any:
        match given:
            case {"__typename": "Member", "id": str(id)}:
                return await self._row(raw, self._reference(id, "Member"))
            case _:
                raise ClientError(
                    ErrorCode.BAD_INPUT, 'A representation must be `{__typename: "Member", id: ...}`, its ID a string.'
                )

    async def _node(self, raw: "GraphQLResolveInfo[Any]", given: str) -> Any:
        reference = self._reference(given, None)
        if reference.typename == "Cluster":
            return self.cluster(reference.cluster) if reference.key == reference.cluster else None
        return await self._row(raw, reference)

    async def _row(self, raw: "GraphQLResolveInfo[Any]", reference: Reference) -> Any:
        selections = Selections.of(raw)
        shaped = selections.shape(reference.typename, raw.field_nodes)
        row = await self._rows.get(reference, shaped.shape)
        if row is None:
            return None
        return Rendering.of(reference.typename, shaped.slots, self._wording(selections)).one(row)

    def _reference(self, given: str, typename: str | None) -> Reference:
        reference = Reference.parse(given)
        known = reference.typename == "Cluster" or (reference.typename in OBJECTS and OBJECTS[reference.typename].keyed)
        if not known or reference.cluster not in self._services.directory:
            raise ClientError(ErrorCode.BAD_ID, "This ID is of a type or a cluster that the gateway does not serve.")
        if typename not in {None, reference.typename}:
            raise ClientError(
                ErrorCode.BAD_ID, f"This is the ID of type {reference.typename}, and one of {typename} is needed."
            )
        return reference

    def _wording(self, selections: Selections) -> Wording:
        directory = self._services.directory
        clusters = {source.cluster.code: source.cluster for source in directory}
        return Wording(selections, self._services.vocabulary, clusters, self.health)

    def _report(self, raw: "GraphQLResolveInfo[Any]", outage: Outage) -> None:
        failure = outage.failure
        self.errors.append(GraphQLError(str(failure), raw.field_nodes, path=raw.path.as_list(), original_error=failure))


def _raw(info: Info) -> "GraphQLResolveInfo[Any]":
    return info._raw_info  # noqa: SLF001 - Strawberry's Info gives no public way to merged fields and variables
