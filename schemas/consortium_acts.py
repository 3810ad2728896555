"""What can be done with consortia: the mutations, and what they give.

What identifies a command is read from the arguments of its field, the idempotency key among them.
"""

from typing import Annotated

import strawberry
from strawberry import UNSET

from adapters.contract.viewers import Scope
from schemas.acting import ExpectedVersion, IdempotencyKey, UserError
from schemas.codes import DocumentKind, SeatRole
from schemas.consortium import Consortium, ConsortiumDocument, Seat
from schemas.context import Info
from schemas.opportunity import ConsortiumRulesInput, RequirementInput
from schemas.scalars import CountryCode, DateTime, LanguageTag
from schemas.scopes import requires

__all__ = ["ConsortiumMutation", "ConsortiumPayload", "CreateConsortiumInput", "DocumentPayload", "SeatPayload"]

_ERRORS = "Why nothing was changed; empty where it was."
_ACT = requires(Scope.CORRIDOR_ACT)

ConsortiumID = Annotated[strawberry.ID, strawberry.argument(description="The consortium, by global ID.")]
SeatID = Annotated[strawberry.ID, strawberry.argument(description="The seat, by global ID.")]
MemberID = Annotated[strawberry.ID, strawberry.argument(description="The member, by global ID.")]
Role = Annotated[SeatRole, strawberry.argument(description="What the member is to be in the consortium.")]
Covers = Annotated[
    list[str], strawberry.argument(description="The keys of the requirements that the member is to see to.")
]


@strawberry.input(description="A consortium to create.")
class CreateConsortiumInput:
    title: str = strawberry.field(description="The title, 1 to 200 characters.")
    lang: LanguageTag = strawberry.field(description="The language of the title.")
    target_markets: list[CountryCode] = strawberry.field(description="The countries that it aims at.")
    opportunity_id: strawberry.ID | None = strawberry.field(
        default=None, description="The opportunity that it answers, by global ID."
    )
    requirements: list[RequirementInput] | None = strawberry.field(
        default=None,
        description="What it has to be able to do, 1 to 20; those of the opportunity where nothing is said.",
    )
    rules: ConsortiumRulesInput | None = strawberry.field(
        default=None,
        description="How it has to be made up; as the opportunity says, or else two of all, where nothing is said.",
    )
    lead_covers: list[str] | None = strawberry.field(
        default=None,
        description="The keys of the requirements that a member that creates it will see to; all where nothing is "
        "said. They count only as far as it has the capabilities.",
    )


@strawberry.type(description="What came of it.")
class ConsortiumPayload:
    consortium: Consortium | None = strawberry.field(description="The consortium; null where there are errors.")
    errors: list[UserError] = strawberry.field(description=_ERRORS)


@strawberry.type(description="What came of it.")
class SeatPayload:
    seat: Seat | None = strawberry.field(description="The seat; null where there are errors.")
    consortium: Consortium | None = strawberry.field(description="Its consortium; null where there are errors.")
    errors: list[UserError] = strawberry.field(description=_ERRORS)


@strawberry.type(description="What came of it.")
class DocumentPayload:
    document: ConsortiumDocument | None = strawberry.field(description="The document; null where there are errors.")
    consortium: Consortium | None = strawberry.field(description="Its consortium; null where there are errors.")
    errors: list[UserError] = strawberry.field(description=_ERRORS)


