"""What the schema asks of the gateway: typed here, implemented by ``gateway.execution``."""

from collections.abc import AsyncGenerator
from typing import Any, Protocol

from strawberry.types import Info as StrawberryInfo

from adapters.contract.codes import SourceStatus

__all__ = ["Context", "Facts", "Info"]


class Facts(Protocol):
    """What the gateway knows without asking a registry."""

    def clusters(self) -> Any:
        """All clusters."""

    def cluster(self, slug: str) -> Any:
        """A cluster by its slug; None where there is none."""

    def health(self, slug: str) -> SourceStatus:
        """How a cluster's registry stands."""

    def concept(self, uri: str) -> Any:
        """A concept of the vocabulary; raises where a registry gave a URI it does not hold."""

    def industry_label(self, term: str, lang: str | None) -> Any:
        """The label of an industry ``system:version:code``, with its language."""

    def value_label(self, facet: str, value: str, lang: str | None) -> str:
        """A facet's value in words."""


class Context(Facts, Protocol):
    """The gateway, for one request."""

    async def root(self, info: "Info") -> Any:
        """What the registries give for a root field of the operation, whose arguments are read from its plan."""

    def who(self) -> Any:
        """Who asks."""

    async def own(self, info: "Info") -> Any:
        """The member that the viewer acts for."""

    async def disclosures(self, first: int, after: str | None) -> Any:
        """A page of what the viewer may read of the disclosure log."""

    def source_healths(self) -> AsyncGenerator[Any, None]:
        """How each registry stands now, and then each change."""

    async def programmes(self, info: "Info", slug: str) -> Any:
        """The programmes of a cluster."""


Info = StrawberryInfo[Context, None]
