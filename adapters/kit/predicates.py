"""Which rows: the part of a statement that filters, and the paths along which values are found."""

from dataclasses import dataclass

from adapters.contract.catalogue import CATALOGUE, Path, path_of
from adapters.contract.objects import Kind
from adapters.kit.columns import relation_of
from adapters.kit.folder import Selects
from adapters.kit.forms import WhereForm
from adapters.kit.shaping import Shaping
from adapters.kit.statement import Parameters

__all__ = ["Predicates"]


@dataclass(frozen=True, slots=True)
class Predicates:
    """Compiles filters, and the paths that facets and searches follow, for a city's projections under one view."""

    projections: Selects
    shaping: Shaping

    def conditions(self, where: WhereForm, row: str, parameters: Parameters) -> list[str]:
        """The conditions of a filter on a row; the search is not among them."""
        return [self._condition(place, name, where.object, row, parameters) for place, name in enumerate(where.filters)]

    def _condition(self, place: int, name: str, of: str, row: str, parameters: Parameters) -> str:
        values = parameters.add(lambda values: list(values.conditions[place].values), "text[]")
        return self.found(path_of(of, CATALOGUE[of].filters[name].path), row, values, parameters)

    def found(self, path: Path, row: str, values: str, parameters: Parameters) -> str:
        """Whether one of the values, an array, is at the end of a path that begins with a row."""
        owner, taken = path[0]
        match taken.kind:
            case Kind.CHILDREN:
                child = parameters.alias(taken.target)
                source, linked = self.shaping.children(taken, child, parameters)
                inner = self.found(path[1:], child, values, parameters)
                return f"exists (select from {source} where {linked} = {row}.key and {inner})"
            case Kind.CODES | Kind.TERMS:
                relation = relation_of(owner.name, taken.name)
                if relation not in self.projections:
                    return f"{row}.{taken.columns[0]} && {values}"
                pair = parameters.alias("pair")
                return (
                    f"exists (select from ({self.projections[relation]}) as {pair}"
                    f" where {pair}.{owner.name}_key = {row}.key and {pair}.value = any({values}))"
                )
            case _:
                return f"{row}.{taken.columns[0]} = any({values})"

    def leaf(self, path: Path, row: str, parameters: Parameters) -> tuple[str, str]:
        """The joins to the end of a path, and the column there: one output row for each value."""
        owner, taken = path[0]
        match taken.kind:
            case Kind.CHILDREN:
                child = parameters.alias(taken.target)
                source, linked = self.shaping.children(taken, child, parameters)
                joins, column = self.leaf(path[1:], child, parameters)
                return f"\njoin {source} on {linked} = {row}.key{joins}", column
            case Kind.GROUP:
                return "", f"{row}.{path[1][1].columns[0]}"
            case Kind.CODES | Kind.TERMS:
                pair = parameters.alias("pair")
                relation = relation_of(owner.name, taken.name)
                if relation in self.projections:
                    on = f"{pair}.{owner.name}_key = {row}.key"
                    return f"\njoin ({self.projections[relation]}) as {pair} on {on}", f"{pair}.value"
                return f"\ncross join lateral unnest({row}.{taken.columns[0]}) as {pair} (value)", f"{pair}.value"
            case _:
                return "", f"{row}.{taken.columns[0]}"
