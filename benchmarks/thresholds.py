"""What the short form holds the gateway to: generous, so that only a loss of about half its speed falls below."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from benchmarks.comparison import Figures

__all__ = ["LEAST", "Least", "fallen"]


@dataclass(frozen=True, slots=True)
class Least:
    """The least that the gateway's rate may be: as a part of the floor's, and in times of naive's."""

    floor: float
    naive: float


LEAST: Mapping[str, Least] = MappingProxyType(
    {
        "Q1": Least(floor=0.35, naive=3.5),
        "Q2": Least(floor=0.35, naive=4.0),
        "Q3": Least(floor=0.35, naive=1.0),
        "Q4": Least(floor=0.35, naive=1.4),
    }
)
"""About half of what is measured on an idle machine, see ``docs/performance.md``: raise it as that rises."""


def fallen(found: Mapping[str, Mapping[str, Figures]]) -> Sequence[str]:
    """What fell below, in words."""
    return [
        f"{query}: {ratio:.2f} {of}, and should be at least {least:.2f}"
        for query, by_name in found.items()
        for ratio, of, least in (
            (by_name["gateway"].ratio(by_name["floor"]), "of the floor", LEAST[query].floor),
            (by_name["gateway"].ratio(by_name["naive"]), "times naive", LEAST[query].naive),
        )
        if ratio < least
    ]
