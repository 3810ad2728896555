"""Asking several registries at once: each under its own deadline, each ending as an Answer or an Outage."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic
from typing import Generic, TypeVar

from adapters.contract.codes import SourceStatus
from adapters.contract.errors import ContractBroken, Refused, RegistryError, RegistryTimeout, Unavailable
from adapters.contract.registry import Registry
from gateway.errors import ClientError, ErrorCode, SourceFailure
from gateway.federation.directory import Directory, Source

__all__ = ["Answer", "Outage", "all_failed", "ask", "ask_all", "together"]

_LOG = logging.getLogger(__name__)
_RETRY_PAUSE = (0.005, 0.03)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
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
        timed_out = self.status is SourceStatus.TIMEOUT
        code = ErrorCode.SOURCE_TIMEOUT if timed_out else ErrorCode.SOURCE_UNAVAILABLE
        return SourceFailure(
            code,
            self.cluster,
            f"The registry of {self.cluster} did not take part. {self.status.doc}",
            retryable=self.retryable,
        )


async def ask(source: Source, question: Callable[[Registry], Awaitable[T]]) -> Answer[T] | Outage:
    """Asks one registry. Only bugs and cancellation escape; a lost connection is tried once more, in the deadline."""
    permit = source.breaker.allow()
    if permit is None:
        return Outage(source.cluster.code, SourceStatus.CIRCUIT_OPEN, retryable=True)
    started = monotonic()
    try:
        async with asyncio.timeout(source.deadline):
            try:
                value = await question(source.registry)
            except Unavailable:
                await asyncio.sleep(random.uniform(*_RETRY_PAUSE))  # noqa: S311 - jitter, not a secret
                value = await question(source.registry)
    except (RegistryError, TimeoutError) as error:
        # A refusal and a broken promise are prompt answers: leaving the registry alone would not help it.
        passing = isinstance(error, Unavailable | RegistryTimeout | TimeoutError)
        source.last = _status(error)
        source.breaker.report(permit, ok=not passing)
        _LOG.warning("registry %s: %s: %s", source.cluster.code, source.last.value, error)
        return Outage(source.cluster.code, source.last, passing, _milliseconds(started))
    except BaseException:
        source.breaker.abandon(permit)
        raise
    source.breaker.report(permit, ok=True)
    source.last = SourceStatus.OK
    return Answer(source.cluster.code, value, datetime.now(UTC), _milliseconds(started))


async def ask_all(
    directory: Directory, clusters: Iterable[str], question: Callable[[Registry], Awaitable[T]]
) -> Mapping[str, Answer[T] | Outage]:
    """Asks these registries at once; the slowest one's deadline is the deadline of all."""
    sources = [directory[code] for code in clusters]
    answers = await together(*(ask(source, question) for source in sources))
    return {answer.cluster: answer for answer in answers}


async def together(*branches: Awaitable[T]) -> list[T]:
    """Awaits all at once, and raises the first bug only when all have ended: nothing is left running."""
    results = await asyncio.gather(*branches, return_exceptions=True)
    ended: list[T] = []
    for result in results:
        if isinstance(result, BaseException):
            raise result
        ended.append(result)
    return ended


def all_failed(outages: Sequence[Outage]) -> ClientError:
    """The error for clients where none of the registries asked answered."""
    clusters = [outage.cluster for outage in outages]
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
