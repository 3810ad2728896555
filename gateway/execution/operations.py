"""One operation: from its text to its answer as bytes."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from typing import Any, NamedTuple

from graphql import (
    ExecutionResult,
    GraphQLError,
    GraphQLSchema,
    OperationType,
    VariableValues,
    create_source_event_stream,
    execute,
)

from gateway.access.viewer import ANONYMOUS, Viewer
from gateway.deadlines import Deadlines
from gateway.errors import ClientError, ErrorCode
from gateway.execution.context import RequestContext
from gateway.execution.costs import Bill, Cost, CostLimits, Costs
from gateway.execution.documents import MOST_ERRORS, Document, Documents, Limits, Prepared, Refused
from gateway.execution.events import News
from gateway.execution.facts import Services
from gateway.execution.introspection import check_introspection
from gateway.execution.plans import Form, OperationPlan, compiled
from gateway.execution.remembering import Remembered
from gateway.execution.responses import Response, answered, refused
from gateway.execution.splice import SplicingExecutor
from gateway.federation.fanout import begin_request
from gateway.limits.admission import Admission
from gateway.limits.rates import Payer
from gateway.settings import Introspection

__all__ = ["Operation", "Operations"]

_NEEDS_STREAM = "A subscription needs a stream: ask by WebSocket, or with `Accept: text/event-stream`."
_TOO_LONG = "The operation took too long and was given up. Ask for less at once, or try again."


class Operation(NamedTuple):
    """An operation as a client sends it."""

    text: str
    name: str | None = None
    variables: Mapping[str, Any] | None = None
    only_query: bool = False
    """Whether anything but a query is refused, as for GET."""
    viewer: Viewer = ANONYMOUS
    """Who asks."""
    payer: Payer | None = None
    """Who it is counted for; None where nobody counts."""
    tell_cost: bool = False
    """Whether the answer says what it cost."""


class _Admitted(NamedTuple):
    """An operation that was read and paid for: nothing stands between it and the registries."""

    document: Document
    prepared: Prepared
    values: VariableValues
    plan: OperationPlan
    bill: Bill


class Operations:
    """Runs operations on one schema: each of them read once, and compiled once for each form it takes.

    ``most`` is what one operation may cost, and ``admission`` what viewers are charged by; without it nobody pays.
    ``deadline`` is in seconds; ``plans`` is how many compiled plans are remembered. With ``direct`` off every
    operation goes through graphql-core's executor, which gives the same answers. ``introspection`` says who may
    read the schema. ``events`` is how many events of subscriptions are answered at once; the others wait.
    """

    def __init__(  # noqa: PLR0913 - settings, all by name
        self,
        schema: GraphQLSchema,
        services: Services,
        limits: Limits,
        *,
        most: CostLimits,
        admission: Admission | None = None,
        deadline: float = 5.0,
        plans: int = 1000,
        direct: bool = True,
        introspection: Introspection = Introspection.PUBLIC,
        events: int = 8,
    ) -> None:
        self._introspection = introspection
        self._telling = asyncio.Semaphore(events)
        self._schema = schema
        self._services = services
        self._deadlines = Deadlines(deadline)
        self._direct = direct
        self._documents = Documents(schema, limits)
        self._most = most
        self._admission = admission
        self._costs = Costs(schema, [source.cluster.code for source in services.directory], plans)
        self._plans = Remembered(self._compiled, plans)

    @property
    def services(self) -> Services:
        """What its answers are made with."""
        return self._services

    @property
    def caches(self) -> Mapping[str, Any]:
        """What is remembered, by name: each gives hits, misses, maxsize and currsize."""
        return {
            "documents": self._documents.cache_info,
            "plans": self._plans.cache_info,
            "costs": self._costs.cache_info,
        }

    async def run(self, operation: Operation) -> Response:
        """Answers an operation; never raises but for cancellation."""
        try:
            admitted = await self._admitted(operation)
            if admitted.prepared.kind is OperationType.SUBSCRIPTION:
                raise Refused.because(ClientError(ErrorCode.BAD_REQUEST, _NEEDS_STREAM))
            return await self._run(admitted, operation)
        except Refused as refusal:
            return refused(refusal.errors)

    async def stream(self, operation: Operation) -> AsyncIterator[Response | None]:
        """Answers an operation: a subscription again and again, anything else once; raises nothing but cancellation.

        None where a subscription has begun and has nothing to tell yet.
        """
        try:
            admitted = await self._admitted(operation)
            if admitted.prepared.kind is OperationType.SUBSCRIPTION:
                async with aclosing(self._events(admitted, operation)) as responses:
                    async for response in responses:
                        yield response
            else:
                yield await self._run(admitted, operation)
        except Refused as refusal:
            yield refused(refusal.errors)

    async def _admitted(self, operation: Operation) -> "_Admitted":
        """Reads an operation, and takes its cost from the payer's budget; raises Refused. Nothing is asked before."""
        payer, admission = operation.payer, self._admission
        try:
            document, reading = self._documents.read(operation.text)
            prepared = self._chosen(document, operation)
            values = prepared.values(operation.variables or {})
            form = Form.of(prepared, values)
            bill = _checked(self._most, self._costs.of(prepared, form), values)
            plan = self._plans.of(large=prepared.large)(prepared, form)
            plan.check(operation.viewer)
        except Refused:
            if admission is not None and payer is not None:
                await admission.fine(payer)
            raise
        await self._charge(operation, bill.total + reading)
        return _Admitted(document, prepared, values, plan, bill)

    async def _charge(self, operation: Operation, cost: float) -> None:
        """Takes a cost from the payer's budget; Refused where it is not there."""
        if self._admission is not None and operation.payer is not None:
            try:
                await self._admission.charge(operation.payer, cost)
            except ClientError as error:
                raise Refused.because(error) from None

    async def _run(self, admitted: "_Admitted", operation: Operation) -> Response:
        begin_request()
        context = RequestContext(
            self._services, operation.viewer, alone=admitted.plan.direct and len(admitted.plan.roots) == 1
        )
        try:
            with self._deadlines.block():
                data, errors = await self._answer(admitted, operation, context)
                if found := context.disclosed.all():
                    await self._services.log.write(operation.viewer, found)
        except TimeoutError:
            raise Refused.because(ClientError(ErrorCode.DEADLINE_EXCEEDED, _TOO_LONG, retryable=True)) from None
        except ClientError as error:
            raise Refused.because(error) from None
        return self._answered(admitted, operation, data, [*errors, *context.errors], whole=not context.partial)

    def _answered(
        self, admitted: "_Admitted", operation: Operation, data: Any, errors: Sequence[GraphQLError], *, whole: bool
    ) -> Response:
        extensions = {"cost": self._most.report(admitted.bill)} if operation.tell_cost else None
        return answered(data, errors, extensions, whole=whole)

    async def _answer(
        self, admitted: "_Admitted", operation: Operation, context: RequestContext
    ) -> tuple[Any, Sequence[GraphQLError]]:
        """The data and its errors: by the plan alone where that can be, else by the executor."""
        plan, values = admitted.plan, admitted.values
        if plan.direct and self._direct:
            data = await plan.run(context, values)
            if data is not None:
                return data, ()
        else:
            plan.attend(context, values)
        result = await self._execute(admitted.document, operation, context)
        return result.data, result.errors or ()

    async def _events(self, admitted: "_Admitted", operation: Operation) -> AsyncGenerator[Response | None, None]:
        """The answers of a subscription; None where there is nothing to tell. Refused where it cannot go on."""
        context = RequestContext(self._services, operation.viewer)
        source = await self._source(admitted, operation, context)
        if isinstance(source, ExecutionResult):
            yield answered(source.data, source.errors or (), whole=False)
            return
        async with aclosing(source):
            try:
                async for news in source:
                    if isinstance(news, News) and news.read is None:
                        yield None
                        continue
                    for response in await self._told(admitted, operation, news):
                        yield response
            except ClientError as error:
                raise Refused.because(error) from None

    async def _source(
        self, admitted: "_Admitted", operation: Operation, context: RequestContext
    ) -> AsyncGenerator[Any, None] | ExecutionResult:
        """What the subscription's field gives before it is answered; an ExecutionResult says why there is nothing."""
        options = self._options(operation)
        values = options.pop("variable_values")  # which has another name here than where operations are executed
        executor = SplicingExecutor.build(
            self._schema, admitted.document.node, context_value=context, raw_variable_values=values, **options
        )
        if isinstance(executor, list):
            return ExecutionResult(None, executor)
        found: Any = create_source_event_stream(executor)
        return found if isinstance(found, ExecutionResult | AsyncIterator) else await found  # type: ignore[return-value]

    async def _told(self, admitted: "_Admitted", operation: Operation, news: Any) -> list[Response]:
        """What is answered to one event: paid for, read and logged as a request of its own."""
        await self._charge(operation, admitted.bill.total)
        begin_request()
        context = RequestContext(self._services, operation.viewer)
        try:
            async with self._telling:
                with self._deadlines.block():
                    values = await news.read(context) if isinstance(news, News) and news.read is not None else [news]
                    results = [await self._execute(admitted.document, operation, context, value) for value in values]
                    if found := context.disclosed.all():
                        await self._services.log.write(operation.viewer, found)
        except TimeoutError:
            raise Refused.because(ClientError(ErrorCode.DEADLINE_EXCEEDED, _TOO_LONG, retryable=True)) from None
        return [
            self._answered(admitted, operation, each.data, [*(each.errors or ()), *context.errors], whole=False)
            for each in results
        ]

    def _compiled(self, prepared: Prepared, form: Form) -> OperationPlan:
        return compiled(self._schema, self._services, prepared, form)

    def _chosen(self, document: Document, operation: Operation) -> Prepared:
        try:
            if document.introspects:
                check_introspection(operation.viewer, self._introspection)
            prepared = document.operation(operation.name)
        except ClientError as error:
            raise Refused.because(error) from None
        if operation.only_query and prepared.kind is OperationType.MUTATION:
            raise Refused.because(ClientError(ErrorCode.METHOD_NOT_ALLOWED, "A mutation must be sent by POST."))
        return prepared

    async def _execute(
        self, document: Document, operation: Operation, context: RequestContext, root: object = None
    ) -> ExecutionResult:
        options = self._options(operation) | {"executor_class": SplicingExecutor}
        result = execute(self._schema, document.node, root, context_value=context, **options)
        return result if isinstance(result, ExecutionResult) else await result

    @staticmethod
    def _options(operation: Operation) -> dict[str, Any]:
        return {
            "variable_values": dict(operation.variables or {}),
            "operation_name": operation.name,
            "max_coercion_errors": MOST_ERRORS,
            "hide_suggestions": True,
        }


def _checked(most: CostLimits, cost: Cost, values: VariableValues) -> Bill:
    try:
        return most.check(cost, values)
    except ClientError as error:
        raise Refused.because(error) from None