@strawberry.type
class ConsortiumMutation:
    @strawberry.field(
        description="Creates a consortium: a member leads the one it creates; a coordinator has yet to invite a lead.",
        directives=[_ACT],
    )
    async def create_consortium(
        self,
        info: Info,
        input: Annotated[CreateConsortiumInput, strawberry.argument(description="The consortium.")],
        idempotency_key: IdempotencyKey = None,
    ) -> ConsortiumPayload:
        return await info.context.consortia.create(info, input)  # type: ignore[no-any-return]

    @strawberry.field(description="The lead has it look for members. Inviting one does so as well.", directives=[_ACT])
    async def recruit_consortium(
        self, info: Info, id: ConsortiumID, expected_version: ExpectedVersion, idempotency_key: IdempotencyKey = None
    ) -> ConsortiumPayload:
        return await info.context.consortia.recruit(info, id, expected_version)  # type: ignore[no-any-return]

    @strawberry.field(
        description="The lead forms it, once it is complete by its own rules; or again, after a repair.",
        directives=[_ACT],
    )
    async def form_consortium(
        self, info: Info, id: ConsortiumID, expected_version: ExpectedVersion, idempotency_key: IdempotencyKey = None
    ) -> ConsortiumPayload:
        return await info.context.consortia.form(info, id, expected_version)  # type: ignore[no-any-return]

    @strawberry.field(description="The lead gives it up before it is formed.", directives=[_ACT])
    async def dissolve_consortium(
        self, info: Info, id: ConsortiumID, expected_version: ExpectedVersion, idempotency_key: IdempotencyKey = None
    ) -> ConsortiumPayload:
        return await info.context.consortia.dissolve(info, id, expected_version)  # type: ignore[no-any-return]

    @strawberry.field(description="The lead has it begin its work, once its agreement is signed.", directives=[_ACT])
    async def activate_consortium(
        self, info: Info, id: ConsortiumID, expected_version: ExpectedVersion, idempotency_key: IdempotencyKey = None
    ) -> ConsortiumPayload:
        return await info.context.consortia.activate(info, id, expected_version)  # type: ignore[no-any-return]

    @strawberry.field(description="The lead ends it when its work is done.", directives=[_ACT])
    async def close_consortium(
        self, info: Info, id: ConsortiumID, expected_version: ExpectedVersion, idempotency_key: IdempotencyKey = None
    ) -> ConsortiumPayload:
        return await info.context.consortia.close(info, id, expected_version)  # type: ignore[no-any-return]

    @strawberry.field(description="The lead considers a member, who does not learn of it.", directives=[_ACT])
    async def shortlist_member(
        self,
        info: Info,
        consortium_id: ConsortiumID,
        member_id: MemberID,
        role: Role,
        covers: Covers,
        expected_version: ExpectedVersion,
        idempotency_key: IdempotencyKey = None,
    ) -> SeatPayload:
        return await info.context.consortia.shortlist(info, consortium_id, member_id, role, covers, expected_version)  # type: ignore[no-any-return]

    @strawberry.field(
        description="The lead invites a member. Until the member has accepted, it covers nothing.", directives=[_ACT]
    )
    async def invite_to_consortium(
        self,
        info: Info,
        consortium_id: ConsortiumID,
        member_id: MemberID,
        role: Role,
        covers: Covers,
        expires_at: Annotated[
            DateTime, strawberry.argument(description="Until when the invitation can be answered: a year at most.")
        ],
        expected_version: ExpectedVersion,
        idempotency_key: IdempotencyKey = None,
    ) -> SeatPayload:
        return await info.context.consortia.invite(  # type: ignore[no-any-return]
            info, consortium_id, member_id, role, covers, expires_at, expected_version
        )

    @strawberry.field(
        description="The viewer's member applies to a consortium that recruits and whose ID it was told.",
        directives=[_ACT],
    )
    async def apply_to_consortium(
        self,
        info: Info,
        consortium_id: ConsortiumID,
        covers: Covers,
        role: Role = SeatRole.PARTNER,
        idempotency_key: IdempotencyKey = None,
    ) -> SeatPayload:
        return await info.context.consortia.apply(info, consortium_id, role, covers)  # type: ignore[no-any-return]

    @strawberry.field(
        description="Who was invited answers the invitation, and the lead an application.", directives=[_ACT]
    )
    async def answer_seat(
        self,
        info: Info,
        seat_id: SeatID,
        accept: Annotated[bool, strawberry.argument(description="Whether the member takes part.")],
        expected_version: ExpectedVersion,
        idempotency_key: IdempotencyKey = None,
    ) -> SeatPayload:
        return await info.context.consortia.answer(info, seat_id, expected_version, accept=accept)  # type: ignore[no-any-return]

    @strawberry.field(description="The lead takes an invitation back.", directives=[_ACT])
    async def revoke_seat(
        self, info: Info, seat_id: SeatID, expected_version: ExpectedVersion, idempotency_key: IdempotencyKey = None
    ) -> SeatPayload:
        return await info.context.consortia.revoke(info, seat_id, expected_version)  # type: ignore[no-any-return]

    @strawberry.field(
        description="A member leaves. A consortium that is not sound without it goes into repair.", directives=[_ACT]
    )
    async def leave_consortium(
        self,
        info: Info,
        seat_id: SeatID,
        expected_version: ExpectedVersion,
        reason: Annotated[str | None, strawberry.argument(description="Why, up to 500 characters.")] = UNSET,
        idempotency_key: IdempotencyKey = None,
    ) -> SeatPayload:
        return await info.context.consortia.leave(info, seat_id, reason or None, expected_version)  # type: ignore[no-any-return]

    @strawberry.field(
        description="The lead removes a member. A consortium that is not sound without it goes into repair.",
        directives=[_ACT],
    )
    async def remove_seat(
        self,
        info: Info,
        seat_id: SeatID,
        reason: Annotated[str, strawberry.argument(description="Why, 1 to 500 characters.")],
        expected_version: ExpectedVersion,
        idempotency_key: IdempotencyKey = None,
    ) -> SeatPayload:
        return await info.context.consortia.remove(info, seat_id, reason, expected_version)  # type: ignore[no-any-return]

    @strawberry.field(
        description="The lead adds a document, of which the corridor keeps the hash alone.", directives=[_ACT]
    )
    async def add_document(
        self,
        info: Info,
        consortium_id: ConsortiumID,
        kind: Annotated[DocumentKind, strawberry.argument(description="What it is.")],
        sha256: Annotated[str, strawberry.argument(description="Its SHA-256, as 64 hexadecimal digits.")],
        custodian: Annotated[str, strawberry.argument(description="The cluster that keeps it, by slug.")],
        expected_version: ExpectedVersion,
        idempotency_key: IdempotencyKey = None,
    ) -> DocumentPayload:
        return await info.context.consortia.add_document(info, consortium_id, kind, sha256, custodian, expected_version)  # type: ignore[no-any-return]

    @strawberry.field(
        description="A member records that it has signed a document. With all signatures of a letter of intent, and "
        "then of the consortium agreement, the consortium goes on by itself.",
        directives=[_ACT],
    )
    async def record_signature(
        self,
        info: Info,
        document_id: Annotated[strawberry.ID, strawberry.argument(description="The document, by global ID.")],
        seat_id: SeatID,
        method: Annotated[str, strawberry.argument(description="How it was signed, such as `PADES`.")],
        idempotency_key: IdempotencyKey = None,
    ) -> DocumentPayload:
        return await info.context.consortia.sign(info, document_id, seat_id, method)  # type: ignore[no-any-return]
