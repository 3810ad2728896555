"""Acts as mutations answer them: what was done, or the failures as data."""

from collections.abc import Awaitable
from typing import TypeVar

from gateway.corridor.failures import Failed
from schemas.acting import UserError

__all__ = ["attempted"]

T = TypeVar("T")


async def attempted(work: Awaitable[T]) -> tuple[T | None, list[UserError]]:
    """What the work gives and no failures, or None and why it gave nothing."""
    try:
        return await work, []
    except Failed as failed:
        return None, [UserError(source=each) for each in failed.failures]
