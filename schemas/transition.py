"""Transitions: the history of what the corridor itself owns."""

from datetime import datetime
from typing import Any

import strawberry

from schemas.codes import ActorRole
from schemas.scalars import DateTime

__all__ = ["Transition", "moment"]


def moment(at: datetime) -> DateTime:
    """A moment as the schema shows it.

    >>> from datetime import UTC
    >>> moment(datetime(2026, 11, 22, 14, 26, tzinfo=UTC))
    '2026-11-22T14:26:00Z'
    """
    return DateTime(f"{at:%Y-%m-%dT%H:%M:%SZ}")


@strawberry.type(description="That something went from one state to another.")
class Transition:
    source: strawberry.Private[Any]

    @strawberry.field(description="When.")
    def at(self) -> DateTime:
        return moment(self.source.at)

    @strawberry.field(name="from", description="The state before; null where it began.")
    def from_(self) -> str | None:
        return self.source.before  # type: ignore[no-any-return]

    @strawberry.field(description="The state after.")
    def to(self) -> str:
        return str(self.source.after)

    @strawberry.field(
        description="Who did it: a member or a cluster, by global ID; null for the gateway itself, and where it is not "
        "to be known."
    )
    def by(self) -> strawberry.ID | None:
        return self.source.by  # type: ignore[no-any-return]

    @strawberry.field(description="In which role.")
    def by_role(self) -> ActorRole:
        return self.source.role  # type: ignore[no-any-return]

    @strawberry.field(description="Why, where a reason was given.")
    def reason(self) -> str | None:
        return self.source.reason  # type: ignore[no-any-return]
