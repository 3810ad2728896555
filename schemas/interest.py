"""Expressions of interest, the releases of contacts that come of them, and forgetting a member."""

import asyncio
from typing import Annotated

import strawberry
from strawberry import UNSET

from adapters.contract.viewers import Purpose, Scope
from schemas.acting import ExpectedVersion, IdempotencyKey, UserError
from schemas.codes import InterestState, ReleaseState
from schemas.context import Info
from schemas.member import MemberResult
from schemas.node import ID_IS, Owned
from schemas.scalars import DateTime, LanguageTag
from schemas.scopes import requires
from schemas.transition import Transition, moment
from schemas.vocabulary import Lang, LocalizedText, Written

__all__ = [
    "ContactRelease", "ErasurePayload", "ExpressionOfInterest", "InterestMutation", "InterestPayload", "ReleasePayload",
]  # fmt: skip

_ACT = [requires(Scope.CORRIDOR_ACT)]
InterestID = Annotated[strawberry.ID, strawberry.argument(description="The expression of interest, by global ID.")]
_CONTACT_REF = strawberry.argument(
    description="The contact point to share if both sides are interested: its `ref` under `viewer.member.contacts`."
)


@strawberry.type(description="That a member would like to talk about a need, an offer, or with a member.")
class ExpressionOfInterest(Owned):
    @strawberry.field(description="The need, the offer or the member that it is about, by global ID.")
    def about(self) -> strawberry.ID:
        return strawberry.ID(self.source.about)

    @strawberry.field(name="from", description="Who expresses the interest.")
    async def sender(self, info: Info) -> MemberResult:
        return await info.context.member(info, self.source.sender)  # type: ignore[no-any-return]

    @strawberry.field(
        name="to",
        description="Who it is addressed to; null to the sender's side as long as what it is about is anonymous.",
    )
    async def receiver(self, info: Info) -> MemberResult | None:
        known = self.source.receiver
        return None if known is None else await info.context.member(info, known)

    @strawberry.field(description="Where it stands.")
    def state(self) -> InterestState:
        return self.source.state  # type: ignore[no-any-return]

    @strawberry.field(
        description="What the sender wrote, in the language it was written in, whichever is wished for; null where it "
        "wrote nothing, or was forgotten."
    )
    def message(self, lang: Lang = UNSET) -> LocalizedText | None:
        found = self.source
        return None if found.message is None else Written(found.message, found.lang)  # type: ignore[return-value]

    @strawberry.field(description="When it expires, unless it was answered or taken back before.")
    def expires_at(self) -> DateTime:
        return moment(self.source.expires_at)

    @strawberry.field(description="The release of both contacts that came of it; null unless it became mutual.")
    def release(self) -> "ContactRelease | None":
        return None if self.source.release is None else ContactRelease(source=self.source)

    @strawberry.field(description="Its transitions, the first one first.")
    def history(self) -> list[Transition]:
        return [Transition(source=each) for each in self.source.history]

    @strawberry.field(description="Counts its changes and those of its release: `expectedVersion` of what comes next.")
    def version(self) -> int:
        return self.source.version  # type: ignore[no-any-return]


@strawberry.type(
    description="That two members see each other's contact point. It is for both sides or for neither, and ends for "
    "both at the same moment."
)
class ContactRelease(Owned):
    """Its ``source`` is the expression of interest that it came of."""

    @strawberry.field(description=ID_IS)  # type: ignore[misc]
    def id(self) -> strawberry.ID:
        return strawberry.ID(self.source.release.id)

    @strawberry.field(description="The expression of interest that it came of, by global ID.")
    def basis(self) -> strawberry.ID:
        return strawberry.ID(self.source.id)

    @strawberry.field(description="The two members, first the one that expressed the interest.")
    async def parties(self, info: Info) -> list[MemberResult]:
        return list(await asyncio.gather(*(info.context.member(info, each) for each in self.source.sides)))

    @strawberry.field(description="What the contacts may be used for.")
    def purpose(self) -> Purpose:
        return Purpose.CONTACT_RELEASE

    @strawberry.field(description="Where it stands.")
    def state(self) -> ReleaseState:
        return self.source.release.state  # type: ignore[no-any-return]

    @strawberry.field(description="Since when.")
    def granted_at(self) -> DateTime:
        return moment(self.source.release.granted_at)

    @strawberry.field(description="Until when, unless it is revoked before.")
    def valid_until(self) -> DateTime:
        return moment(self.source.release.valid_until)

    @strawberry.field(description="When it was revoked; null where it was not.")
    def revoked_at(self) -> DateTime | None:
        at = self.source.release.revoked_at
        return None if at is None else moment(at)


@strawberry.type(description="What came of an act on an expression of interest.")
class InterestPayload:
    interest: ExpressionOfInterest | None = strawberry.field(
        description="The expression of interest as it is now; null where the act failed."
    )
    errors: list[UserError] = strawberry.field(description="Why nothing was changed; empty where it was.")


@strawberry.type(description="What came of an act on a release of contacts.")
class ReleasePayload:
    release: ContactRelease | None = strawberry.field(
        description="The release as it is now; null where the act failed."
    )
    effective_at: DateTime | None = strawberry.field(
        description="Since when neither side sees the other's contact any more; null where the act failed."
    )
    errors: list[UserError] = strawberry.field(description="Why nothing was changed; empty where it was.")


