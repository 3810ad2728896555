"""SQL in the making: fragments as text, values always as parameters that are read from each request."""

from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

from adapters.kit.forms import Reader, Values

__all__ = ["Parameters", "Statement", "StatementKind", "Template", "identifier", "literal"]


class StatementKind(Enum):
    """What a statement does, as far as it decides how it is best planned: once for all values, or for each."""

    KEYS = "keys"
    """Rows by key."""
    PAGE = "page"
    """A page along an order, of all rows: no filter, no search."""
    FILTERED = "filtered"
    """A page under filters: how many rows there are depends on the values."""
    SEARCH = "search"
    """A page, a count or a facet of what a search finds."""
    MATCH = "match"
    """A page, a count or a facet of the members that fit what a match seeks."""
    TALLY = "tally"
    """A count or a facet without a search or a match."""
    OTHER = "other"
    """Not of the compiler: a ping, a look at the database."""


class Statement(NamedTuple):
    """One statement and its values."""

    sql: str
    values: tuple[object, ...]
    kind: StatementKind = StatementKind.OTHER


@dataclass(frozen=True, slots=True)
class Template:
    """The statement of all requests of one form: each placeholder has a reader of its value."""

    sql: str
    kind: StatementKind
    readers: tuple[Reader, ...]

    def bind(self, values: Values) -> Statement:
        """The statement of one request."""
        return Statement(self.sql, tuple([read(values) for read in self.readers]), self.kind)


@dataclass(slots=True)
class Parameters:
    """Collects the readers of a statement's values and numbers its aliases."""

    readers: list[Reader] = field(default_factory=list)
    aliases: int = 0

    def add(self, read: Reader, type_: str) -> str:
        """The placeholder of a value, with its Postgres type: ``$3::text[]``."""
        self.readers.append(read)
        return f"${len(self.readers)}::{type_}"

    def alias(self, name: str) -> str:
        """A table alias that this statement has not used yet."""
        self.aliases += 1
        return f"{name}_{self.aliases}"


def identifier(name: str) -> str:
    """A quoted identifier.

    >>> identifier('a"b')
    '"a""b"'
    """
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A quoted string constant, for text of the contract itself (never for values).

    >>> literal("it's")
    "'it''s'"
    """
    return "'" + text.replace("'", "''") + "'"
