"""How deep, how large and how repetitive a document is, inside its fragments too. Pure, and linear in its length.

All of it is found out before the document is validated: nothing here takes it for valid.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from graphql import (
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
)

__all__ = ["Measure", "Repeated", "measure", "most_repeated"]


@dataclass(frozen=True, slots=True)
class Measure:
    """What a document holds, each selection counted at every place that a fragment brings it to.

    ``fields`` and ``directives`` are those of all its operations together; ``depth`` (selections within selections,
    introspection left out), ``aliases`` and ``roots`` those of the operation that has most. ``crowd`` is the most
    directives at one place, ``doubled`` those that stand there a second time. ``cyclic``: a fragment spreads itself.
    """

    depth: int = 0
    fields: int = 0
    aliases: int = 0
    directives: int = 0
    roots: int = 0
    crowd: int = 0
    doubled: tuple[DirectiveNode, ...] = ()
    cyclic: bool = False


@dataclass(frozen=True, slots=True)
class Repeated:
    """The response key that is asked for most often at one place of an answer, and how often."""

    key: str
    times: int


@dataclass(slots=True)
class _Sum:
    """What stands below a selection set; ``roots`` is how many fields come to stand in the set itself."""

    depth: int = 0
    fields: int = 0
    aliases: int = 0
    directives: int = 0
    roots: int = 0

    def add(self, below: "_Sum") -> None:
        """Takes in what stands beneath a field, an inline fragment or a spread."""
        self.depth = max(self.depth, below.depth)
        self.fields += below.fields
        self.aliases += below.aliases
        self.directives += below.directives


class _Scale:
    """Weighs the definitions of one document, each fragment once: they cost what they are, not what they unfold to."""

    def __init__(self, document: DocumentNode) -> None:
        self.fragments = _fragments(document)
        self.crowd = 0
        self.doubled: list[DirectiveNode] = []
        self.cyclic = False
        self._weighed: dict[str, _Sum] = {}
        self._open: set[str] = set()

    def definition(self, node: OperationDefinitionNode | FragmentDefinitionNode) -> _Sum:
        """An operation, or a fragment for its own sake."""
        found = self._set(node.selection_set)
        found.directives += self._directives(node.directives)
        for variable in node.variable_definitions or ():
            found.directives += self._directives(variable.directives)
        return found

    def reached(self, node: FragmentDefinitionNode) -> bool:
        """Whether a fragment was weighed where something spreads it."""
        return node.name.value in self._weighed and self.fragments[node.name.value] is node

    def _set(self, selected: SelectionSetNode) -> _Sum:
        total = _Sum()
        for selection in selected.selections:
            total.directives += self._directives(selection.directives)
            if isinstance(selection, FieldNode):
                total.roots += 1
                total.fields += 1
                total.aliases += selection.alias is not None
                if selection.selection_set is not None:
                    below = self._set(selection.selection_set)
                    below.depth = 0 if selection.name.value.startswith("__") else below.depth + 1
                    total.add(below)
            else:
                inner = (
                    self._fragment(selection.name.value)
                    if isinstance(selection, FragmentSpreadNode)
                    else self._set(selection.selection_set)  # type: ignore[attr-defined]
                )
                total.roots += inner.roots
                total.add(inner)
        return total

    def _fragment(self, name: str) -> _Sum:
        if name in self._open:
            self.cyclic = True
            return _Sum()
        if name not in self._weighed and name in self.fragments:
            self._open.add(name)
            self._weighed[name] = self.definition(self.fragments[name])
            self._open.remove(name)
        return self._weighed.get(name, _Sum())

    def _directives(self, directives: Sequence[DirectiveNode] | None) -> int:
        if not directives:
            return 0
        self.crowd = max(self.crowd, len(directives))
        names: set[str] = set()
        for each in directives:
            if each.name.value in names:
                self.doubled.append(each)
            names.add(each.name.value)
        return len(directives)


def measure(document: DocumentNode) -> Measure:
    """What a document holds. RecursionError where its fragments nest deeper than the interpreter can follow.

    >>> from graphql import parse
    >>> found = measure(parse("{ a { ...F } z: a { ...F } } fragment F on T { b { c } }"))
    >>> found.depth, found.fields, found.aliases, found.roots
    (2, 6, 1, 2)
    """
    scale = _Scale(document)
    operations = [scale.definition(each) for each in document.definitions if isinstance(each, OperationDefinitionNode)]
    # A fragment that no operation spreads is a mistake, but what finds that out reads it as well.
    apart = [
        scale.definition(each)
        for each in document.definitions
        if isinstance(each, FragmentDefinitionNode) and not scale.reached(each)
    ]
    found = (*operations, *apart)
    return Measure(
        depth=max((each.depth for each in found), default=0),
        fields=sum(each.fields for each in found),
        aliases=max((each.aliases for each in found), default=0),
        directives=sum(each.directives for each in found),
        roots=max((each.roots for each in operations), default=0),
        crowd=scale.crowd,
        doubled=tuple(scale.doubled),
        cyclic=scale.cyclic,
    )


def most_repeated(document: DocumentNode) -> Repeated:
    """What is asked for most often at one place, fields of one response key taken together as an answer does.

    Each pair of those is compared when the document is validated. Takes a document without cycles, and as many steps
    as it has fields once its fragments are unfolded.

    >>> from graphql import parse
    >>> most_repeated(parse("{ a { b } ...F } fragment F on T { a { b } a { b c } }"))
    Repeated(key='a', times=3)
    """
    fragments = _fragments(document)
    most = Repeated("", 0)
    places: list[Sequence[SelectionSetNode]] = [
        [each.selection_set]
        for each in document.definitions
        if isinstance(each, OperationDefinitionNode | FragmentDefinitionNode)
    ]
    while places:
        found: dict[str, list[FieldNode]] = {}
        for field in _fields(places.pop(), fragments):
            found.setdefault((field.alias or field.name).value, []).append(field)
        for key, nodes in found.items():
            if len(nodes) > most.times:
                most = Repeated(key, len(nodes))
            below = [node.selection_set for node in nodes if node.selection_set is not None]
            if below:
                places.append(below)
    return most


def _fields(sets: Sequence[SelectionSetNode], fragments: dict[str, FragmentDefinitionNode]) -> Iterator[FieldNode]:
    """The fields that come to stand at one place, whatever type they are for."""
    ahead: list[SelectionNode] = [each for selected in sets for each in selected.selections]
    spread: set[str] = set()
    while ahead:
        selection = ahead.pop()
        if isinstance(selection, FieldNode):
            yield selection
        elif not isinstance(selection, FragmentSpreadNode):
            ahead.extend(selection.selection_set.selections)  # type: ignore[attr-defined]
        elif selection.name.value not in spread and selection.name.value in fragments:
            spread.add(selection.name.value)
            ahead.extend(fragments[selection.name.value].selection_set.selections)


def _fragments(document: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    return {each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)}
