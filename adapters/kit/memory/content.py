"""What a row looks like in the shape that was asked."""

from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from adapters.contract.catalogue import CATALOGUE
from adapters.contract.codes import Visibility
from adapters.contract.objects import Field, Kind, Object
from adapters.contract.shape import ID, TYPENAME, Pick, Shape
from adapters.kit.memory.tables import Record, Tables

__all__ = ["Content"]


@dataclass(frozen=True, slots=True)
class Content:
    """Reads shapes from the rows of one cluster."""

    tables: Tables
    cluster: str

    def of(self, shape: Shape | None, row: Record) -> dict[str, Any]:
        """The row's fields by response key; codes that the gateway words stand bare."""
        if shape is None:
            raise ValueError("an object behind a field needs a shape")
        each = CATALOGUE[shape.object]
        return {pick.key: self._value(pick, each, row) for pick in shape.picks}

    def _value(self, pick: Pick, owner: Object, row: Record) -> object:
        if pick.field == TYPENAME:
            return owner.typename
        if pick.field == ID:
            return _global_id(f"{owner.typename}:{self.cluster}:{row['key']}")
        taken = owner.fields[pick.field]
        columns = [row[column] for column in taken.columns]
        match taken.kind:
            case Kind.DATE | Kind.INSTANT:
                return _written(columns[0])
            case Kind.TERM:
                return None if None in columns else ":".join(columns)
            case Kind.CLUSTER:
                return self.cluster
            case Kind.GROUP:
                return self._group(pick, taken, row)
            case Kind.LOCALIZED:
                return self._localized(pick, owner, row)
            case Kind.PARENT:
                parents = self.tables.where(taken.target, "key", columns[0])
                return self.of(pick.shape, parents[0]) if parents else None
            case Kind.CHILDREN if taken.own and self.tables.view is not Visibility.PRIVATE:
                return []
            case Kind.CHILDREN:
                children = _ordered([*self.tables.children(taken, row["key"])], taken.order)
                return [self.of(pick.shape, child) for child in children[: pick.first]]
            case _:
                return columns[0]

    def _group(self, pick: Pick, taken: Field, row: Record) -> object:
        parts = CATALOGUE[taken.target].fields.values()
        present = all(row[column] is not None for part in parts if part.required for column in part.columns)
        return self.of(pick.shape, row) if present else None

    def _localized(self, pick: Pick, owner: Object, row: Record) -> object:
        """The text in the first of the asked languages that has one, else in the first by its tag."""
        wanted = {lang: place for place, lang in reversed([*enumerate(pick.langs)])}
        texts = [
            text
            for text in self.tables.where(f"{owner.name}_text", f"{owner.name}_key", row["key"])
            if text["field"] == pick.field.upper()
        ]
        if not texts:
            return None
        return self.of(
            pick.shape,
            min(texts, key=lambda text: (wanted.get(text["lang"], len(wanted)), text["lang"] is None, text["lang"])),
        )


def _ordered(rows: list[Record], order: Sequence[str]) -> list[Record]:
    """Rows by several columns, the first weighing most; null is greater than everything, as in Postgres."""
    for term in reversed(order):
        column = term.removeprefix("-")
        rows.sort(key=lambda row: (row[column] is None, row[column]), reverse=term.startswith("-"))
    return rows


def _written(moment: date | datetime | None) -> str | None:
    if isinstance(moment, datetime):
        return moment.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"
    return None if moment is None else moment.isoformat()


def _global_id(text: str) -> str:
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")
