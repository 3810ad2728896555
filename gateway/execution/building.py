"""Consortium building, put together: what one gateway does it with for all its requests."""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from gateway.corridor.acts import Acts
from gateway.corridor.agreements import Agreements
from gateway.corridor.concepts import Concepts
from gateway.corridor.consortia import Consortia
from gateway.corridor.documents import Documents
from gateway.corridor.opportunities import Opportunities
from gateway.corridor.ports import Registries
from gateway.corridor.proceedings import Proceedings
from gateway.corridor.quorum import Quorum
from gateway.corridor.seats import Seats
from gateway.store import Store
from gateway.vocabulary import Vocabulary
from schemas.composition import CompositionResult

if TYPE_CHECKING:
    from gateway.execution.composing import Standing
    from gateway.execution.context import RequestContext

__all__ = ["Building", "Compose"]

Compose = Callable[["RequestContext", "Standing", int], Awaitable[CompositionResult]]
"""Finds the best teams for a consortium, at most so many, for the viewer of a request."""


@dataclass(frozen=True, slots=True)
class Building:
    """All that there is to do about consortia in one store: one for the life of the gateway."""

    consortia: Consortia
    seats: Seats
    documents: Documents
    opportunities: Opportunities
    compose: Compose

    @classmethod
    def of(  # noqa: PLR0913 - what is wired, once
        cls,
        store: Store,
        acts: Acts,
        *,
        registries: Registries,
        agreements: Agreements,
        vocabulary: Vocabulary,
        clusters: Collection[str],
        compose: Compose,
        repair: timedelta = timedelta(days=30),
    ) -> "Building":
        """Those in one store; ``clusters`` are the codes of all that are served."""
        quorum = Quorum(registries, agreements, Concepts(vocabulary.concepts))
        proceedings = Proceedings(store, acts, quorum, repair)
        opportunities = Opportunities(store, acts, quorum, clusters)
        consortia = Consortia(store, acts, proceedings, opportunities)
        return cls(consortia, Seats(proceedings), Documents(proceedings), opportunities, compose)
