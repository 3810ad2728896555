"""What the short form holds the gateway to: generous, so that only a loss of about half its speed falls below."""

from collections.abc import Mapping
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
        "Q1": Least(floor=0.25, naive=6.0),
        "Q2": Least(floor=0.36, naive=5.0),
        "Q3": Least(floor=0.3, naive=3.0),
        "Q4": Least(floor=0.32, naive=4.0),
        "Q5": Least(floor=0.12, naive=0.8),
        "Q6": Least(floor=0.28, naive=1.0),
    }
)
"""About half of what the short form measures on an idle machine: raise it as that rises."""


def fallen(found: Mapping[str, Mapping[str, Figures]]) -> Mapping[str, str]:
    """What fell below, in words, by query. Best rounds are compared: whatever else the machine does only slows."""
    below = {}
    for query, by_name in found.items():
        least = LEAST[query]
        floor, naive = (by_name["gateway"].best / by_name[name].best for name in ("floor", "naive"))
        if floor < least.floor or naive < least.naive:
            below[query] = (
                f"{query}: {floor:.2f} of the floor's rate and {naive:.1f} times naive's;"
                f" should be {least.floor} and {least.naive} at least"
            )
    return below
