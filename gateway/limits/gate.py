"""How many operations run, or streams are open, at once: beyond that, word at once instead of a queue."""

from collections.abc import Hashable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from gateway.errors import ClientError, ErrorCode

__all__ = ["OPERATIONS", "Gate", "Refusals"]


@dataclass(frozen=True, slots=True)
class Refusals:
    """What is said to whom finds no place: ``full`` where there is none, ``share`` with the number ``{held}``.

    ``again`` is after how many seconds it is worth asking again.
    """

    full: str
    share: str
    again: int


OPERATIONS = Refusals(
    "The gateway has as much to do as it can take. Nothing was run: ask again in a moment.",
    "{held} of your operations are running, which is your share of what runs at once. Wait for one to end.",
    again=1,
)


class Gate:
    """Places for operations that run. Nobody waits for one: who finds none is told so, and those inside keep theirs.

    ``refusals`` are for places of another kind, such as those of streams. A viewer may have as many places as are free
    beside them, and no more. So one alone gets half of all, two a third each, and a newcomer always finds one, until
    there are as many viewers as places.
    """

    __slots__ = ("_held", "_refusals", "places", "refused", "taken")

    def __init__(self, places: int, refusals: Refusals = OPERATIONS) -> None:
        self.places = places
        self._refusals = refusals
        self.taken = 0
        self.refused = 0
        self._held: dict[Hashable, int] = {}

    def check(self) -> None:
        """Raises OVERLOADED where there is no place at all: nothing of the request need be read then."""
        if self.taken >= self.places:
            self.refused += 1
            raise self.full()

    def enter(self, key: Hashable) -> None:
        """Takes a place for a viewer; OVERLOADED where there is none, RATE_LIMITED where the viewer has its share."""
        held = self._held.get(key, 0)
        if held >= self.places - self.taken:
            self.refused += 1
            raise self.full() if self.taken >= self.places else self._too_many(held)
        self._held[key] = held + 1
        self.taken += 1

    def leave(self, key: Hashable) -> None:
        """Gives a place back."""
        self.taken -= 1
        held = self._held[key] - 1
        if held:
            self._held[key] = held
        else:
            del self._held[key]

    def place(self, key: Hashable) -> AbstractContextManager[None]:
        """A place for as long as the block runs; raises as ``enter`` does."""
        return _Place(self, key)

    def full(self) -> ClientError:
        """What is said where there is no place for anybody."""
        said = self._refusals
        return ClientError(ErrorCode.OVERLOADED, said.full, retryable=True, retryAfter=said.again)

    def _too_many(self, held: int) -> ClientError:
        said = self._refusals
        return ClientError(ErrorCode.RATE_LIMITED, said.share.format(held=held), retryable=True, retryAfter=said.again)


class _Place(AbstractContextManager[None]):
    __slots__ = ("_gate", "_key")

    def __init__(self, gate: Gate, key: Hashable) -> None:
        self._gate = gate
        self._key = key

    def __enter__(self) -> None:
        self._gate.enter(self._key)

    def __exit__(self, *_error: object) -> None:
        self._gate.leave(self._key)
