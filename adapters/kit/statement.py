"""SQL in the making: fragments as text, values always as parameters."""

from dataclasses import dataclass, field

__all__ = ["Parameters", "Statement", "identifier", "literal"]


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement and its values."""

    sql: str
    values: tuple[object, ...]


@dataclass(slots=True)
class Parameters:
    """Collects the values of a statement and numbers its aliases."""

    values: list[object] = field(default_factory=list)
    aliases: int = 0

    def add(self, value: object, type_: str) -> str:
        """The placeholder of a value, with its Postgres type: ``$3::text[]``."""
        self.values.append(value)
        return f"${len(self.values)}::{type_}"

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
