"""What an operation asks for, weighed: by the table of weights, and by how many objects an answer can hold. Pure."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from graphql import (
    FieldNode,
    GraphQLError,
    ListValueNode,
    ObjectValueNode,
    Undefined,
    ValueNode,
    VariableNode,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    value_from_ast_untyped,
)

from adapters.contract.objects import Kind
from gateway.execution.documents import variables
from gateway.execution.selection import OBJECTS, Asked, Selections, contract_name
from gateway.limits.weights import ASSUMED_LENGTH, FACET_VALUES, Weight

__all__ = ["Part", "Scale", "Weighed"]

_PAGE = 20
"""Rows of a page where nothing says how many."""
_LARGEST = 100
"""Rows that a page can have; a larger one is refused where it is asked for, with an error of its own."""
_LISTS = {"members", "offers", "needs", "partnerMatches"}
_COUNTED = {"totalCount", "total"}
_ROWS = {"nodes", "edges"}

T = TypeVar("T")
Given = Mapping[str, Any]
"""The coerced variables of a request."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """What one object weighs with all that is asked of it: in tenths of cost, and in objects below it.

    ``path`` leads to what weighs most in it, and ``share`` is what that weighs.
    """

    tenths: int = 0
    nodes: int = 0
    path: tuple[str, ...] = ()
    share: int = 0

    def times(self, length: int, each: int) -> "Weighed":
        """So many such objects that weigh ``each`` themselves.

        The path ends here where they weigh more than the heaviest of what they hold.
        """
        one = each + self.tenths
        deeper = self.share > 0 and 2 * self.share >= one
        path, share = (self.path, self.share) if deeper else ((), one)
        return Weighed(length * one, length * self.nodes, path, length * share)


@dataclass(frozen=True, slots=True)
class Part:
    """A field of the root: ``row`` for each row or ID, ``fixed`` for each registry asked, ``once`` for itself.

    ``searches`` is how many statements a search is part of. Given the variables, ``rows`` is how many rows a request
    asks for, ``searched`` whether it searches, and ``asked`` which registries it asks: any of them may have to give
    all of the rows.
    """

    name: str
    row: Weighed
    once: Weighed
    fixed: int
    searches: int
    rows: Callable[[Given], int]
    searched: Callable[[Given], bool]
    asked: Callable[[Given], Collection[str]]


class Scale:
    """Weighs what one operation asks for."""

    def __init__(self, selections: Selections, clusters: tuple[str, ...]) -> None:
        self._selections = selections
        self._clusters = clusters

    def part(self, root: str, asked: Asked) -> Part:
        """A field of the root."""
        node = asked.nodes[0]
        given = {each.name.value: each.value for each in node.arguments or ()}
        match asked.name:
            case name if name in _LISTS and root == "Query":
                return self._list(asked, given)
            case "member" | "node" | "nodes" | "_entities" if root == "Query":
                argument = next((given[each] for each in ("id", "ids", "representations") if each in given), None)
                return self._references(asked, argument)
            case "matchesForNeed" if root == "Subscription":
                row = self._one(root, asked).times(1, Weight.ROW.tenths)
                size = _reader([given.get("first")], _size)
                return Part(
                    asked.key, row, Weighed(), Weight.MATCH.tenths, 1, size, _never, lambda _values: self._clusters
                )
            case name:
                if name.startswith("__"):
                    tenths = {"__schema": 10, "__type": 1}.get(name, 0) * Weight.SCHEMA.tenths // 10
                    weighed = Weighed(tenths, share=tenths)
                else:
                    weighed = self._field(root, asked)
                asked_of = _nowhere if name.startswith("__") else lambda _values: self._clusters
                return Part(asked.key, Weighed(), weighed, 0, 0, _nothing, _never, asked_of)

    def _list(self, asked: Asked, given: Mapping[str, ValueNode]) -> Part:
        typename = self._selections.target("Query", asked)
        fields = self._selections.fields(typename, asked.nodes)
        row = _sum((each.key, self._rows(typename, each)) for each in fields if each.name in _ROWS)
        paged = any(each.name not in {*_COUNTED, "facets", "__typename"} for each in fields)
        counted = any(
            each.name in _COUNTED
            or (
                each.name == "sources"
                and any(inner.name == "total" for inner in self._selections.fields("SourceReport", each.nodes))
            )
            for each in fields
        )
        facets = {name for each in fields if each.name == "facets" for name in self._faceted(typename, each)}
        once = _sum((each.key, self._field(typename, each)) for each in fields if each.name not in _ROWS)
        matched = asked.name == "partnerMatches"
        return Part(
            asked.key,
            row,
            Weighed(0, once.nodes + 1),
            counted * Weight.COUNT.tenths + len(facets) * Weight.FACET.tenths + matched * Weight.MATCH.tenths,
            paged + counted + len(facets),
            _reader([given.get("first"), given.get("last")], _size),
            _reader([given.get("search")], lambda search: bool(search[0])),
            _reader([given.get("filter")], self._named),
        )

    def _named(self, filters: Sequence[Any]) -> Collection[str]:
        """The registries that a filter leaves."""
        (filtered,) = filters
        clusters = filtered.get("clusters") if isinstance(filtered, Mapping) else None
        return self._clusters if clusters is None else set(_items(clusters)) & set(self._clusters)

    def _references(self, asked: Asked, given: ValueNode | None) -> Part:
        row = self._one("Query", asked).times(1, Weight.REFERENCE.tenths)
        return Part(
            asked.key,
            row,
            Weighed(),
            0,
            0,
            _reader([given], lambda ids: len(_items(ids[0]))),
            _never,
            lambda _values: self._clusters,
        )

    def _rows(self, connection: str, asked: Asked) -> Weighed:
        """One row of a page, under ``nodes`` or ``edges``."""
        if asked.name == "nodes":
            return self._one(connection, asked).times(1, Weight.ROW.tenths)
        edge = self._selections.target(connection, asked)
        held = _sum(
            (
                each.key,
                self._one(edge, each).times(1, Weight.ROW.tenths) if each.name == "node" else self._field(edge, each),
            )
            for each in self._selections.fields(edge, asked.nodes)
        )
        return Weighed(held.tenths, 1 + held.nodes, held.path, held.share)

    def _one(self, typename: str, asked: Asked) -> Weighed:
        """One object behind a field, whichever of its types it turns out to be of; nothing for a leaf."""
        named = get_named_type(self._selections.object_type(typename).fields[asked.name].type)
        if is_leaf_type(named):
            return Weighed()
        schema = self._selections.schema
        types = schema.get_possible_types(named) if is_abstract_type(named) else [named]
        weighed = [self._object(each.name, asked.nodes) for each in types]
        heaviest = max(weighed, key=lambda each: each.tenths)
        return Weighed(heaviest.tenths, 1 + max(each.nodes for each in weighed), heaviest.path, heaviest.share)

    def _object(self, typename: str, nodes: Sequence[FieldNode]) -> Weighed:
        fields = self._selections.fields(typename, nodes)
        return _sum((each.key, self._field(typename, each)) for each in fields)

    def _field(self, typename: str, asked: Asked) -> Weighed:
        """All that a field brings, with each item of a list."""
        if asked.name.startswith("__"):
            return Weighed()
        one, length = self._one(typename, asked), self._length(typename, asked)
        own, each = self._own(typename, asked)
        weighed = one.times(length, each)
        return Weighed(weighed.tenths + own, weighed.nodes, weighed.path, max(weighed.share, own))

    def _own(self, typename: str, asked: Asked) -> tuple[int, int]:
        """What a field weighs for itself, and what each of its objects does."""
        match typename, asked.name:
            case _, "matchedOn":
                return Weight.HIT.tenths, 0
            case "Cluster", "programmes":
                return Weight.PROGRAMMES.tenths, Weight.CHILD.tenths
            case "Consortium", "suggestions":
                return Weight.SUGGESTIONS.tenths, 0
            case "Mutation", _:
                return Weight.ACT.tenths, 0
            case "Consortium", "requirements" | "formable" | "blockers":
                return Weight.COVERAGE.tenths, 0
            case ("Seat" | "PartnerMatch", "member") | ("ExpressionOfInterest", "from" | "to"):
                return 0, Weight.REFERENCE.tenths
            case ("ContactRelease", "parties") | ("Member", "contactPoint"):
                return 0, Weight.REFERENCE.tenths
        held = OBJECTS[typename].fields.get(contract_name(asked.name)) if typename in OBJECTS else None
        match held.kind if held is not None else None:
            case Kind.CHILDREN | Kind.PARENT:
                return 0, Weight.CHILD.tenths
            case Kind.LOCALIZED:
                return 0, Weight.TEXT.tenths
            case _:
                return 0, 0

    def _length(self, typename: str, asked: Asked) -> int:
        """How many items a field has at most, or is taken to have."""
        definition = self._selections.object_type(typename).fields[asked.name]
        type_ = definition.type.of_type if is_non_null_type(definition.type) else definition.type
        if not is_list_type(type_):
            return 1
        if "first" in definition.args:
            return self._argument(typename, asked, "first", _PAGE)
        match str(get_named_type(type_)):
            case "Cluster" | "ClusterCount" | "SourceReport":
                return len(self._clusters)
            case "Facet":
                return len(self._faceted(typename, asked))
            case "FacetValue":
                return FACET_VALUES
            case _:
                return ASSUMED_LENGTH

    def _faceted(self, typename: str, asked: Asked) -> list[str]:
        try:
            return [str(each) for each in self._selections.arguments(typename, asked)["fields"]]
        except GraphQLError:  # a variable without a value, which is told where the field is run
            return []

    def _argument(self, typename: str, asked: Asked, name: str, default: int) -> int:
        try:
            found = self._selections.arguments(typename, asked).get(name)
        except GraphQLError:  # as above
            return default
        return default if found is None else min(max(0, int(found)), _LARGEST)


def _sum(fields: Iterable[tuple[str, Weighed]]) -> Weighed:
    """The fields of one object together; the path goes into the heaviest of them."""
    tenths = nodes = most = share = 0
    path: tuple[str, ...] = ()
    for key, weighed in fields:
        tenths += weighed.tenths
        nodes += weighed.nodes
        if weighed.tenths > most:
            most, share, path = weighed.tenths, weighed.share, (key, *weighed.path)
    return Weighed(tenths, nodes, path, share)


def _nothing(_values: Given) -> int:
    return 0


def _never(_values: Given) -> bool:
    return False


def _nowhere(_values: Given) -> Collection[str]:
    return ()


def _size(sizes: Sequence[Any]) -> int:
    """The rows of a page; what is no possible size is refused where the page is asked for."""
    return next((min(max(0, each), _LARGEST) for each in sizes if isinstance(each, int)), _PAGE)


def _reader(nodes: Sequence[ValueNode | None], read: Callable[[Sequence[Any]], T]) -> Callable[[Given], T]:
    """Reads the values of some arguments: now, where they are the same in each request."""
    if any(node is not None and variables(node) for node in nodes):
        return lambda values: read([_value(node, values) for node in nodes])
    constant = read([_value(node, {}) for node in nodes])
    return lambda _values: constant


def _value(node: ValueNode | None, values: Given) -> Any:
    """An argument's value: that of its variable, or as it stands."""
    match node:
        case None:
            return None
        case VariableNode():
            return values.get(node.name.value)
        case ObjectValueNode():
            return {each.name.value: _value(each.value, values) for each in node.fields}
        case ListValueNode():
            return [_value(each, values) for each in node.values]
        case _:
            found = value_from_ast_untyped(node)
            return None if found is Undefined else found


def _items(value: Any) -> Sequence[Any]:
    """A list, or what stands for a list of one."""
    if value is None:
        return ()
    return value if isinstance(value, list) else [value]
