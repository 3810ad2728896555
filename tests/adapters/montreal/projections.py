"""The projections of Montréal, as tests read them from its registry."""

from importlib.resources import files
from typing import Any

import asyncpg

from adapters.contract.codes import Visibility
from adapters.kit.folder import load
from adapters.kit.promises import RELEASED
from adapters.montreal import ADAPTER

PROJECTION = load(ADAPTER.folder)


def names() -> list[str]:
    """The projections that Montréal has."""
    folder = files("adapters.montreal") / "projections"
    return sorted(each.name.removesuffix(".sql") for each in folder.iterdir())


def projection(name: str, view: Visibility = Visibility.CORRIDOR) -> str:
    """The SELECT of a projection under a view."""
    return PROJECTION.under(view)[name]


def listed(name: str, view: Visibility) -> bool:
    """Whether a view has rows of a projection when nothing of it is hidden."""
    return name != "contact" or view in RELEASED


async def rows(registry: asyncpg.Connection, name: str, view: Visibility = Visibility.CORRIDOR) -> list[asyncpg.Record]:
    """All that a projection gives under a view."""
    return await registry.fetch(projection(name, view))


async def values(
    registry: asyncpg.Connection, name: str, column: str, view: Visibility = Visibility.CORRIDOR
) -> list[Any]:
    """One column of it."""
    return [row[column] for row in await rows(registry, name, view)]
