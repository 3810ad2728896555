"""Every place of the schema that takes text, and an operation made from the schema that sends some there."""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
    get_named_type,
    is_composite_type,
    is_introspection_type,
    is_required_argument,
    is_required_input_field,
)

from schemas.schema import build

__all__ = ["SCHEMA", "Operation", "operation", "places"]

SCHEMA = build()._schema
_ROOTS = [root for root in (SCHEMA.query_type, SCHEMA.mutation_type, SCHEMA.subscription_type) if root is not None]
_Taker = GraphQLArgument | GraphQLInputField
_Steps = tuple[tuple[GraphQLObjectType, str], ...]
"""Fields to select, one within the other, each with the type that has it."""
_Way = tuple[str, ...]
"""The names of input fields, one within the other, that lead to a place; none where it is the argument itself."""


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation with VALUE where the text goes.

    ``kind`` is query, mutation or subscription, ``field`` its field, ``place`` the name of the argument or input field
    that takes the text, and ``of`` the type of that.
    """

    kind: str
    field: str
    place: str
    of: str
    selection: str

    @property
    def text(self) -> str:
        """The document, in which VALUE is to be replaced by a literal."""
        return f"{self.kind} {{ {self.selection} }}"

    @property
    def text_of_variable(self) -> str:
        """The document that takes the text as the variable ``v``."""
        return f"{self.kind} ($v: {self.of}!) {{ {self.selection.replace('VALUE', '$v')} }}"


def places(scalar: str | None = None) -> Iterator[str]:
    """The coordinates of all arguments and input fields of the schema that take text, or this scalar alone."""
    for name, of in SCHEMA.type_map.items():
        if is_introspection_type(of):
            continue
        if isinstance(of, GraphQLInputObjectType):
            yield from (f"{name}.{key}" for key, field in of.fields.items() if _takes_text(field, scalar))
        if isinstance(of, GraphQLObjectType):
            for key, field in of.fields.items():
                yield from (f"{name}.{key}({each}:)" for each, arg in field.args.items() if _takes_text(arg, scalar))


def operation(place: str, given: Mapping[str, str]) -> Operation:
    """An operation for a place.

    ``given`` are literals for other arguments and input fields, by coordinate, by name or by type. Those that are
    optional are left out, unless their coordinate is named.
    """
    name, _, rest = place.partition(".")
    owner = SCHEMA.type_map[name]
    if isinstance(owner, GraphQLInputObjectType):
        taker: _Taker = owner.fields[rest]
        steps, argument, way = _taking(owner, rest)
    else:
        field, _, argument = rest.removesuffix(":)").partition("(")
        assert isinstance(owner, GraphQLObjectType)
        taker, steps, way = owner.fields[field].args[argument], (*_steps(owner), (owner, field)), ()
    named = (argument, *way)[-1]
    *before, (last, key) = steps
    selection = _call(last, key, given, argument, way) + _selected(last.fields[key])
    for each, through in reversed(before):
        selection = f"{_call(each, through, given)} {{ {selection} }}"
    root, field = steps[0]
    return Operation(root.name.lower(), field, named, get_named_type(taker.type).name, selection)


def _takes_text(taker: _Taker, scalar: str | None) -> bool:
    named = get_named_type(taker.type)
    text = isinstance(named, GraphQLScalarType) and named.name not in {"Int", "Float", "Boolean"}
    return text and scalar in {None, named.name}


def _steps(to: GraphQLObjectType) -> _Steps:
    """The shortest way from a root to a type."""
    for root in _ROOTS:
        queue: deque[tuple[GraphQLObjectType, _Steps]] = deque([(root, ())])
        seen = {root}
        while queue:
            of, steps = queue.popleft()
            if of is to:
                return steps
            for name, field in of.fields.items():
                found = get_named_type(field.type)
                if isinstance(found, GraphQLObjectType) and found not in seen:
                    seen.add(found)
                    queue.append((found, (*steps, (of, name))))
    raise LookupError(to.name)


def _taking(wanted: GraphQLInputObjectType, field: str) -> tuple[_Steps, str, _Way]:
    """A root's field and its argument that take an input type, and the way to the field within."""
    for root in _ROOTS:
        for name, each in root.fields.items():
            for argument, taker in each.args.items():
                way = _within(taker, wanted)
                if way is not None:
                    return ((root, name),), argument, (*way, field)
    raise LookupError(wanted.name)


def _within(taker: _Taker, wanted: GraphQLInputObjectType) -> _Way | None:
    of = get_named_type(taker.type)
    if of is wanted:
        return ()
    for name, field in of.fields.items() if isinstance(of, GraphQLInputObjectType) else ():
        way = _within(field, wanted)
        if way is not None:
            return (name, *way)
    return None


def _selected(field: GraphQLField) -> str:
    of = get_named_type(field.type)
    if not is_composite_type(of):
        return ""
    failing = isinstance(of, GraphQLObjectType) and "errors" in of.fields
    return " { errors { code message path } }" if failing else " { __typename }"


def _call(
    of: GraphQLObjectType, field: str, given: Mapping[str, str], argument: str | None = None, way: _Way = ()
) -> str:
    """A field with the arguments that it needs, and VALUE in one of them."""
    said = []
    for name, taker in of.fields[field].args.items():
        coordinate = f"{of.name}.{field}({name}:)"
        if name == argument:
            said.append(f"{name}: {_placed(taker.type, way, given)}")
        elif is_required_argument(taker) or coordinate in given:
            said.append(f"{name}: {_valid(taker.type, given, coordinate, name)}")
    return f"{field}({', '.join(said)})" if said else field


def _placed(of: object, way: _Way, given: Mapping[str, str]) -> str:
    """VALUE, in as many lists and input objects as lead there."""
    match of:
        case GraphQLNonNull():
            return _placed(of.of_type, way, given)
        case GraphQLList():
            return f"[{_placed(of.of_type, way, given)}]"
        case GraphQLInputObjectType():
            return _object(of, given, way)
        case _:
            return "VALUE"


def _object(of: GraphQLInputObjectType, given: Mapping[str, str], way: _Way = ()) -> str:
    said = []
    for name, field in of.fields.items():
        coordinate = f"{of.name}.{name}"
        if way and name == way[0]:
            said.append(f"{name}: {_placed(field.type, way[1:], given)}")
        elif is_required_input_field(field) or coordinate in given:
            said.append(f"{name}: {_valid(field.type, given, coordinate, name)}")
    return f"{{{', '.join(said)}}}"


def _valid(of: object, given: Mapping[str, str], *names: str) -> str:
    """A literal of a type: what is given by one of the names or by the type, or else the first that there is."""
    for name in names:
        if name in given:
            return given[name]
    match of:
        case GraphQLNonNull():
            return _valid(of.of_type, given)
        case GraphQLList():
            return f"[{_valid(of.of_type, given)}]"
        case GraphQLInputObjectType():
            return _object(of, given)
        case GraphQLEnumType():
            return str(next(iter(of.values)))
        case GraphQLScalarType():
            return given[of.name]
        case _:
            raise LookupError(names)
