"""Documents: from a text to its operations, parsed, validated and measured once."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    InlineFragmentNode,
    Node,
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
from gateway.execution.measure import measure

__all__ = ["MOST_ERRORS", "Document", "Documents", "Limits", "Prepared", "Refused", "variables"]

MOST_ERRORS = 5
_LIMITS_OF_GRAPHQL = {
    "Syntax Error: Document contains more than": ErrorCode.TOO_MANY_TOKENS,
    "Syntax Error: Document is nested too deeply": ErrorCode.TOO_DEEP,
    "Maximum introspection depth exceeded": ErrorCode.TOO_DEEP,
}
"""How graphql-core words its own limits, for which it has no codes; what a client wrote never comes first."""
_REWORDED = {"Validation aborted.": "The document is too intricate to be checked. Ask for fewer fields and fragments."}


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
    """What one document may hold; ``documents`` is how many are remembered, parsed and validated."""

    tokens: int = 1000
    depth: int = 10
    fields: int = 500
    documents: int = 1000


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """One operation of a document.

    ``shaping`` names the variables that stand in a directive or below the root: a plan holds for their values.
    """

    schema: GraphQLSchema
    definition: OperationDefinitionNode
    fragments: Mapping[str, FragmentDefinitionNode]
    shaping: tuple[str, ...]
    declared: tuple[GraphQLVariableSignature, ...]

    @classmethod
    def of(
        cls, schema: GraphQLSchema, definition: OperationDefinitionNode, fragments: Mapping[str, FragmentDefinitionNode]
    ) -> "Prepared":
        """An operation of a valid document."""
        signatures = [get_variable_signature(schema, each) for each in definition.variable_definitions or ()]
        declared = tuple(each for each in signatures if not isinstance(each, GraphQLError))
        return cls(schema, definition, fragments, _shaping(definition, fragments), declared)

    @property
    def kind(self) -> OperationType:
        """Whether it reads, writes or subscribes."""
        return self.definition.operation

    def values(self, given: Mapping[str, Any]) -> VariableValues:
        """The values of the variables; raises Refused where they are not what was declared.

        Where they are right, they are coerced by the types that were looked up once. Whatever else there is
        to do or to say is left to graphql-core, which looks them up anew.
        """
        sources: dict[str, VariableValueSource] = {}
        coerced: dict[str, Any] = {}
        for each in self.declared:
            value = given.get(each.name, Undefined)
            if value is Undefined and each.default is None and not is_non_null_type(each.type):
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
    """A valid document and its operations by name (None for one without)."""

    node: DocumentNode
    operations: Mapping[str | None, Prepared]

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
    """The documents of one schema; ``get`` remembers the latest that were valid."""

    def __init__(self, schema: GraphQLSchema, limits: Limits) -> None:
        self._schema = schema
        self._limits = limits
        self.get = lru_cache(limits.documents)(self._read)

    def _read(self, text: str) -> Document:
        """The document; raises Refused, which nothing remembers."""
        try:
            node = parse(text, max_tokens=self._limits.tokens)
        except GraphQLSyntaxError as error:
            raise Refused([_coded(error, ErrorCode.SYNTAX_ERROR)]) from None
        errors = validate(self._schema, node, max_errors=MOST_ERRORS, hide_suggestions=True)
        if errors:
            raise Refused([_coded(error, ErrorCode.VALIDATION_FAILED) for error in errors])
        self._check_size(node)
        fragments = {each.name.value: each for each in node.definitions if isinstance(each, FragmentDefinitionNode)}
        operations = [each for each in node.definitions if isinstance(each, OperationDefinitionNode)]
        return Document(
            node,
            {each.name.value if each.name else None: Prepared.of(self._schema, each, fragments) for each in operations},
        )

    def _check_size(self, node: DocumentNode) -> None:
        measured, limits = measure(node), self._limits
        if measured.depth > limits.depth:
            too_deep = f"The operation nests more than {limits.depth} levels, fragments included. Ask in two steps."
            raise Refused.because(ClientError(ErrorCode.TOO_DEEP, too_deep))
        if measured.fields > limits.fields:
            too_many = f"The operation asks for more than {limits.fields} fields, fragments unfolded. Ask in two steps."
            raise Refused.because(ClientError(ErrorCode.TOO_MANY_FIELDS, too_many))


def _is_flat(value: Any) -> bool:
    """Whether a value is no deeper than a list of plain ones: deep ones may pass the interpreter's limit."""
    if isinstance(value, list):
        return not any(isinstance(each, list | dict) for each in value)
    return not isinstance(value, dict)


def _shaping(operation: OperationDefinitionNode, fragments: Mapping[str, FragmentDefinitionNode]) -> tuple[str, ...]:
    """The variables of an operation but those that only stand in arguments of its root fields, by name."""
    asked_of_roots = {
        id(variable)
        for field in _roots(operation.selection_set, fragments, set())
        for argument in field.arguments or ()
        for variable in variables(argument)
    }
    found = [variable for node in (operation.selection_set, *fragments.values()) for variable in variables(node)]
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
    return GraphQLError(
        _REWORDED.get(error.message, error.message),
        error.nodes,
        error.source,
        error.positions,
        extensions={"code": code.value},
    )
