"""Interests, releases and forgetting for one request: what the schema's resolvers call."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from strawberry import ID

from gateway.access.viewer import Viewer
from gateway.corridor.acts import Acts, Result
from gateway.corridor.expressing import Interests, Rules
from gateway.corridor.failures import Failed
from gateway.corridor.forgetting import Forgetting, LeaveAll, affected
from gateway.corridor.inquiries import Covering
from gateway.corridor.interests import Interest
from gateway.corridor.ports import Registries
from gateway.corridor.releases import Releases
from gateway.errors import ClientError, ErrorCode
from gateway.execution.acting import attempted
from gateway.reference import Reference
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

_LARGEST_PAGE = 100


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
            self._acts.interests.express(self._viewer, about, message, lang, contact, draft=draft, key=key)
        )

    async def submit(self, id_: str, version: int, key: str | None) -> InterestPayload:
        """Sends a draft."""
        return await self._on(id_, lambda found: self._acts.interests.submit(self._viewer, found, version, key))

    async def screen(
        self, id_: str, version: int, *, forward: bool, reason: str | None, key: str | None
    ) -> InterestPayload:
        """Lets an interest through, or declines it, for the receiver's cluster."""
        return await self._on(
            id_,
            lambda found: self._acts.interests.screen(
                self._viewer, found, version, forward=forward, reason=reason, key=key
            ),
        )

    async def answer(
        self, id_: str, version: int, *, accept: bool, contact: str | None, key: str | None
    ) -> InterestPayload:
        """Accepts or declines."""
        return await self._on(
            id_,
            lambda found: self._acts.interests.answer(
                self._viewer, found, version, accept=accept, contact=contact, key=key
            ),
        )

    async def withdraw(self, id_: str, version: int, key: str | None) -> InterestPayload:
        """Takes an interest back."""
        return await self._on(id_, lambda found: self._acts.interests.withdraw(self._viewer, found, version, key))

    async def revoke(self, id_: str, reason: str | None, key: str | None) -> ReleasePayload:
        """Ends a release."""

        async def work() -> Result:
            return await self._acts.releases.revoke(self._viewer, _key(id_, "ContactRelease"), reason, key)

        result, errors = await attempted(work())
        found = None if result is None else await self._one(UUID(result["release"]))
        ended = None if found is None or found.release is None else found.release.revoked_at
        return ReleasePayload(
            release=None if found is None or found.release is None else ContactRelease(source=found),
            effective_at=None if ended is None else moment(ended),
            errors=errors,
        )

    async def forget(self, member: str, key: str | None) -> ErasurePayload:
        """Forgets a member."""
        result, errors = await attempted(self._acts.forgetting.forget(self._viewer, member, key))
        ended = () if result is None else affected(result)
        return ErasurePayload(tombstoned=result is not None, affected=[ID(each) for each in ended], errors=errors)

    async def known(self, state: InterestState | None, first: int, after: str | None) -> list[ExpressionOfInterest]:
        """Some of those that the viewer may know of, the latest first, behind one of them by global ID."""
        if not 1 <= first <= _LARGEST_PAGE:
            raise ClientError(
                ErrorCode.PAGE_TOO_LARGE,
                f"`first` must be from 1 to {_LARGEST_PAGE}, not {first}. More come page by page, with `after`.",
            )
        behind = None if after is None else _parsed(after, "ExpressionOfInterest")
        if after is not None and behind is None:
            raise ClientError(ErrorCode.BAD_ID, "`after` takes the ID of an expression of interest, as `id` had it.")
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
        if self._given is None:
            raise ClientError(
                ErrorCode.STORE_UNAVAILABLE,
                "This gateway has no store, and so nothing can be done in the corridor.",
                retryable=False,
            )
        return self._given

    async def _on(self, id_: str, act: Callable[[UUID], Awaitable[Result]]) -> InterestPayload:
        """The payload of an act on an interest by its global ID."""

        async def work() -> Result:
            return await act(_key(id_))

        return await self._payload(work())

    async def _payload(self, work: Awaitable[Result]) -> InterestPayload:
        result, errors = await attempted(work)
        found = None if result is None else await self._one(UUID(result["interest"]))
        return InterestPayload(interest=None if found is None else ExpressionOfInterest(source=found), errors=errors)

    async def _one(self, key: UUID) -> Interest | None:
        return (await self._acts.interests.read([key], self._viewer)).get(key)


def _key(id_: str, typename: str = "ExpressionOfInterest") -> UUID:
    """The key of what the corridor itself keeps; raises Failed for the ID of anything else."""
    key = _parsed(id_, typename)
    if key is None:
        raise Failed.because("not_found", "id")
    return key


def _parsed(id_: str, typename: str) -> UUID | None:
    try:
        reference = Reference.parse(id_)
        key = UUID(reference.key)
    except (ClientError, ValueError):
        return None
    return key if reference == Reference(typename, "corridor", str(key)) else None
