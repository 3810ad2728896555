"""Introspection: which documents ask for the schema itself, and who may."""

from graphql import DocumentNode, FieldNode, Visitor, visit
from graphql.language.visitor import BREAK, VisitorAction

from gateway.access.viewer import Viewer, ViewerClass
from gateway.errors import ClientError, ErrorCode
from gateway.settings import Introspection

__all__ = ["check_introspection", "introspects"]

_OF_THE_SCHEMA = frozenset({"__schema", "__type", "_service"})
"""The fields that tell of the schema; ``_service { sdl }`` gives all of it. ``__typename`` tells what was asked."""


def introspects(document: DocumentNode) -> bool:
    """Whether a valid document asks for the schema, wherever in it: under an alias, in a fragment, below a directive.

    >>> from graphql import parse
    >>> [introspects(parse(text)) for text in ("{ a: __schema { x } }", '{ a(b: "__schema") { __typename } }')]
    [True, False]
    >>> introspects(parse("{ ...F } fragment F on Query { ... { __type(name: $n) { name } } }"))
    True
    """
    finder = _Finder()
    visit(document, finder)
    return finder.found


def check_introspection(viewer: Viewer, allowed: Introspection) -> None:
    """Raises INTROSPECTION_DISABLED where the viewer may not read the schema from the gateway."""
    match allowed:
        case Introspection.PUBLIC:
            return
        case Introspection.VIEWERS if viewer.kind is not ViewerClass.ANONYMOUS:
            return
        case Introspection.VIEWERS:
            act = "Send a credential in the Authorization header, or read the schema in the documentation."
        case Introspection.OFF:
            act = "Read it in the documentation."
    raise ClientError(ErrorCode.INTROSPECTION_DISABLED, f"The schema cannot be read here. {act}")


class _Finder(Visitor):
    found = False

    def enter_field(self, node: FieldNode, *_args: object) -> VisitorAction:
        if node.name.value not in _OF_THE_SCHEMA:
            return None
        self.found = True
        return BREAK
