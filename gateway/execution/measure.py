"""How deep and how large a document is, inside its fragments too. Pure."""

from dataclasses import dataclass

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
)

__all__ = ["Measure", "measure"]


@dataclass(frozen=True, slots=True)
class Measure:
    """``depth`` counts selections within selections, ``fields`` every field at every place it comes to stand."""

    depth: int = 0
    fields: int = 0


def measure(document: DocumentNode) -> Measure:
    """The deepest and the largest operation of a *valid* document; introspection is not counted.

    Each fragment is measured once: fragments that spread fragments cost what they weigh, not what they unfold to.

    >>> from graphql import parse
    >>> measure(parse("{ a { ...F } z: a { ...F } } fragment F on T { b { c } }"))
    Measure(depth=2, fields=6)
    """
    fragments = {each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)}
    measured: dict[str, Measure] = {}

    def within(selected: SelectionSetNode) -> Measure:
        depth = fields = 0
        for selection in selected.selections:
            found = Measure()
            match selection:
                case FieldNode() if selection.name.value.startswith("__"):
                    pass
                case FieldNode(selection_set=SelectionSetNode() as inner):
                    below = within(inner)
                    found = Measure(below.depth + 1, below.fields + 1)
                case FieldNode():
                    found = Measure(0, 1)
                case InlineFragmentNode():
                    found = within(selection.selection_set)
                case FragmentSpreadNode():
                    name = selection.name.value
                    if name not in measured:
                        measured[name] = within(fragments[name].selection_set)
                    found = measured[name]
            depth, fields = max(depth, found.depth), fields + found.fields
        return Measure(depth, fields)

    operations = [
        within(each.selection_set) for each in document.definitions if isinstance(each, OperationDefinitionNode)
    ]
    return Measure(
        max((each.depth for each in operations), default=0), max((each.fields for each in operations), default=0)
    )
