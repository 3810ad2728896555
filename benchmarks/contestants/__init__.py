"""Who is measured, each in a process of its own, or in several.

The gateway, the floor and the naive server are ASGI applications: ``python -m benchmarks.contestants NAME PORT``,
with the registries in the settings that the gateway itself reads (``CORRIDOR_REGISTRIES__…``). The others are
programs of Node under ``benchmarks/node``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

__all__ = ["CONTESTANTS", "NODE", "QUICK", "Contestant"]


@dataclass(frozen=True, slots=True)
class Contestant:
    """Its name in the tables, and what it is made of.

    ``projects`` are the folders under ``benchmarks/node`` that have to be installed for it, its own first; none: it
    is Python. ``subgraphs`` says that it is a router, in front of one server of the hand-written Node a city.
    ``united`` says that it asks one database that holds both registries. ``queries`` are those that it can answer.
    """

    name: str
    projects: Sequence[str] = ()
    subgraphs: bool = False
    united: bool = False
    queries: Sequence[str] = ("Q1", "Q2", "Q3", "Q4")


_EVERY = ("Q1", "Q2", "Q3", "Q4", "Q5", "Q6")


CONTESTANTS: Mapping[str, Contestant] = MappingProxyType(
    {
        each.name: each
        for each in (
            Contestant("gateway", queries=_EVERY),
            Contestant("floor", queries=_EVERY),
            Contestant("naive", queries=_EVERY),
            Contestant("mercurius", ("mercurius",)),
            Contestant("hive", ("hive", "mercurius"), subgraphs=True),
            Contestant("apollo", ("apollo", "mercurius"), subgraphs=True),
            Contestant("postgraphile", ("postgraphile",), united=True, queries=("Q1", "Q2", "Q4")),
        )
    }
)
"""In the order of their turns."""

QUICK = tuple(name for name, each in CONTESTANTS.items() if not each.projects)
"""Those that need nothing but Python."""
NODE = tuple(name for name, each in CONTESTANTS.items() if each.projects)
