"""One operation: from its text to its answer as bytes."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from graphql import ExecutionResult, GraphQLSchema, execute

from gateway.errors import ClientError, ErrorCode
from gateway.execution.context import RequestContext
from gateway.execution.documents import MOST_ERRORS, Document, Documents, Limits, Prepared, Refused
from gateway.execution.facts import Services
from gateway.execution.plans import Form, OperationPlan, compiled
from gateway.execution.responses import Response, answered, refused
from gateway.execution.splice import SplicingExecutor
from gateway.federation.fanout import begin_request

__all__ = ["Operation", "Operations"]

_TOO_LONG = "The operation took too long and was given up. Ask for less at once, or try again."


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation as a client sends it."""

    text: str
    name: str | None = None
    variables: Mapping[str, Any] | None = None
    only_query: bool = False
    """Whether anything but a query is refused, as for GET."""


class Operations:
    """Runs operations on one schema: each of them read once, and compiled once for each form it takes.

    ``deadline`` is in seconds; ``plans`` is how many compiled plans are remembered. With ``direct`` off every
    operation goes through graphql-core's executor, which gives the same answers.
    """

    def __init__(  # noqa: PLR0913 - settings, all by name
        self,
        schema: GraphQLSchema,
        services: Services,
        limits: Limits,
        *,
        deadline: float = 5.0,
        plans: int = 1000,
        direct: bool = True,
    ) -> None:
        self._schema = schema
        self._services = services
        self._deadline = deadline
        self._direct = direct
        self._documents = Documents(schema, limits)
        self._plan = lru_cache(plans)(self._compiled)

    @property
    def caches(self) -> Mapping[str, Any]:
        """What is remembered, by name: each gives hits, misses, maxsize and currsize."""
        return {"documents": self._documents.get.cache_info, "plans": self._plan.cache_info}

    async def run(self, operation: Operation) -> Response:
        """Answers an operation; never raises but for cancellation."""
        try:
            document = self._documents.get(operation.text)
            prepared = self._chosen(document, operation)
            values = prepared.values(operation.variables or {})
        except Refused as refusal:
            return refused(refusal.errors)
        begin_request()
        plan = self._plan(prepared, Form.of(prepared, values))
        context = RequestContext(self._services, alone=len(plan.roots) == 1)
        try:
            async with asyncio.timeout(self._deadline):
                if plan.direct and self._direct:
                    data = await plan.run(context, values)
                    if data is not None:
                        return answered(data, context.errors, whole=not context.partial)
                else:
                    plan.attend(context, values)
                result = await self._execute(document, operation, context)
        except TimeoutError:
            return refused(Refused.because(ClientError(ErrorCode.DEADLINE_EXCEEDED, _TOO_LONG, retryable=True)).errors)
        return answered(result.data, [*(result.errors or ()), *context.errors], whole=not context.partial)

    def _compiled(self, prepared: Prepared, form: Form) -> OperationPlan:
        return compiled(self._schema, self._services, prepared, form)

    def _chosen(self, document: Document, operation: Operation) -> Prepared:
        try:
            prepared = document.operation(operation.name)
        except ClientError as error:
            raise Refused.because(error) from None
        if operation.only_query and not prepared.is_query:
            kind = prepared.definition.operation.value
            raise Refused.because(ClientError(ErrorCode.METHOD_NOT_ALLOWED, f"A {kind} must be sent by POST."))
        return prepared

    async def _execute(self, document: Document, operation: Operation, context: RequestContext) -> ExecutionResult:
        result = execute(
            self._schema,
            document.node,
            context_value=context,
            variable_values=dict(operation.variables or {}),
            operation_name=operation.name,
            max_coercion_errors=MOST_ERRORS,
            executor_class=SplicingExecutor,
            hide_suggestions=True,
        )
        return result if isinstance(result, ExecutionResult) else await result
