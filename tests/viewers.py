"""Viewers for tests, and a log that they can look into."""

from collections.abc import Sequence

from gateway.access.viewer import GRANTABLE, Viewer, ViewerClass
from gateway.audit import Page
from gateway.execution.disclosed import Disclosure

__all__ = ["Notes", "PARTNER", "viewer"]


def viewer(kind: ViewerClass, cluster: str | None = None, member: str | None = None) -> Viewer:
    """A viewer with all that its class can be granted."""
    return Viewer(kind, f"key:{kind.lower()}", f"Invented {kind.lower()}", cluster, member, GRANTABLE[kind])


PARTNER = viewer(ViewerClass.PARTNER_APP)
"""Sees the corridor's profiles, as most tests want to."""


class Notes:
    """A disclosure log in memory."""

    def __init__(self) -> None:
        self.written: list[tuple[Viewer, Disclosure]] = []

    async def write(self, viewer: Viewer, disclosures: Sequence[Disclosure]) -> None:
        """Notes them."""
        self.written.extend((viewer, each) for each in disclosures)

    async def read(self, viewer: Viewer, first: int, behind: int | None) -> Page:
        """Fails: what reads the log is tested on the store's own."""
        raise AssertionError("these notes are not read")
