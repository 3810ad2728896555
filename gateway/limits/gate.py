"""How many operations run at once: beyond that, word at once instead of a queue."""

from contextlib import AbstractContextManager

from gateway.errors import ClientError, ErrorCode

__all__ = ["Gate"]

_AGAIN = 1
"""Seconds after which it is worth asking again."""


class Gate:
    """Places for operations that run. Nobody waits for one: who finds none is told so, and those inside keep theirs.

    A viewer may have as many places as are free beside them, and no more. So one alone gets half of all, two a third
    each, and a newcomer always finds one, until there are as many viewers as places.
    """

    __slots__ = ("_held", "places", "refused", "taken")

    def __init__(self, places: int) -> None:
        self.places = places
        self.taken = 0
        self.refused = 0
        self._held: dict[str, int] = {}

    def check(self) -> None:
        """Raises OVERLOADED where there is no place at all: nothing of the request need be read then."""
        if self.taken >= self.places:
            self.refused += 1
            raise _full()

    def enter(self, key: str) -> None:
        """Takes a place for a viewer; OVERLOADED where there is none, RATE_LIMITED where the viewer has its share."""
        held = self._held.get(key, 0)
        if held >= self.places - self.taken:
            self.refused += 1
            raise _full() if self.taken >= self.places else _too_many(held)
        self._held[key] = held + 1
        self.taken += 1

    def leave(self, key: str) -> None:
        """Gives a place back."""
        self.taken -= 1
        held = self._held[key] - 1
        if held:
            self._held[key] = held
        else:
            del self._held[key]

    def place(self, key: str) -> AbstractContextManager[None]:
        """A place for as long as the block runs; raises as ``enter`` does."""
        return _Place(self, key)


class _Place(AbstractContextManager[None]):
    __slots__ = ("_gate", "_key")

    def __init__(self, gate: Gate, key: str) -> None:
        self._gate = gate
        self._key = key

    def __enter__(self) -> None:
        self._gate.enter(self._key)

    def __exit__(self, *_error: object) -> None:
        self._gate.leave(self._key)


def _full() -> ClientError:
    return ClientError(
        ErrorCode.OVERLOADED,
        "The gateway has as much to do as it can take. Nothing was run: ask again in a moment.",
        retryable=True,
        retryAfter=_AGAIN,
    )


def _too_many(held: int) -> ClientError:
    return ClientError(
        ErrorCode.RATE_LIMITED,
        f"{held} of your operations are running, which is your share of what runs at once. Wait for one to end.",
        retryable=True,
        retryAfter=_AGAIN,
    )
