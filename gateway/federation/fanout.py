"""Asking several registries at once: each under its own deadline, each ending as an Answer or an Outage."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from random import SystemRandom
from time import monotonic
from typing import Any, Generic, NamedTuple, TypeVar

from adapters.contract.answer import Row
from adapters.contract.codes import SourceStatus
from adapters.contract.errors import ContractBroken, Refused, RegistryError, RegistryTimeout, Unavailable
from adapters.contract.registry import Registry
from adapters.contract.request import FetchRequest
from gateway.deadlines import Deadlines
from gateway.errors import ClientError, ErrorCode, SourceFailure
from gateway.federation.directory import Directory, Probe, Source

__all__ = ["Answer", "Outage", "all_failed", "ask", "ask_all", "ask_in_turn", "begin_request", "fetch", "together"]

_LOG = logging.getLogger(__name__)
_RETRY_PAUSE = (0.005, 0.03)
_PATIENCE = 2
"""How many deadlines a heavy question waits for its turn."""

_REQUEST: ContextVar[object | None] = ContextVar("request", default=None)

T = TypeVar("T")


class Answer(NamedTuple, Generic[T]):
    """What a registry answered, when, and after how many milliseconds."""

    cluster: str
    value: T
    as_of: datetime
    latency_ms: int
    status: SourceStatus = SourceStatus.OK


@dataclass(frozen=True, slots=True)
class Outage:
    """Why a registry did not answer. ``retryable``: asking again later may help, without anybody mending anything."""

    cluster: str
    status: SourceStatus
    retryable: bool
    latency_ms: int = 0

    @property
    def failure(self) -> SourceFailure:
        """The outage as an error for clients."""
        if self.status is SourceStatus.NO_AGREEMENT:
            return SourceFailure(
                ErrorCode.NO_AGREEMENT,
                self.cluster,
                f"No agreement in force lets you read what {self.cluster} shows for this purpose, so it was not asked.",
                retryable=self.retryable,
            )
        timed_out = self.status is SourceStatus.TIMEOUT
        code = ErrorCode.SOURCE_TIMEOUT if timed_out else ErrorCode.SOURCE_UNAVAILABLE
        return SourceFailure(
            code,
            self.cluster,
            f"The registry of {self.cluster} did not take part. {self.status.doc}",
            retryable=self.retryable,
        )


def begin_request() -> None:
    """What this task asks from now on, and the tasks that it starts, belongs to one request.

    When a registry is tried again after a pause, the questions of the request whose question is the trial await its
    result instead of being refused meanwhile: one request has one view of a registry.
    """
    _REQUEST.set(object())


def ask(source: Source, question: Callable[[Registry], Awaitable[T]]) -> Coroutine[Any, Any, Answer[T] | Outage]:
    """Asks one registry. Only bugs and cancellation escape; a lost connection is tried once more, in the deadline."""
    return _ask(source, question, source.deadlines)


async def ask_in_turn(source: Source, question: Callable[[Registry], Awaitable[T]]) -> Answer[T] | Outage:
    """Asks one registry a heavy question, when there are few others: its deadline counts from then on.

    It waits at most as long as two others may take one after the other, and is an outage then that says nothing
    about the registry.
    """
    started = monotonic()
    try:
        async with asyncio.timeout(_PATIENCE * source.deadline):
            await source.turns.acquire()
    except TimeoutError:
        _LOG.warning("registry %s: no turn for a heavy question", source.cluster.code)
        return Outage(source.cluster.code, SourceStatus.TIMEOUT, True, _milliseconds(started))
    try:
        return await ask(source, question)
    finally:
        source.turns.release()


def fetch(source: Source, request: FetchRequest) -> Coroutine[Any, Any, Answer[Sequence[Row]] | Outage]:
    """Asks one registry for rows by key."""
    return ask(source, lambda registry: registry.fetch(request))


async def _ask(
    source: Source, question: Callable[[Registry], Awaitable[T]], deadlines: Deadlines
) -> Answer[T] | Outage:
    permit = source.breaker.allow()
    if permit is not None and not source.breaker.open:
        return await _try(source, question, deadlines, permit)
    if permit is not None:
        probe = source.probe = Probe(_REQUEST.get())
        try:
            return await _try(source, question, deadlines, permit)
        finally:
            probe.ended.set()
    found = source.probe
    if found is None or found.request is None or found.request is not _REQUEST.get():
        return Outage(source.cluster.code, SourceStatus.CIRCUIT_OPEN, retryable=True)
    if found.ended.is_set():  # and the circuit is still open: what the probe met is what this request met
        return Outage(source.cluster.code, source.last, retryable=True)
    started = monotonic()
    await found.ended.wait()  # which began before us, under the same deadline
    return await _ask(source, question, Deadlines(deadlines.seconds - (monotonic() - started)))


async def _try(
    source: Source, question: Callable[[Registry], Awaitable[T]], deadlines: Deadlines, permit: int
) -> Answer[T] | Outage:
    started = monotonic()
    try:
        with deadlines.block():
            try:
                value = await question(source.asked)
            except Unavailable:
                await asyncio.sleep(SystemRandom().uniform(*_RETRY_PAUSE))
                value = await question(source.asked)
    except (RegistryError, TimeoutError) as error:
        # A refusal and a broken promise are prompt answers: leaving the registry alone would not help it.
        passing = isinstance(error, Unavailable | RegistryTimeout | TimeoutError)
        source.settle(permit, _status(error), passing=passing)
        _LOG.warning("registry %s: %s: %s", source.cluster.code, source.last.value, error)
        return Outage(source.cluster.code, source.last, passing, _milliseconds(started))
    except BaseException:
        source.breaker.abandon(permit)
        raise
    source.settle(permit, SourceStatus.OK)
    return Answer(source.cluster.code, value, datetime.now(UTC), _milliseconds(started))


async def ask_all(
    directory: Directory,
    clusters: Iterable[str],
    question: Callable[[Registry], Awaitable[T]],
    *,
    heavy: bool = False,
) -> Mapping[str, Answer[T] | Outage]:
    """Asks these registries at once; the slowest one's deadline is the deadline of all.

    A heavy question is asked in turn.
    """
    asked = ask_in_turn if heavy else ask
    answers = await together(*(asked(directory[code], question) for code in clusters))
    return {answer.cluster: answer for answer in answers}


async def together(*branches: Coroutine[Any, Any, T]) -> list[T]:
    """Awaits all at once, and raises a bug only when all have ended: nothing is left running.

    The first runs in the caller's own task: one branch alone costs no more than awaiting it.
    """
    if not branches:
        return []
    tasks = [asyncio.create_task(branch) for branch in branches[1:]]
    ended: list[T] = []
    failed: BaseException | None = None
    for branch in (branches[0], *tasks):
        try:
            ended.append(await branch)
        except asyncio.CancelledError as cancelled:
            for task in tasks:
                task.cancel()
            failed = cancelled
        except BaseException as bug:  # noqa: BLE001 - it is raised below
            failed = failed or bug
    if failed is not None:
        raise failed
    return ended


def all_failed(outages: Sequence[Outage]) -> ClientError:
    """The error for clients where none of the registries asked answered."""
    clusters = [outage.cluster for outage in outages]
    if all(outage.status is SourceStatus.NO_AGREEMENT for outage in outages):
        return ClientError(
            ErrorCode.NO_AGREEMENT,
            f"No agreement in force lets you read any of the clusters asked for: {', '.join(clusters)}.",
            clusters=clusters,
            retryable=False,
        )
    return ClientError(
        ErrorCode.ALL_SOURCES_FAILED,
        f"None of the registries that were asked answered: {', '.join(clusters)}.",
        clusters=clusters,
        retryable=any(outage.retryable for outage in outages),
    )


def _status(error: Exception) -> SourceStatus:
    match error:
        case RegistryTimeout() | TimeoutError():
            return SourceStatus.TIMEOUT
        case Refused():
            return SourceStatus.NOT_AUTHORISED
        case Unavailable() | ContractBroken():
            return SourceStatus.UNAVAILABLE
        case _:
            raise error


def _milliseconds(started: float) -> int:
    return round((monotonic() - started) * 1000)
