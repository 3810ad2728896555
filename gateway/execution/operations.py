"""One operation: text to document, parsed and validated once, executed with splicing, answered as bytes."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import orjson
from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    OperationType,
    execute,
    parse,
    validate,
)

from adapters.contract.errors import ContractBroken
from gateway.errors import ClientError, ErrorCode
from gateway.execution.context import RequestContext
from gateway.execution.measure import measure
from gateway.execution.splice import SplicingExecutor

__all__ = ["Limits", "Operation", "Operations", "Response"]

_LOG = logging.getLogger(__name__)
_MOST_ERRORS = 5
_LIMITS_OF_GRAPHQL = {
    "Syntax Error: Document contains more than": ErrorCode.TOO_MANY_TOKENS,
    "Syntax Error: Document is nested too deeply": ErrorCode.TOO_DEEP,
    "Maximum introspection depth exceeded": ErrorCode.TOO_DEEP,
}
"""How graphql-core words its own limits, for which it has no codes; what a client wrote never comes first."""
_REWORDED = {"Validation aborted.": "The document is too intricate to be checked. Ask for fewer fields and fragments."}
_TOO_LONG = "The operation took too long and was given up. Ask for less at once, or try again."


@dataclass(frozen=True, slots=True)
class Limits:
    """What one operation may take; ``deadline`` in seconds."""

    tokens: int = 1000
    depth: int = 10
    fields: int = 500
    deadline: float = 5.0
    documents: int = 1000
    """How many documents are remembered, parsed and validated."""


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation as a client sends it."""

    text: str
    name: str | None = None
    variables: Mapping[str, Any] | None = None
    only_query: bool = False
    """Whether anything but a query is refused, as for GET."""


@dataclass(frozen=True, slots=True)
class Response:
    """The answer as JSON. ``executed`` is False where the request itself was wrong, and there is no ``data``.

    ``whole`` says that every registry concerned took part and nothing failed: only such an answer may be kept.
    """

    body: bytes
    executed: bool
    refusal: ErrorCode | None = None
    whole: bool = False


@dataclass(frozen=True, slots=True)
class _Prepared:
    document: DocumentNode | None
    errors: Sequence[GraphQLError] = ()


class Operations:
    """Runs operations on one schema."""

    def __init__(self, schema: GraphQLSchema, limits: Limits) -> None:
        self._schema = schema
        self._limits = limits
        self._prepared: OrderedDict[str, _Prepared] = OrderedDict()

    async def run(self, operation: Operation, context: RequestContext) -> Response:
        """Answers an operation; never raises but for cancellation."""
        prepared = self._prepare(operation.text)
        if prepared.document is None:
            return _refused(prepared.errors)
        try:
            _check_operation(prepared.document, operation)
        except ClientError as error:
            return _refused([_located(error)])
        try:
            async with asyncio.timeout(self._limits.deadline):
                result = await self._execute(prepared.document, operation, context)
        except TimeoutError:
            return _refused([_located(ClientError(ErrorCode.DEADLINE_EXCEEDED, _TOO_LONG, retryable=True))])
        errors = [*(result.errors or ()), *context.errors]
        if result.data is None and errors and all(error.path is None for error in errors):
            return _refused(errors, ErrorCode.BAD_VARIABLES)
        answer: dict[str, Any] = {"data": result.data}
        if errors:
            answer["errors"] = [_formatted(error) for error in errors]
        return Response(orjson.dumps(answer), executed=True, whole=not errors and not context.partial)

    async def _execute(self, document: DocumentNode, operation: Operation, context: RequestContext) -> ExecutionResult:
        result = execute(
            self._schema,
            document,
            context_value=context,
            variable_values=dict(operation.variables or {}),
            operation_name=operation.name,
            max_coercion_errors=_MOST_ERRORS,
            executor_class=SplicingExecutor,
            hide_suggestions=True,
        )
        return result if isinstance(result, ExecutionResult) else await result

    def _prepare(self, text: str) -> _Prepared:
        prepared = self._prepared.get(text)
        if prepared is not None:
            self._prepared.move_to_end(text)
            return prepared
        prepared = self._parse(text)
        if prepared.document is not None:
            self._prepared[text] = prepared
            if len(self._prepared) > self._limits.documents:
                self._prepared.popitem(last=False)
        return prepared

    def _parse(self, text: str) -> _Prepared:
        try:
            document = parse(text, max_tokens=self._limits.tokens)
        except GraphQLSyntaxError as error:
            return _Prepared(None, [_coded(error, _code(error, ErrorCode.SYNTAX_ERROR))])
        errors = validate(self._schema, document, max_errors=_MOST_ERRORS, hide_suggestions=True)
        if errors:
            return _Prepared(None, [_coded(error, _code(error, ErrorCode.VALIDATION_FAILED)) for error in errors])
        measured, limits = measure(document), self._limits
        if measured.depth > limits.depth:
            too_deep = f"The operation nests more than {limits.depth} levels, fragments included. Ask in two steps."
            return _Prepared(None, [_located(ClientError(ErrorCode.TOO_DEEP, too_deep))])
        if measured.fields > limits.fields:
            too_many = f"The operation asks for more than {limits.fields} fields, fragments unfolded. Ask in two steps."
            return _Prepared(None, [_located(ClientError(ErrorCode.TOO_MANY_FIELDS, too_many))])
        return _Prepared(document)


