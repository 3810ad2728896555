"""Documents: from a text to its operations, parsed, validated and measured once."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import (
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    InlineFragmentNode,
    Node,
    NoFragmentCyclesRule,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    Undefined,
    VariableNode,
    VariableValues,
    Visitor,
    coerce_input_value,
    get_variable_values,
    is_non_null_type,
    parse,
    validate,
    visit,
)
from graphql.execution.get_variable_signature import GraphQLVariableSignature, get_variable_signature
from graphql.execution.values import VariableValueSource

from gateway.errors import ClientError, ErrorCode
from gateway.execution.introspection import introspects
from gateway.execution.measure import Measure, measure, most_repeated
from gateway.execution.remembering import LARGE, Remembered
from gateway.limits.weights import Weight

__all__ = ["MOST_ERRORS", "Document", "Documents", "Limits", "Prepared", "Refused", "variables"]

MOST_ERRORS = 5
"""Errors of variables, and forbidden fields, that are told at once."""
_LIMITS_OF_GRAPHQL = {
    "Syntax Error: Document contains more than": ErrorCode.TOO_MANY_TOKENS,
    "Syntax Error: Document is nested too deeply": ErrorCode.TOO_DEEP,
    "Maximum introspection depth exceeded": ErrorCode.TOO_DEEP,
}
"""How graphql-core words its own limits, for which it has no codes; what a client wrote never comes first."""
_REWORDED = {"Validation aborted.": "The document is too intricate to be checked. Ask for fewer fields and fragments."}
_LONG_NUMBER = "sys.set_int_max_str_digits"
"""What Python says of a number that it does not read, which says nothing to a client."""
_ADVICE = {
    ErrorCode.TOO_DEEP: "Ask in two steps.",
    ErrorCode.TOO_MANY_FIELDS: "Ask in two steps.",
    ErrorCode.TOO_MANY_ALIASES: "Ask for many things of one kind in a list, such as `nodes(ids: …)`.",
    ErrorCode.TOO_MANY_ROOTS: "Send several operations, one a request.",
    ErrorCode.TOO_MANY_DIRECTIVES: "Put those that belong together on a fragment.",
}


class Refused(Exception):
    """A document that cannot be run, and why."""

    def __init__(self, errors: Sequence[GraphQLError]) -> None:
        super().__init__(*errors)
        self.errors = errors

    @classmethod
    def because(cls, error: ClientError) -> "Refused":
        """A refusal for one reason."""
        return cls([GraphQLError(str(error), original_error=error)])


@dataclass(frozen=True, slots=True)
class Limits:
    """What one document may hold; ``documents`` is how many are remembered, parsed and validated.

    ``characters`` and ``tokens`` are counted before it is parsed, the rest before it is validated: ``crowd`` is how
    many directives may stand at one place, ``repeats`` how often one response key may be asked for there. ``items``
    is how many the lists in an operation's variables may have together. ``errors`` is how many mistakes of a document
    are told.
    """

    tokens: int = 1000
    depth: int = 10
    fields: int = 500
    documents: int = 1000
    characters: int = 32 * 1024
    aliases: int = 15
    roots: int = 10
    directives: int = 20
    crowd: int = 4
    repeats: int = 25
    items: int = 2000
    errors: int = 5

    def check(self, measured: Measure) -> None:
        """Raises ClientError for the first limit that a document is over."""
        for found, most, code, what in (
            (measured.depth, self.depth, ErrorCode.TOO_DEEP, "nests more than {} levels"),
            (measured.fields, self.fields, ErrorCode.TOO_MANY_FIELDS, "asks for more than {} fields"),
            (measured.aliases, self.aliases, ErrorCode.TOO_MANY_ALIASES, "has more than {} aliases"),
            (measured.roots, self.roots, ErrorCode.TOO_MANY_ROOTS, "asks for more than {} fields at its root"),
            (measured.directives, self.directives, ErrorCode.TOO_MANY_DIRECTIVES, "has more than {} directives"),
            (measured.crowd, self.crowd, ErrorCode.TOO_MANY_DIRECTIVES, "has more than {} directives at one place"),
        ):
            if found > most:
                message = f"The document {what.format(most)}, fragments unfolded. {_ADVICE[code]}"
                raise ClientError(code, message, limit=most)


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """One operation of a document.

    ``shaping`` names the variables that stand in a directive or below the root: a plan holds for their values.
    ``items`` is how many the lists in its variables may have together. ``large``: the document is.
    """

    schema: GraphQLSchema
    definition: OperationDefinitionNode
    fragments: Mapping[str, FragmentDefinitionNode]
    shaping: tuple[str, ...]
    declared: tuple[GraphQLVariableSignature, ...]
    items: int
    large: bool

    @classmethod
    def of(  # noqa: PLR0913 - what all operations of a document share
        cls,
        schema: GraphQLSchema,
        definition: OperationDefinitionNode,
        fragments: Mapping[str, FragmentDefinitionNode],
        within: Sequence[VariableNode],
        items: int,
        *,
        large: bool,
    ) -> "Prepared":
        """An operation of a valid document; ``within`` are the variables that stand in the fragments of all of it."""
        signatures = [get_variable_signature(schema, each) for each in definition.variable_definitions or ()]
        declared = tuple(each for each in signatures if not isinstance(each, GraphQLError))
        return cls(schema, definition, fragments, _shaping(definition, fragments, within), declared, items, large)

    @property
    def kind(self) -> OperationType:
        """Whether it reads, writes or subscribes."""
        return self.definition.operation

    def values(self, given: Mapping[str, Any]) -> VariableValues:
        """The values of the variables; raises Refused where they are not what was declared.

        Where they are right, they are coerced by the types that were looked up once. Whatever else there is
        to do or to say is left to graphql-core, which looks them up anew.
        """
        _check_items(given, self.items)
        sources: dict[str, VariableValueSource] = {}
        coerced: dict[str, Any] = {}
        for each in self.declared:
            value = given.get(each.name, Undefined)
            if value is Undefined:
                if each.default is not None or is_non_null_type(each.type):
                    return self._values(given)
                sources[each.name] = VariableValueSource(each)
                continue
            coerced[each.name] = found = coerce_input_value(value, each.type) if _is_flat(value) else Undefined
            sources[each.name] = VariableValueSource(each, value)
            if found is Undefined:
                return self._values(given)
        return VariableValues(sources, coerced)

    def _values(self, given: Mapping[str, Any]) -> VariableValues:
        declared = self.definition.variable_definitions or ()
        found = get_variable_values(self.schema, declared, dict(given), MOST_ERRORS, hide_suggestions=True)
        if isinstance(found, list):
            raise Refused(found)
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """A valid document and its operations by name (None for one without); ``introspects``: it asks for the schema."""

    node: DocumentNode
    operations: Mapping[str | None, Prepared]
    introspects: bool

    def operation(self, name: str | None) -> Prepared:
        """The operation to run; OPERATION_UNKNOWN where it is not clear which."""
        if name is not None and name not in self.operations:
            raise ClientError(ErrorCode.OPERATION_UNKNOWN, f"The document holds no operation named {ascii(name)[:80]}.")
        if name is not None:
            return self.operations[name]
        if len(self.operations) != 1:
            raise ClientError(
                ErrorCode.OPERATION_UNKNOWN,
                "The document holds no operation."
                if not self.operations
                else f"The document holds {len(self.operations)} operations: say which to run in `operationName`.",
            )
        return next(iter(self.operations.values()))


class Documents:
    """The documents of one schema; the latest that were valid are remembered."""

    def __init__(self, schema: GraphQLSchema, limits: Limits) -> None:
        self._schema = schema
        self._limits = limits
        self._reads = 0
        self._remembered = Remembered(self._read, limits.documents)
        self.cache_info = self._remembered.cache_info

    def read(self, text: str) -> tuple[Document, int]:
        """The document, and what it costs to have read it: nothing where it was remembered. Raises Refused."""
        before = self._reads
        document = self.get(text)
        return document, 0 if self._reads == before else -(-len(text) * Weight.READ.tenths // 1000)

    def get(self, text: str) -> Document:
        """The document; raises Refused."""
        return self._remembered.of(large=len(text) >= LARGE)(text)

    def _read(self, text: str) -> Document:
        """The document; raises Refused, which nothing remembers."""
        self._reads += 1
        if len(text) > self._limits.characters:
            raise Refused.because(_too_long(self._limits.characters))
        try:
            node = parse(text, max_tokens=self._limits.tokens)
        except GraphQLSyntaxError as error:
            raise Refused([_coded(error, ErrorCode.SYNTAX_ERROR)]) from None
        self._check_size(node)
        errors = validate(self._schema, node, max_errors=self._limits.errors, hide_suggestions=True)
        if errors:
            raise Refused([_coded(error, ErrorCode.VALIDATION_FAILED) for error in errors])
        fragments = {each.name.value: each for each in node.definitions if isinstance(each, FragmentDefinitionNode)}
        operations = [each for each in node.definitions if isinstance(each, OperationDefinitionNode)]
        within = [variable for each in fragments.values() for variable in variables(each)]
        items, large = self._limits.items, len(text) >= LARGE
        prepared = [Prepared.of(self._schema, each, fragments, within, items, large=large) for each in operations]
        names = [each.name.value if each.name else None for each in operations]
        return Document(node, dict(zip(names, prepared, strict=True)), introspects(node))

    def _check_size(self, node: DocumentNode) -> None:
        """Refuses what would take long to validate: validation compares what repeats pair by pair."""
        try:
            measured = measure(node)
        except RecursionError:
            measured = Measure(depth=self._limits.depth + 1)
        try:
            self._limits.check(measured)
        except ClientError as error:
            raise Refused.because(error) from None
        self._check_directives(measured.doubled)
        if measured.cyclic:
            errors = validate(self._schema, node, [NoFragmentCyclesRule], max_errors=self._limits.errors)
            raise Refused([_coded(error, ErrorCode.VALIDATION_FAILED) for error in errors])
        repeated, most = most_repeated(node), self._limits.repeats
        if repeated.times > most:
            too_often = (
                f"The document asks for `{repeated.key[:80]}` {repeated.times} times at one place, fragments unfolded,"
                f" and at most {most} times are allowed. Ask for it once there."
            )
            raise Refused.because(ClientError(ErrorCode.TOO_MANY_REPEATS, too_often, limit=most))

    def _check_directives(self, doubled: Sequence[DirectiveNode]) -> None:
        for each in doubled:
            known = self._schema.get_directive(each.name.value)
            if known is None or not known.is_repeatable:
                once = f"The directive '@{each.name.value[:80]}' can stand only once at a place."
                raise Refused([_coded(GraphQLError(once, [each]), ErrorCode.VALIDATION_FAILED)])


def _too_long(most: int) -> ClientError:
    return ClientError(
        ErrorCode.DOCUMENT_TOO_LONG,
        f"The document has more than {most} characters. Pass long values as variables, and leave out what is no code.",
        limit=most,
    )


def _check_items(given: Mapping[str, Any], most: int) -> None:
    """Refuses lists that would take long to coerce."""
    items, ahead = 0, [each for each in given.values() if isinstance(each, list | dict)]
    while ahead:
        value = ahead.pop()
        if isinstance(value, list):
            items += len(value)
        if items > most:
            too_many = (
                f"The lists in the variables have more than {most} items together. Send them in several requests."
            )
            raise Refused.because(ClientError(ErrorCode.TOO_MANY_ITEMS, too_many, limit=most))
        inner = value if isinstance(value, list) else value.values()
        ahead.extend(each for each in inner if isinstance(each, list | dict))


def _is_flat(value: Any) -> bool:
    """Whether a value is no deeper than a list of plain ones: deep ones may pass the interpreter's limit."""
    if isinstance(value, list):
        return not any(isinstance(each, list | dict) for each in value)
    return not isinstance(value, dict)


