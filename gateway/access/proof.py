"""What a checked credential proves."""

from dataclasses import dataclass

from gateway.access.viewer import Viewer

__all__ = ["Proof"]


@dataclass(frozen=True, slots=True)
class Proof:
    """The viewer that a credential speaks for, and the moment from which it does not any more, in Unix seconds."""

    viewer: Viewer
    expires: float
