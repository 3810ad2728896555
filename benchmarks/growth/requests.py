"""What is asked of a gateway over given clusters: requests drawn from their rows, always the same for the same rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from adapters.contract.request import Boundary
from benchmarks.cases import Draw, cases, draw
from benchmarks.clusters import Cluster
from benchmarks.dialects import Itself, body, cursor
from benchmarks.processes import SECRET
from benchmarks.queries import QUERIES, listing
from gateway.reference import Reference
from gateway.vocabulary import Vocabulary

__all__ = ["Requests"]

_DRAWN = 400
_ASKED = 40
"""Different requests of each kind."""
_DEEP = (0.8, 0.93)
"""Where deep pages begin, as shares of the list: far down, with more than a page left."""


@dataclass(frozen=True, slots=True)
class Requests:
    """Requests for a gateway over the clusters of ``codes``, in the gateway's order; each is a JSON text."""

    codes: tuple[str, ...]
    drawn: Draw

    @classmethod
    async def of(cls, clusters: Sequence[Cluster]) -> "Requests":
        """Draws members and words of all clusters."""
        registries = [cluster.open() for cluster in clusters]
        try:
            drawn = await draw(registries, Vocabulary.load(), _DRAWN, matched=False)
        finally:
            for registry in registries:
                await registry.close()
        return cls(tuple(sorted(cluster.code for cluster in clusters)), drawn)

    def queries(self) -> Mapping[str, Sequence[str]]:
        """Those of the comparison, by their name."""
        asking = Itself(SECRET, self.codes)
        return {
            name: [asking.body(name, case, place) for place, case in enumerate(listed)]
            for name, listed in cases(self.drawn, _ASKED).items()
            if name in {query.name for query in QUERIES}
        }

    def member(self, code: str) -> Sequence[str]:
        """Single members of one cluster."""
        text = next(query.text for query in QUERIES if query.name == "Q1")
        keys = [each.key for each in self.drawn.members if each.cluster == code]
        return [body(text, {"id": Reference("Member", code, key).id}) for key in keys[:_ASKED]]

    def pages(self, kind: str, rows: int) -> Sequence[str]:
        """Pages of Q2's list, from anywhere."""
        return self._pages(_TEXTS[kind](rows), self.drawn.members[:_ASKED])

    def first(self, kind: str, rows: int) -> Sequence[str]:
        """The first page of Q2's list."""
        return [body(_TEXTS[kind](rows), {})]

    def deep(self, kind: str, rows: int) -> Sequence[str]:
        """Pages from far down Q2's list."""
        ordered = sorted(self.drawn.members, key=lambda each: (each.sort, each.cluster, each.key))
        behind = ordered[int(len(ordered) * _DEEP[0]) : int(len(ordered) * _DEEP[1])]
        return self._pages(_TEXTS[kind](rows), behind[:_ASKED])

    def _pages(self, text: str, behind: Sequence[Boundary]) -> Sequence[str]:
        return [body(text, {"after": cursor(each, self.codes, SECRET)}) for each in behind]


def _flat(rows: int) -> str:
    return f"""query Flat($after: String) {{
  members(first: {rows}, after: $after, orderBy: {{field: NAME}}) {{
    nodes {{ id displayName sector orgType founded city country updatedAt }}
    pageInfo {{ hasNextPage }}
  }}
}}"""


_TEXTS = MappingProxyType({"scalars": _flat, "nested": listing})
"""The text of each kind of page, by its rows."""
