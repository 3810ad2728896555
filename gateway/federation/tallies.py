"""Counts and facets over all registries: exact sums of exact parts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from adapters.contract.request import FacetRequest
from gateway.federation.directory import Directory
from gateway.federation.fanout import Answer, Outage
from gateway.federation.lists import ListRequest

__all__ = ["FacetTally", "Tally", "count", "facet"]


@dataclass(frozen=True, slots=True)
class Tally:
    """How many rows there are, by cluster, and the registries that did not say."""

    by_cluster: Mapping[str, int]
    outages: tuple[Outage, ...]

    @property
    def value(self) -> int | None:
        """The sum, exact where nothing is missing, else a lower bound; None where none of those asked answered."""
        return None if self.outages and not self.by_cluster else sum(self.by_cluster.values())

    @property
    def exact(self) -> bool:
        """Whether all registries answered."""
        return not self.outages


@dataclass(frozen=True, slots=True)
class FacetTally:
    """The counts of a facet: by value, then by cluster; most frequent first, then by value."""

    facet: str
    values: Sequence[tuple[str, Mapping[str, int]]]
    outages: tuple[Outage, ...]


async def count(directory: Directory, request: ListRequest) -> Tally:
    """Counts the rows of a list in each registry and adds."""
    seen = request.seen
    answers = await request.sight.ask(
        directory, request.clusters, lambda registry: registry.count(seen[registry.cluster.code])
    )
    return Tally(
        {code: answer.value for code, answer in answers.items() if isinstance(answer, Answer)},
        tuple(answer for answer in answers.values() if isinstance(answer, Outage)),
    )


async def facet(directory: Directory, request: ListRequest, name: str) -> FacetTally:
    """Groups in each registry on the shared vocabulary and adds; CLUSTER is a count of each registry."""
    if name == "CLUSTER":
        tally = await count(directory, request)
        parts = {code: {code: number} for code, number in tally.by_cluster.items() if number}
        return FacetTally(name, _ranked(parts), tally.outages)
    asked = {code: FacetRequest(where, name) for code, where in request.seen.items()}
    answers = await request.sight.ask(
        directory, request.clusters, lambda registry: registry.facet(asked[registry.cluster.code])
    )
    values: dict[str, dict[str, int]] = {}
    for code, answer in answers.items():
        if isinstance(answer, Answer):
            for value, number in answer.value.items():
                values.setdefault(value, {})[code] = number
    outages = tuple(answer for answer in answers.values() if isinstance(answer, Outage))
    return FacetTally(name, _ranked(values), outages)


def _ranked(values: Mapping[str, Mapping[str, int]]) -> list[tuple[str, Mapping[str, int]]]:
    return sorted(values.items(), key=lambda item: (-sum(item[1].values()), item[0]))
