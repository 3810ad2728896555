"""Values that the gateway makes itself, written as a selection asks: graphql-core's completion, compiled once.

The schema's own resolvers are called, so that nothing is said twice. What only the executor can complete
(a field that asks a registry again, a row that has to be walked) raises Unwritable.
"""

from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, TypeAlias

from graphql import (
    GraphQLField,
    GraphQLOutputType,
    GraphQLResolveInfo,
    GraphQLResolveInfoHelpers,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
)
from graphql.pyutils import Path, is_awaitable
from orjson import Fragment
from strawberry.types.field import StrawberryField

from gateway.execution.selection import Asked, Selections
from schemas.context import Facts
from schemas.row import Row

__all__ = ["Unwritable", "Write", "Writing"]

Write: TypeAlias = Callable[[Any], Any]
"""From a value as a resolver gives it to one that can be dumped as JSON; a Fragment stays what it is."""


class Unwritable(Exception):
    """Only the executor can complete this: the selection asks a registry again, or the value is no finished one."""


@dataclass(frozen=True, slots=True)
class Writing:
    """Compiles selections into writers; ``context`` is what the schema's resolvers find."""

    selections: Selections
    context: Facts

    def field(self, typename: str, asked: Asked) -> Write:
        """From an object to the value of one of its fields; raises Unwritable where that asks a registry."""
        if asked.name == "__typename":
            return lambda _source: typename
        declared: StrawberryField = self._definition(typename, asked).extensions["strawberry-definition"]
        complete = self.value(typename, asked)
        if declared.is_basic_field:
            read = attrgetter(declared.python_name)
            return lambda source: complete(read(source))
        resolve, arguments = self.resolver(typename, asked), self.selections.arguments(typename, asked)
        return lambda source: complete(resolve(source, **arguments))

    def value(self, typename: str, asked: Asked) -> Write:
        """From what a field's resolver gives to what is asked of it."""
        return self.completed(self._definition(typename, asked).type, asked)

    def resolver(self, typename: str, asked: Asked) -> Callable[..., Any]:
        """The schema's own resolver of a field, as a function of the object and its arguments."""
        definition = self._definition(typename, asked)
        if definition.resolve is None or definition.extensions["strawberry-definition"].is_async:
            raise Unwritable
        resolve, info = definition.resolve, self._info(typename, asked, definition)
        return lambda source, **arguments: resolve(source, info, **arguments)

    def object(self, typename: str, asked: Asked) -> Write:
        """From an object to what is asked of it, by response key."""
        fields = [(each.key, self.field(typename, each)) for each in self.selections.fields(typename, asked.nodes)]
        return lambda source: {key: write(source) for key, write in fields}

    def completed(self, type_: GraphQLOutputType, asked: Asked) -> Write:
        """From a value of this type to what is asked of it."""
        if is_non_null_type(type_):
            return _required(self.completed(type_.of_type, asked))
        if is_list_type(type_):
            each = self.completed(type_.of_type, asked)
            return lambda values: values if _is_done(values) else [each(value) for value in values]
        write = type_.coerce_output_value if is_leaf_type(type_) else self.object(str(type_), asked)
        return lambda value: value if _is_done(value) else write(value)

    def _definition(self, typename: str, asked: Asked) -> GraphQLField:
        definition: GraphQLField = self.selections.object_type(typename).fields[asked.name]
        return definition

    def _info(self, typename: str, asked: Asked, definition: GraphQLField) -> "GraphQLResolveInfo[Facts]":
        selections, nothing = self.selections, GraphQLResolveInfoHelpers(_no_work, _no_work)
        return GraphQLResolveInfo(
            field_name=asked.name,
            field_nodes=list(asked.nodes),
            return_type=definition.type,
            parent_type=selections.object_type(typename),
            path=Path(None, asked.key, typename),
            schema=selections.schema,
            fragments=dict(selections.fragments),
            root_value=None,
            operation=selections.operation,
            variable_values=selections.variables,
            context=self.context,
            is_awaitable=is_awaitable,
            abort_signal=None,
            async_helpers=nothing,
        )


def _no_work(_awaitables: object) -> Any:
    raise Unwritable


def _required(write: Write) -> Write:
    def required(value: Any) -> Any:
        written = write(value)
        if written is None:
            raise Unwritable
        return written

    return required


def _is_done(value: Any) -> bool:
    if isinstance(value, Exception | Row):
        raise Unwritable
    return value is None or type(value) is Fragment