def _shaping(
    operation: OperationDefinitionNode,
    fragments: Mapping[str, FragmentDefinitionNode],
    within: Sequence[VariableNode],
) -> tuple[str, ...]:
    """The variables of an operation but those that only stand in arguments of its root fields, by name."""
    asked_of_roots = {
        id(variable)
        for field in _roots(operation.selection_set, fragments, set())
        for argument in field.arguments or ()
        for variable in variables(argument)
    }
    found = [*variables(operation.selection_set), *within]
    return tuple(sorted({each.name.value for each in found if id(each) not in asked_of_roots}))


def _roots(
    selected: SelectionSetNode, fragments: Mapping[str, FragmentDefinitionNode], spread: set[str]
) -> Iterator[FieldNode]:
    for selection in selected.selections:
        match selection:
            case FieldNode():
                yield selection
            case InlineFragmentNode():
                yield from _roots(selection.selection_set, fragments, spread)
            case FragmentSpreadNode() if selection.name.value not in spread:
                spread.add(selection.name.value)
                yield from _roots(fragments[selection.name.value].selection_set, fragments, spread)


def variables(node: Node) -> list[VariableNode]:
    """The variables that stand anywhere in a part of a document."""
    found: list[VariableNode] = []

    class Collector(Visitor):
        def enter_variable(self, variable: VariableNode, *_args: object) -> None:
            found.append(variable)

    visit(node, Collector())
    return found


def _coded(error: GraphQLError, usual: ErrorCode) -> GraphQLError:
    code = next((code for words, code in _LIMITS_OF_GRAPHQL.items() if error.message.startswith(words)), usual)
    long_number = "The document holds a number of too many digits." if _LONG_NUMBER in error.message else error.message
    return GraphQLError(
        _REWORDED.get(error.message, long_number),
        error.nodes,
        error.source,
        error.positions,
        extensions={"code": code.value},
    )
