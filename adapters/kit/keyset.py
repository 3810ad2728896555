"""The total order inside one registry, and where a page begins in it."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from adapters.contract.catalogue import CATALOGUE, Kind
from adapters.contract.request import RELEVANCE, Boundary, PageRequest
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
    Nulls come last both ways; a backward page meets them first.
    """

    column: str
    kind: Kind
    nullable: bool
    reversed: bool
    backward: bool

    @classmethod
    def of(cls, request: PageRequest) -> "Keyset":
        """The keyset of a request."""
        ordering = request.ordering
        if ordering.name == RELEVANCE:
            return cls("score", Kind.INTEGER, False, ordering.descending, request.backward)
        order = CATALOGUE[request.where.object].orders[ordering.name]
        return cls(order.column, order.kind, order.nullable, ordering.descending, request.backward)

    @property
    def descending(self) -> bool:
        """Whether the page meets greater keys first."""
        return self.reversed != self.backward

    def _compared(self, row: str) -> str:
        return f"{row}.{self.column}" + (' collate "C"' if self.kind is Kind.TEXT else "")

    def order_by(self, row: str) -> str:
        """The order as SQL; the null flag is written so that all terms point one way and one index serves them."""
        direction = " desc" if self.descending else ""
        terms = [f"{self._compared(row)}{direction}", f'{row}.key collate "C"{direction}']
        if self.nullable:
            terms.insert(0, f"({row}.{self.column} is {'not ' if self.reversed else ''}null){direction}")
        return ", ".join(terms)

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

    def behind(self, boundary: Boundary, cluster: str, row: str, parameters: Parameters) -> str:
        """Rows behind the boundary; between two registries the clusters' codes break a tie."""
        beyond = "<" if self.descending else ">"
        if boundary.cluster == cluster:
            tie = f'{row}.key collate "C" {beyond} {parameters.add(boundary.key, "text")}'
        else:
            tie = "true" if (cluster < boundary.cluster) == self.descending else "false"
        null = f"{row}.{self.column} is null"
        if boundary.sort is None:
            tied = f"({null} and {tie})"
            return f"({tied} or not {null})" if self.backward else tied
        at = parameters.add(self._value(boundary.sort), _TYPES[self.kind])
        column = self._compared(row)
        # The first comparison says no more than the second: it is there for the index.
        strict = f"({column} {beyond}= {at} and ({column} {beyond} {at} or {tie}))"
        return f"({strict} or {null})" if self.nullable and not self.backward else strict

    def _value(self, travelled: str | int) -> object:
        match self.kind:
            case Kind.DATE:
                return date(1970, 1, 1) + timedelta(days=int(travelled))
            case Kind.INSTANT:
                return _EPOCH + timedelta(microseconds=int(travelled))
            case _:
                return travelled
