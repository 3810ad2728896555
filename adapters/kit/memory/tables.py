"""The rows of a registry in memory under a view, and the ways from one row to others."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from adapters.contract.catalogue import CATALOGUE
from adapters.contract.codes import Visibility
from adapters.contract.objects import Field, Kind
from adapters.kit.columns import PROJECTIONS

__all__ = ["Record", "Tables"]

Record = Mapping[str, Any]
"""A row of a projection: its columns by name, arrays as lists, dates and instants as Python has them."""


class Tables:
    """Rows by the name of their projection, as seen under ``view``. A projection that is not given is empty."""

    def __init__(self, tables: Mapping[str, Sequence[Record]], view: Visibility) -> None:
        """Take the rows as they are; a name that is no projection's is a KeyError."""
        self.view = view
        unknown = sorted(tables.keys() - PROJECTIONS.keys())
        if unknown:
            raise KeyError(", ".join(unknown))
        self._rows = {name: tuple(tables.get(name, ())) for name in PROJECTIONS}
        self._found: dict[tuple[str, str], dict[object, list[Record]]] = {}

    def __getitem__(self, name: str) -> Sequence[Record]:
        """All rows of a projection."""
        return self._rows[name]

    def where(self, name: str, column: str, value: object) -> Sequence[Record]:
        """The rows of a projection whose column is this value; none for null."""
        if (name, column) not in self._found:
            found: dict[object, list[Record]] = {}
            for row in self._rows[name]:
                found.setdefault(row[column], []).append(row)
            self._found[name, column] = found
        return () if value is None else self._found[name, column].get(value, ())

    def children(self, of: Field, key: str) -> Iterator[Record]:
        """The rows behind a CHILDREN field of the row with this key, in no order."""
        if not of.through:
            yield from self.where(of.target, of.link, key)
        else:
            for pair in self.where(of.through, of.link, key):
                yield from self.where(of.target, "key", pair[f"{of.target}_key"])

    def values(self, name: str, row: Record, path: tuple[str, ...]) -> Iterator[str]:
        """Every value at the end of a path of the catalogue, null left out, as often as it occurs."""
        taken = CATALOGUE[name].fields[path[0]]
        match taken.kind:
            case Kind.CHILDREN:
                for child in self.children(taken, row["key"]):
                    yield from self.values(taken.target, child, path[1:])
            case Kind.GROUP:
                yield from self.values(taken.target, row, path[1:])
            case Kind.CODES | Kind.TERMS:
                yield from row[taken.columns[0]] or ()
            case _:
                yield from _known(row[taken.columns[0]])


def _known(value: str | None) -> Iterable[str]:
    return () if value is None else (value,)
