"""Interests, releases and forgetting for one request: what the schema's resolvers call."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from strawberry import ID

from gateway.access.viewer import Viewer
from gateway.corridor.acts import Acts, Result
from gateway.corridor.forgetting import Forgetting, LeaveAll, affected
from gateway.corridor.ids import key_of
from gateway.corridor.inquiries import Covering
from gateway.corridor.interest import Interest
from gateway.corridor.interests import Interests, Rules
from gateway.corridor.ports import Registries
from gateway.corridor.releases import Releases
from gateway.execution.acting import attempted, check_page, stored
from gateway.reference import own_key
from gateway.store import Store
from schemas.codes import InterestState
from schemas.interest import (
    ContactRelease,
    ErasurePayload,
    ExpressionOfInterest,
    InterestPayload,
    ReleasePayload,
)
from schemas.transition import moment

__all__ = ["InterestActs", "ViewerInterests"]


@dataclass(frozen=True, slots=True)
class InterestActs:
    """All that there is to do about interests in one store: one for the life of the gateway."""

    interests: Interests
    releases: Releases
    forgetting: Forgetting

    @classmethod
    def of(  # noqa: PLR0913 - what is wired, once
        cls,
        store: Store,
        acts: Acts,
        registries: Registries,
        agreements: Covering,
        leave_all: LeaveAll,
        rules: Rules | None = None,
    ) -> "InterestActs":
        """Those in one store."""
        return cls(
            Interests(store, acts, registries, agreements, rules), Releases(store, acts), Forgetting(acts, leave_all)
        )


class ViewerInterests:
    """Implements ``schemas.context.Interests`` for one viewer; without a store everything is STORE_UNAVAILABLE."""

    def __init__(self, acts: InterestActs | None, viewer: Viewer) -> None:
        self._given = acts
        self._viewer = viewer

    async def express(  # noqa: PLR0913 - as the mutation
        self, about: str, message: str | None, lang: str, contact: str, *, draft: bool, key: str
    ) -> InterestPayload:
        """Expresses an interest."""
        return await self._payload(
            lambda: self._acts.interests.express(self._viewer, about, message, lang, contact, draft=draft, key=key)
        )

    async def submit(self, id_: str, version: int, key: str | None) -> InterestPayload:
        """Sends a draft."""
        return await self._payload(lambda: self._acts.interests.submit(self._viewer, _key(id_), version, key))

    async def screen(
        self, id_: str, version: int, *, forward: bool, reason: str | None, key: str | None
    ) -> InterestPayload:
        """Lets an interest through, or declines it, for the receiver's cluster."""
        return await self._payload(
            lambda: self._acts.interests.screen(
                self._viewer, _key(id_), version, forward=forward, reason=reason, key=key
            )
        )

    async def answer(
        self, id_: str, version: int, *, accept: bool, contact: str | None, key: str | None
    ) -> InterestPayload:
        """Accepts or declines."""
        return await self._payload(
            lambda: self._acts.interests.answer(
                self._viewer, _key(id_), version, accept=accept, contact=contact, key=key
            )
        )

    async def withdraw(self, id_: str, version: int, key: str | None) -> InterestPayload:
        """Takes an interest back."""
        return await self._payload(lambda: self._acts.interests.withdraw(self._viewer, _key(id_), version, key))

    async def revoke(self, id_: str, reason: str | None, key: str | None) -> ReleasePayload:
        """Ends a release."""
        result, errors = await attempted(
            lambda: self._acts.releases.revoke(self._viewer, key_of(id_, "ContactRelease", "id"), reason, key)
        )
        found = None if result is None else await self._one(UUID(result["release"]))
        ended = None if found is None or found.release is None else found.release.revoked_at
        return ReleasePayload(
            release=None if found is None or found.release is None else ContactRelease(source=found),
            effective_at=None if ended is None else moment(ended),
            errors=errors,
        )

    async def forget(self, member: str, key: str | None) -> ErasurePayload:
        """Forgets a member."""
        result, errors = await attempted(lambda: self._acts.forgetting.forget(self._viewer, member, key))
        ended = () if result is None else affected(result)
        return ErasurePayload(tombstoned=result is not None, affected=[ID(each) for each in ended], errors=errors)

    async def known(self, state: InterestState | None, first: int, after: str | None) -> list[ExpressionOfInterest]:
        """Some of those that the viewer may know of, the latest first, behind one of them by global ID."""
        check_page(first)
        behind = None if after is None else own_key(after, "ExpressionOfInterest")
        found = await self._acts.interests.known(self._viewer, state, first, behind)
        return [ExpressionOfInterest(source=each) for each in found]

    async def nodes(
        self, typename: str, keys: Collection[UUID]
    ) -> Mapping[UUID, ExpressionOfInterest | ContactRelease]:
        """Expressions of interest, or releases, by key; what the viewer may not know of is not among them."""
        found = await self._acts.interests.read(keys, self._viewer)
        if typename == "ContactRelease":
            return {key: ContactRelease(source=each) for key, each in found.items() if each.release is not None}
        return {key: ExpressionOfInterest(source=each) for key, each in found.items()}

    @property
    def _acts(self) -> InterestActs:
        return stored(self._given)

    async def _payload(self, act: Callable[[], Awaitable[Result]]) -> InterestPayload:
        result, errors = await attempted(act)
        found = None if result is None else await self._one(UUID(result["interest"]))
        return InterestPayload(interest=None if found is None else ExpressionOfInterest(source=found), errors=errors)

    async def _one(self, key: UUID) -> Interest | None:
        return (await self._acts.interests.read([key], self._viewer)).get(key)


def _key(id_: str) -> UUID:
    return key_of(id_, "ExpressionOfInterest", "id")
