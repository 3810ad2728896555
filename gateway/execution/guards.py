"""Guards: the scopes that an operation needs, found before anything of it runs."""

from collections.abc import Iterator
from dataclasses import dataclass

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLCompositeType,
    GraphQLError,
    GraphQLField,
    InlineFragmentNode,
    SelectionSetNode,
    get_named_type,
    is_composite_type,
)
from strawberry.federation.schema_directives import RequiresScopes
from strawberry.schema.schema_converter import GraphQLCoreConverter

from gateway.access.viewer import Viewer, ViewerClass
from gateway.errors import ClientError, ErrorCode
from gateway.execution.selection import Selections

__all__ = ["Guard", "guards"]

Scopes = tuple[tuple[str, ...], ...]
"""As ``@requiresScopes`` has them: one of the groups is needed, and of that every scope."""


@dataclass(frozen=True, slots=True)
class Guard:
    """A field that only some may see: where it stands in the answer, and the scopes that open it."""

    path: tuple[str, ...]
    node: FieldNode
    scopes: Scopes

    def refusal(self, viewer: Viewer) -> GraphQLError | None:
        """Why the viewer may not have the field; None where it may."""
        if any(viewer.scopes.issuperset(group) for group in self.scopes):
            return None
        needed = " or ".join(" and ".join(group) for group in self.scopes)
        if viewer.kind is ViewerClass.ANONYMOUS:
            message = f"This field needs a credential with the scope {needed}: send one in the Authorization header."
        else:
            message = f"Your credential lacks the scope {needed}, which this field needs. Leave the field out."
        error = ClientError(ErrorCode.FORBIDDEN, message, requiredScopes=self.scopes)
        return GraphQLError(message, [self.node], path=list(self.path), original_error=error)


def guards(selections: Selections) -> tuple[Guard, ...]:
    """The guarded fields of an operation under its variables, wherever they stand."""
    root = selections.schema.get_root_type(selections.operation.operation)
    return () if root is None else tuple(_within(selections, root, selections.operation.selection_set, ()))


def _within(
    selections: Selections, of: GraphQLCompositeType, chosen: SelectionSetNode, path: tuple[str, ...]
) -> Iterator[Guard]:
    for selection in chosen.selections:
        if not selections.included(selection):
            continue
        match selection:
            case FieldNode():
                yield from _field(selections, of, selection, path)
            case InlineFragmentNode():
                condition = selection.type_condition
                yield from _within(
                    selections,
                    _type(selections, condition.name.value) if condition else of,
                    selection.selection_set,
                    path,
                )
            case FragmentSpreadNode():
                fragment = selections.fragments[selection.name.value]
                condition = fragment.type_condition
                yield from _within(selections, _type(selections, condition.name.value), fragment.selection_set, path)


def _field(selections: Selections, of: GraphQLCompositeType, node: FieldNode, path: tuple[str, ...]) -> Iterator[Guard]:
    definition = selections.schema.get_field(of, node.name.value)
    if definition is None:
        return
    here = (*path, node.alias.value if node.alias else node.name.value)
    if scopes := _scopes(definition):
        yield Guard(here, node, scopes)
    inner = get_named_type(definition.type)
    if node.selection_set and is_composite_type(inner):
        yield from _within(selections, inner, node.selection_set, here)


def _scopes(definition: GraphQLField) -> Scopes:
    declared = definition.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    found = (each for each in getattr(declared, "directives", ()) if isinstance(each, RequiresScopes))
    return tuple(tuple(group) for each in found for group in each.scopes)


def _type(selections: Selections, name: str) -> GraphQLCompositeType:
    found = selections.schema.type_map[name]
    if not is_composite_type(found):
        raise TypeError(f"{name} has no fields")
    return found