@strawberry.type(description="What came of forgetting a member.")
class ErasurePayload:
    tombstoned: bool = strawberry.field(
        description="Whether what named the member in the corridor names nobody now. The disclosure log alone still "
        "says who was given what about it."
    )
    affected: list[strawberry.ID] = strawberry.field(
        description="What changed by it, by global ID: interests and releases that ended, consortia in which a seat "
        "did; empty where nothing was open."
    )
    errors: list[UserError] = strawberry.field(description="Why nothing was changed; empty where it was.")


@strawberry.type
class InterestMutation:
    @strawberry.field(
        description="Expresses the interest of the member that the viewer acts for. The receiver learns who asks, and "
        "sees no contact before it accepts.",
        directives=_ACT,
    )
    async def express_interest(
        self,
        info: Info,
        about_id: Annotated[
            strawberry.ID, strawberry.argument(description="A need, an offer or a member, by global ID.")
        ],
        lang: Annotated[LanguageTag, strawberry.argument(description="The language of the message.")],
        share_contact_ref: Annotated[str, _CONTACT_REF],
        idempotency_key: Annotated[
            str,
            strawberry.argument(
                description="A name that the client makes up for this request, 1 to 200 characters. Sent again under "
                "the same one, nothing is done a second time, and the first result is given."
            ),
        ],
        message: Annotated[
            str | None, strawberry.argument(description="What to tell the receiver, up to 2,000 characters.")
        ] = UNSET,
        *,
        draft: Annotated[
            bool, strawberry.argument(description="Whether it is kept back, for `submitInterest` to send it.")
        ] = False,
    ) -> InterestPayload:
        return await info.context.interests.express(  # type: ignore[no-any-return]
            about_id, message or None, lang, share_contact_ref, draft=draft, key=idempotency_key
        )

    @strawberry.field(description="Sends an interest that was drafted; by its sender.", directives=_ACT)
    async def submit_interest(
        self, info: Info, id: InterestID, expected_version: ExpectedVersion, idempotency_key: IdempotencyKey = UNSET
    ) -> InterestPayload:
        return await info.context.interests.submit(id, expected_version, idempotency_key or None)  # type: ignore[no-any-return]

    @strawberry.field(
        description="Lets an interest through to its receiver, or declines it; by a coordinator of the receiver's "
        "cluster, where that looks at interests first.",
        directives=_ACT,
    )
    async def screen_interest(
        self,
        info: Info,
        id: InterestID,
        forward: Annotated[bool, strawberry.argument(description="True lets it through, false declines it.")],
        expected_version: ExpectedVersion,
        reason: Annotated[
            str | None,
            strawberry.argument(description="Why. The sender reads it: name nobody who is to stay anonymous."),
        ] = UNSET,
        idempotency_key: IdempotencyKey = UNSET,
    ) -> InterestPayload:
        return await info.context.interests.screen(  # type: ignore[no-any-return]
            id, expected_version, forward=forward, reason=reason or None, key=idempotency_key or None
        )

    @strawberry.field(
        description="Accepts an interest, which opens the contacts of both sides to each other, or declines it; by "
        "its receiver.",
        directives=_ACT,
    )
    async def answer_interest(
        self,
        info: Info,
        id: InterestID,
        accept: Annotated[bool, strawberry.argument(description="True accepts it, false declines it.")],
        expected_version: ExpectedVersion,
        share_contact_ref: Annotated[str | None, _CONTACT_REF] = UNSET,
        idempotency_key: IdempotencyKey = UNSET,
    ) -> InterestPayload:
        return await info.context.interests.answer(  # type: ignore[no-any-return]
            id, expected_version, accept=accept, contact=share_contact_ref or None, key=idempotency_key or None
        )

    @strawberry.field(description="Takes an interest back before it is answered; by its sender.", directives=_ACT)
    async def withdraw_interest(
        self, info: Info, id: InterestID, expected_version: ExpectedVersion, idempotency_key: IdempotencyKey = UNSET
    ) -> InterestPayload:
        return await info.context.interests.withdraw(id, expected_version, idempotency_key or None)  # type: ignore[no-any-return]

    @strawberry.field(
        description="Ends a release of contacts for both sides at once; by either side, or a coordinator of either "
        "cluster.",
        directives=_ACT,
    )
    async def revoke_contact_release(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="The release, by global ID.")],
        reason: Annotated[str | None, strawberry.argument(description="Why, for the record.")] = UNSET,
        idempotency_key: IdempotencyKey = UNSET,
    ) -> ReleasePayload:
        return await info.context.interests.revoke(id, reason or None, idempotency_key or None)  # type: ignore[no-any-return]

    @strawberry.field(
        description="Forgets a member: what is open is ended, what it wrote is blanked, its keys are revoked, and "
        "nothing names it any more but the disclosure log. By itself, or a coordinator or privacy officer of its "
        "cluster. Its registry is not changed. This cannot be undone.",
        directives=_ACT,
    )
    async def forget_member(
        self,
        info: Info,
        member_id: Annotated[strawberry.ID, strawberry.argument(description="The member, by global ID.")],
        idempotency_key: IdempotencyKey = UNSET,
    ) -> ErasurePayload:
        return await info.context.interests.forget(member_id, idempotency_key or None)  # type: ignore[no-any-return]
