"""The total order inside one registry, and where a page begins in it."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from adapters.contract.catalogue import CATALOGUE
from adapters.contract.objects import Kind
from adapters.contract.request import MATCH, RELEVANCE, SortValue
from adapters.kit.forms import BoundaryForm, PageForm, Side
from adapters.kit.statement import Parameters

__all__ = ["Keyset"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TYPES = {
    Kind.TEXT: "text",
    Kind.INTEGER: "integer",
    Kind.DATE: "date",
    Kind.INSTANT: "timestamp with time zone",
}


@dataclass(frozen=True, slots=True)
class Keyset:
    """The order (null flag, sort key, cluster, key) that a page walks along.

    ``reversed`` is the order's own direction, ``backward`` says that the page walks against it.
    Nulls come last both ways; a backward page meets them first. By relevance, the key is that of the search's hits
    (``place``): so the hits are in order before rows are joined to them, and only those of the page are joined.
    """

    column: str
    kind: Kind
    nullable: bool
    reversed: bool
    backward: bool
    key: str = "key"

    @classmethod
    def of(cls, form: PageForm) -> "Keyset":
        """The keyset of a page."""
        if form.order == RELEVANCE:
            return cls("score", Kind.INTEGER, False, form.descending, form.backward, "place")
        if form.order == MATCH:
            return cls("sort", Kind.TEXT, False, form.descending, form.backward)
        order = CATALOGUE[form.where.object].orders[form.order]
        return cls(order.column, order.kind, order.nullable, form.descending, form.backward)

    @property
    def descending(self) -> bool:
        """Whether the page meets greater keys first."""
        return self.reversed != self.backward

    def _compared(self, row: str) -> str:
        return f"{row}.{self.column}" + (' collate "C"' if self.kind is Kind.TEXT else "")

    def order_by(self, row: str) -> str:
        """The order as SQL; the null flag is written so that all terms point one way and one index serves them."""
        direction = " desc" if self.descending else ""
        terms = [f"{self._compared(row)}{direction}", f'{row}.{self.key} collate "C"{direction}']
        if self.nullable:
            terms.insert(0, f"({row}.{self.column} is {'not ' if self.reversed else ''}null){direction}")
        return ", ".join(terms)

    @property
    def of_hits(self) -> str:
        """The order of a search's hits, where a page walks along it."""
        direction = " desc" if self.descending else ""
        return f"\n  order by score{direction}, place{direction}" if self.key == "place" else ""

    def travelling(self, row: str) -> str:
        """The sort key as it travels: see ``SortValue``."""
        column = f"{row}.{self.column}"
        match self.kind:
            case Kind.DATE:
                return f"{column} - date '1970-01-01'"
            case Kind.INSTANT:
                return f"(extract(epoch from {column}) * 1000000)::bigint"
            case _:
                return column

    def behind(self, boundary: BoundaryForm, row: str, parameters: Parameters) -> str:
        """Rows behind the boundary; between two registries the clusters' codes break a tie."""
        null = f"{row}.{self.column} is null"
        if boundary.null:
            tied = f"({null} and {self._tied(boundary, row, parameters)})"
            return f"({tied} or not {null})" if self.backward else tied
        beyond, column = "<" if self.descending else ">", self._compared(row)
        at = parameters.add(lambda values: self._value(values.sort), _TYPES[self.kind])
        if boundary.side is Side.OWN:  # as one row, so that an index finds the place of both
            key = parameters.add(lambda values: values.key, "text")
            strict = f'({column}, {row}.{self.key} collate "C") {beyond} ({at}, {key})'
        else:
            strict = f"{column} {beyond}{'=' if self._ties_follow(boundary) else ''} {at}"
        return f"({strict} or {null})" if self.nullable and not self.backward else strict

    def _tied(self, boundary: BoundaryForm, row: str, parameters: Parameters) -> str:
        """Whether a row that ties with the boundary in its sort key is behind it."""
        if boundary.side is Side.OWN:
            key = parameters.add(lambda values: values.key, "text")
            return f'{row}.{self.key} collate "C" {"<" if self.descending else ">"} {key}'
        return "true" if self._ties_follow(boundary) else "false"

    def _ties_follow(self, boundary: BoundaryForm) -> bool:
        return (boundary.side is Side.AFTER) == self.descending

    def _value(self, travelled: SortValue) -> object:
        match self.kind, travelled:
            case Kind.DATE, int():
                return date(1970, 1, 1) + timedelta(days=travelled)
            case Kind.INSTANT, int():
                return _EPOCH + timedelta(microseconds=travelled)
            case _:
                return travelled
