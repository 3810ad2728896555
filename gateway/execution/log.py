"""The disclosure log as operations use it: written before an answer goes out, read as `viewer.disclosures`."""

from collections.abc import Sequence
from typing import Any

from gateway.access.viewer import Viewer
from gateway.errors import ClientError, ErrorCode
from gateway.execution.disclosed import Disclosure

__all__ = ["NoLog"]


class NoLog:
    """The log of a gateway without a store: nothing can be kept, so nothing that has to be is disclosed."""

    async def write(self, viewer: Viewer, disclosures: Sequence[Disclosure]) -> None:
        """Refuses."""
        raise _missing()

    async def read(self, viewer: Viewer, first: int, after: str | None) -> Any:
        """Refuses."""
        raise _missing()


def _missing() -> ClientError:
    return ClientError(
        ErrorCode.STORE_UNAVAILABLE,
        "This gateway has no store to log disclosures in, and so shows only what is public.",
        retryable=False,
    )
