"""Crossing from one cluster to another: what a viewer may read of each, decided by the agreements in force."""

from collections.abc import Iterable

from adapters.contract.viewers import Purpose
from gateway.access.viewer import Viewer
from gateway.corridor.agreements import Agreements
from gateway.federation.sight import Sight

__all__ = ["Crossing"]


class Crossing:
    """Decides for one viewer and one request: once for each purpose, so that all of an answer rests on the same."""

    def __init__(self, agreements: Agreements, viewer: Viewer) -> None:
        self._agreements = agreements
        self._viewer = viewer
        self._decided: dict[Purpose, Sight] = {}

    async def sight(self, clusters: Iterable[str], purpose: Purpose = Purpose.PROFILE_EXCHANGE) -> Sight:
        """What the viewer sees, where these clusters are to be read.

        STORE_UNAVAILABLE where that takes an agreement and nobody can tell what is agreed.
        """
        decided = self._decided.get(purpose)
        if decided is not None:
            return decided
        sight = Sight(self._viewer, purpose=purpose)
        if not any(map(sight.crosses, clusters)):
            return sight
        await self._agreements.current()
        under = self._agreements.partners(self._viewer.cluster, purpose)
        return self._decided.setdefault(purpose, Sight(self._viewer, under, purpose))

    def decided(self, purpose: Purpose = Purpose.PROFILE_EXCHANGE) -> Sight:
        """What was decided: where nothing was, what the viewer sees without any agreement."""
        return self._decided.get(purpose) or Sight(self._viewer, purpose=purpose)
