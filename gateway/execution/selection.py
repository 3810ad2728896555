"""GraphQL selections, read: which fields of an object are asked for, and the Shape that they make. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLIncludeDirective,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLSchema,
    GraphQLSkipDirective,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
    VariableValues,
    get_argument_values,
    get_directive_values,
    get_named_type,
    is_abstract_type,
)

from adapters.contract.catalogue import CATALOGUE
from adapters.contract.languages import chain
from adapters.contract.objects import Kind, Object
from adapters.contract.shape import ID, TYPENAME, Pick, Shape
from gateway.errors import ClientError, ErrorCode

__all__ = ["OBJECTS", "Asked", "Selections", "Shaped", "contract_name"]

OBJECTS: Mapping[str, Object] = {each.typename: each for each in CATALOGUE.values()}
"""The contract's objects by the name of their GraphQL type."""

_MOST_CHILDREN = 100
_RELEASED = "contact_point"
"""What is asked of a registry apart, where there is a release: the row gives the ID to look for one by."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One field of a selection: its response key, its name, and the nodes that ask for it (several, merged)."""

    key: str
    name: str
    nodes: tuple[FieldNode, ...]


@dataclass(frozen=True, slots=True)
class Shaped:
    """A shape, and what each of its slots is to be worded as: a type's name and the field that asks for it."""

    shape: Shape
    slots: tuple[tuple[str, Asked], ...]


@dataclass(frozen=True, slots=True)
class Selections:
    """Reads the selections of one operation under its variables."""

    schema: GraphQLSchema
    operation: OperationDefinitionNode
    fragments: Mapping[str, FragmentDefinitionNode]
    variables: VariableValues

    @classmethod
    def of(cls, info: "GraphQLResolveInfo[Any]") -> "Selections":
        """The reader for the operation that a resolver is part of."""
        return cls(info.schema, info.operation, info.fragments, info.variable_values)

    @property
    def roots(self) -> list[Asked]:
        """What the operation asks for at its root."""
        type_ = self.schema.get_root_type(self.operation.operation)
        found: dict[str, list[FieldNode]] = {}
        if type_ is not None:
            self._collect(type_, self.operation.selection_set.selections, found, set())
        return _merged(found)

    def fields(self, typename: str, nodes: Sequence[FieldNode]) -> list[Asked]:
        """What the nodes ask of an object of this type, in order, fields of one response key merged."""
        type_ = self.object_type(typename)
        found: dict[str, list[FieldNode]] = {}
        for node in nodes:
            if node.selection_set:
                self._collect(type_, node.selection_set.selections, found, set())
        return _merged(found)

    def arguments(self, typename: str, asked: Asked) -> dict[str, Any]:
        """The coerced arguments of a field."""
        definition = self.object_type(typename).fields[asked.name]
        return get_argument_values(definition, asked.nodes[0], self.variables)

    def languages(self, typename: str, asked: Asked) -> tuple[str, ...]:
        """The chain of languages that a field's ``lang`` asks for."""
        return chain(self.arguments(typename, asked).get("lang"))

    def target(self, typename: str, asked: Asked) -> str:
        """The name of the type behind a field."""
        return str(get_named_type(self.object_type(typename).fields[asked.name].type))

    def shape(self, typename: str, nodes: Sequence[FieldNode]) -> Shaped:
        """The shape of a contract object under these nodes."""
        slots: list[tuple[str, Asked]] = []
        return Shaped(self._shape(OBJECTS[typename], nodes, slots), tuple(slots))

    def object_type(self, typename: str) -> GraphQLObjectType:
        """An object type of the schema by name."""
        found = self.schema.type_map[typename]
        if not isinstance(found, GraphQLObjectType):
            raise TypeError(f"{typename} is no object type")
        return found

    def _shape(self, of: Object, nodes: Sequence[FieldNode], slots: list[tuple[str, Asked]]) -> Shape:
        return Shape(of.name, tuple(self._pick(of, asked, slots) for asked in self.fields(of.typename, nodes)))

    def _pick(self, of: Object, asked: Asked, slots: list[tuple[str, Asked]]) -> Pick:
        name = contract_name(asked.name)
        if name in {ID, TYPENAME}:
            return Pick(asked.key, name)
        if name == _RELEASED:
            slots.append((of.typename, asked))
            return Pick(asked.key, ID)
        taken = of.fields[name]
        match taken.kind:
            case Kind.TERM | Kind.TERMS | Kind.CLUSTER:
                slots.append((of.typename, asked))
                return Pick(asked.key, name, slot=len(slots) - 1)
            case Kind.LOCALIZED:
                inner = self._shape(CATALOGUE[taken.target], asked.nodes, slots)
                return Pick(asked.key, name, langs=self.languages(of.typename, asked), shape=inner)
            case Kind.GROUP | Kind.PARENT | Kind.CHILDREN:
                inner = self._shape(CATALOGUE[taken.target], asked.nodes, slots)
                return Pick(asked.key, name, first=self._first(of, asked), shape=inner)
            case _:
                return Pick(asked.key, name)

    def _first(self, of: Object, asked: Asked) -> int | None:
        first = self.arguments(of.typename, asked).get("first")
        if first is not None and not 1 <= first <= _MOST_CHILDREN:
            raise ClientError(
                ErrorCode.PAGE_TOO_LARGE, f"`first` of `{asked.name}` must be from 1 to {_MOST_CHILDREN}, not {first}."
            )
        return int(first) if first is not None else None

    def _collect(
        self,
        type_: GraphQLObjectType,
        selections: Sequence[SelectionNode],
        found: dict[str, list[FieldNode]],
        spread: set[str],
    ) -> None:
        for selection in selections:
            if not self.included(selection):
                continue
            match selection:
                case FieldNode():
                    key = selection.alias.value if selection.alias else selection.name.value
                    found.setdefault(key, []).append(selection)
                case InlineFragmentNode():
                    condition = selection.type_condition
                    if condition is None or self._applies(condition.name.value, type_):
                        self._collect(type_, selection.selection_set.selections, found, spread)
                case FragmentSpreadNode() if selection.name.value not in spread:
                    spread.add(selection.name.value)
                    fragment = self.fragments[selection.name.value]
                    if self._applies(fragment.type_condition.name.value, type_):
                        self._collect(type_, fragment.selection_set.selections, found, spread)

    def included(self, selection: SelectionNode) -> bool:
        """Whether @skip and @include leave a selection in."""
        if not selection.directives:
            return True
        skip = get_directive_values(GraphQLSkipDirective, selection, self.variables)
        if skip and skip["if"]:
            return False
        include = get_directive_values(GraphQLIncludeDirective, selection, self.variables)
        return not include or bool(include["if"])

    def _applies(self, condition: str, type_: GraphQLObjectType) -> bool:
        named = self.schema.type_map[condition]
        return named is type_ or (is_abstract_type(named) and self.schema.is_sub_type(named, type_))


def _merged(found: Mapping[str, list[FieldNode]]) -> list[Asked]:
    return [Asked(key, nodes[0].name.value, tuple(nodes)) for key, nodes in found.items()]


def contract_name(name: str) -> str:
    """A GraphQL field's name as the contract has it.

    >>> contract_name("commonCode5"), contract_name("__typename")
    ('common_code5', '__typename')
    """
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)