def _check_operation(document: DocumentNode, operation: Operation) -> None:
    defined = [each for each in document.definitions if isinstance(each, OperationDefinitionNode)]
    named = {each.name.value: each for each in defined if each.name}
    if operation.name is None and len(defined) != 1:
        raise ClientError(
            ErrorCode.OPERATION_UNKNOWN,
            "The document holds no operation."
            if not defined
            else f"The document holds {len(defined)} operations: say which to run in `operationName`.",
        )
    if operation.name is not None and operation.name not in named:
        raise ClientError(
            ErrorCode.OPERATION_UNKNOWN, f"The document holds no operation named {ascii(operation.name)[:80]}."
        )
    chosen = defined[0] if operation.name is None else named[operation.name]
    if operation.only_query and chosen.operation is not OperationType.QUERY:
        raise ClientError(ErrorCode.METHOD_NOT_ALLOWED, f"A {chosen.operation.value} must be sent by POST.")


def _refused(errors: Sequence[GraphQLError], unnamed: ErrorCode = ErrorCode.INTERNAL_ERROR) -> Response:
    formatted = [_formatted(error, unnamed) for error in errors]
    refusal = ErrorCode(formatted[0]["extensions"]["code"])
    return Response(orjson.dumps({"errors": formatted}), executed=False, refusal=refusal)


def _located(error: ClientError) -> GraphQLError:
    return GraphQLError(str(error), original_error=error)


def _coded(error: GraphQLError, code: ErrorCode) -> GraphQLError:
    return GraphQLError(
        _REWORDED.get(error.message, error.message),
        error.nodes,
        error.source,
        error.positions,
        extensions={"code": code.value},
    )


def _code(error: GraphQLError, usual: ErrorCode) -> ErrorCode:
    return next((code for words, code in _LIMITS_OF_GRAPHQL.items() if error.message.startswith(words)), usual)


def _formatted(error: GraphQLError, unnamed: ErrorCode = ErrorCode.INTERNAL_ERROR) -> dict[str, Any]:
    """The error as clients see it: coded ones as they are, anything else masked under a trace ID and logged."""
    formatted = dict(error.formatted)
    match error.original_error:
        case ClientError() as known:
            formatted["extensions"] = known.extensions
        case ContractBroken() as broken:
            _LOG.error("contract broken at %s: %s", error.path, broken)
            formatted["message"] = "The registry gave a value here that its contract does not allow."
            formatted["extensions"] = {"code": ErrorCode.CONTRACT_BROKEN.value}
        case None if "code" in (error.extensions or {}):
            pass
        case None | GraphQLError() if unnamed is ErrorCode.BAD_VARIABLES:
            formatted["extensions"] = {"code": unnamed.value}
        case unexpected:
            trace = uuid4().hex
            _LOG.error("unexpected error, trace %s, at %s", trace, error.path, exc_info=unexpected or error)
            formatted["message"] = (
                "Something went wrong inside the gateway. It was logged: give `traceId` when you report it."
            )
            formatted["extensions"] = {"code": ErrorCode.INTERNAL_ERROR.value, "traceId": trace}
    return formatted
