"""Rows into a response: spliced as they came, or walked field by field where something is amiss."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from orjson import Fragment

from adapters.contract.answer import Row
from adapters.contract.shape import Shape
from gateway.execution.selection import Asked
from gateway.execution.splice import spliced
from gateway.execution.wording import UnknownCode, Words, slots, unworded, worded
from gateway.execution.writing import Unwritable, Writing
from schemas import row as walked

__all__ = ["Rendering"]


@dataclass(frozen=True, slots=True)
class Rendering:
    """Renders rows of one shape. ``slots`` is None where the shape cannot be worded: every row is walked then."""

    typename: str
    shape: Shape
    slots: tuple[Words, ...] | None

    @classmethod
    def of(cls, typename: str, asked: Asked, writing: Writing) -> "Rendering":
        """The rendering of what a field asks of a contract object."""
        shaped = writing.selections.shape(typename, asked.nodes)
        try:
            return cls(typename, shaped.shape, slots(shaped.slots, writing))
        except Unwritable:
            return cls(typename, shaped.shape, None)

    def text(self, row: Row) -> str | None:
        """The row as finished JSON; None where it has to be walked."""
        if row.text is None or row.broken or self.slots is None:
            return None
        if not self.slots:
            return row.text
        try:
            return worded(row.text, self.slots)
        except UnknownCode:
            return None

    def one(self, row: Row) -> Any:
        """The row for the executor: a fragment, or a mapping to walk."""
        text = self.text(row)
        return self._walked(row) if text is None else Fragment(text)

    def many(self, rows: Sequence[Row]) -> Any:
        """Rows for the executor: one fragment where all are finished."""
        texts = [self.text(row) for row in rows]
        if None not in texts:
            return spliced(texts)  # type: ignore[arg-type]
        return [self._walked(row) if text is None else Fragment(text) for row, text in zip(rows, texts, strict=True)]

    def _walked(self, row: Row) -> walked.Row:
        values = row.value if row.text is None else orjson.loads(unworded(row.text))
        return walked.Row(self.typename, values or {})
