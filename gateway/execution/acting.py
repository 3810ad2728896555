"""Acts as mutations answer them: what was done, or the failures as data."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from gateway.corridor.failures import Failed
from gateway.errors import ClientError, ErrorCode
from schemas.acting import UserError

__all__ = ["attempted", "check_page", "stored"]

_LARGEST_PAGE = 100

T = TypeVar("T")


async def attempted(act: Callable[[], Awaitable[T]]) -> tuple[T | None, list[UserError]]:
    """What an act gives and no failures, or None and why it gave nothing: what is wrong with its arguments as well."""
    try:
        return await act(), []
    except Failed as failed:
        return None, [UserError(source=each) for each in failed.failures]


def stored(found: T | None) -> T:
    """What a gateway does in its store; STORE_UNAVAILABLE where it has none."""
    if found is None:
        raise ClientError(
            ErrorCode.STORE_UNAVAILABLE,
            "This gateway has no store, and so nothing can be done or followed in the corridor.",
            retryable=False,
        )
    return found


def check_page(first: int) -> None:
    """PAGE_TOO_LARGE where a list of the corridor's own cannot be asked for so many."""
    if not 1 <= first <= _LARGEST_PAGE:
        raise ClientError(
            ErrorCode.PAGE_TOO_LARGE,
            f"`first` must be from 1 to {_LARGEST_PAGE}, not {first}. Where there is `after`, more come page by page.",
        )
