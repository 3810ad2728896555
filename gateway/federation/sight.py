"""Sight: what one viewer sees of each cluster, decided before any registry is asked."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from types import MappingProxyType
from typing import NamedTuple, TypeVar

from adapters.contract.codes import SourceStatus, Visibility
from adapters.contract.registry import Registry
from adapters.contract.viewers import Purpose
from gateway.access.viewer import ANONYMOUS, Viewer
from gateway.federation.directory import Directory
from gateway.federation.fanout import Answer, Outage, ask_all

__all__ = ["Sight", "barred"]

T = TypeVar("T")

_NOTHING: Mapping[str, str] = MappingProxyType({})
_CONSENTS = {purpose: f"consent:{purpose.value}" for purpose in Purpose}


class Sight(NamedTuple):
    """What a viewer sees for a purpose: where nothing is said, what anybody sees.

    ``under`` are the clusters that agreements open to it, each with the agreement's global ID. Whoever is of a cluster
    sees another one under an agreement only; whoever is of none sees what is public as anybody does, and more under an
    agreement. All other clusters are barred: they are not asked, and take part in answers as outages.
    """

    viewer: Viewer = ANONYMOUS
    under: Mapping[str, str] = _NOTHING
    purpose: Purpose = Purpose.PROFILE_EXCHANGE

    def crosses(self, cluster: str) -> bool:
        """Whether seeing this cluster takes an agreement."""
        own = self.viewer.cluster
        return self.viewer.view(cluster) is not Visibility.PUBLIC if own is None else own != cluster

    def bars(self, cluster: str) -> bool:
        """Whether a cluster is not to be asked."""
        return cluster not in self.under and self.crosses(cluster)

    def view(self, cluster: str) -> Visibility:
        """The level up to which a cluster is seen, unless it is barred."""
        return self.viewer.view(cluster)

    def basis(self, cluster: str) -> str:
        """By what right a cluster is seen: the agreement, or that its members consent to be shown."""
        return self.under.get(cluster) or _CONSENTS[self.purpose]

    async def ask(
        self,
        directory: Directory,
        clusters: Collection[str],
        question: Callable[[Registry], Awaitable[T]],
        *,
        heavy: bool = False,
    ) -> Mapping[str, Answer[T] | Outage]:
        """Asks those of these clusters that it may, at once; the others are outages in their places.

        ``heavy``: the question keeps a registry busy for a while, as a match does, so that each takes turns with them.
        """
        answers = await ask_all(directory, [code for code in clusters if not self.bars(code)], question, heavy=heavy)
        return {code: answers[code] if code in answers else barred(code) for code in clusters}


def barred(cluster: str) -> Outage:
    """How a cluster takes part that no agreement opens to the viewer."""
    return Outage(cluster, SourceStatus.NO_AGREEMENT, retryable=False)
