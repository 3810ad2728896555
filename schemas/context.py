"""What the schema asks of the gateway: typed here, implemented by ``gateway.execution``."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from strawberry.types import Info as StrawberryInfo

from adapters.contract.codes import SourceStatus
from adapters.contract.request import Condition

__all__ = ["Context", "Info", "ListArguments"]


@dataclass(frozen=True, slots=True)
class ListArguments:
    """The arguments of a list, freed of GraphQL; ``clusters`` is None where the filter names none."""

    search: str | None = None
    lang: str | None = None
    clusters: Sequence[str] | None = None
    conditions: Sequence[Condition] = field(default_factory=tuple)
    order: str | None = None
    descending: bool | None = None
    first: int | None = None
    after: str | None = None
    last: int | None = None
    before: str | None = None
    fail_whole: bool = False


class Context(Protocol):
    """The gateway, for one request."""

    def listed(self, info: "Info", of: str, arguments: ListArguments) -> Any:
        """A page of an object's list over all registries, as a connection."""

    def member(self, info: "Info", id: str) -> Any:
        """A member, or why it cannot be shown."""

    def node(self, info: "Info", id: str) -> Any:
        """Whatever a global ID points to."""

    def nodes(self, info: "Info", ids: Sequence[str]) -> Any:
        """The same for many, in the order asked."""

    def entities(self, info: "Info", representations: Sequence[Any]) -> Any:
        """The entities that another subgraph refers to, in the order asked."""

    def clusters(self) -> Any:
        """All clusters."""

    def cluster(self, slug: str) -> Any:
        """A cluster by its slug; None where there is none."""

    def health(self, slug: str) -> SourceStatus:
        """How a cluster's registry stands."""

    def programmes(self, info: "Info", slug: str) -> Any:
        """The programmes of a cluster."""

    def concept(self, uri: str) -> Any:
        """A concept of the vocabulary; raises where a registry gave a URI it does not hold."""

    def industry_label(self, term: str, lang: str | None) -> Any:
        """The label of an industry ``system:version:code``, with its language."""

    def value_label(self, facet: str, value: str, lang: str | None) -> str:
        """A facet's value in words."""


Info = StrawberryInfo[Context, None]
