"""What all sections are made of: tables, and the schema with its descriptions."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from graphql import GraphQLSchema

from schemas.schema import build

__all__ = ["REFERENCE", "SCHEMA", "camel", "said", "table"]

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"
SCHEMA: GraphQLSchema = build()._schema  # noqa: SLF001 - Strawberry hands out graphql-core's schema no other way


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    """The lines of a table."""
    titles = list(head)
    yield f"| {' | '.join(titles)} |"
    yield "|" + "---|" * len(titles)
    for row in rows:
        yield "| " + " | ".join(" ".join(cell.replace("|", "\\|").split()) for cell in row) + " |"


def said(description: str | None, what: str) -> str:
    """A description of the schema; ends the program where there is none."""
    if not description:
        raise SystemExit(f"{what} has no description")
    return description


def camel(name: str) -> str:
    """A contract's name as GraphQL has it.

    >>> camel("common_code5")
    'commonCode5'
    """
    first, *rest = name.split("_")
    return first + "".join(part.title() for part in rest)
