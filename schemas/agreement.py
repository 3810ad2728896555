"""Agreements between clusters: what the corridor rests on. Anybody may read them."""

from datetime import date
from typing import Annotated, Any

import strawberry
from strawberry import UNSET

from adapters.contract.viewers import Purpose, Scope
from schemas.acting import ExpectedVersion, IdempotencyKey, UserError
from schemas.cluster import Cluster
from schemas.codes import AgreementState, DataCategory
from schemas.context import Info
from schemas.node import Owned
from schemas.scalars import Date
from schemas.scopes import requires

__all__ = ["Agreement", "AgreementMutation", "AgreementPayload", "AgreementQuery", "PrivacyAssessment"]

_ACT = [requires(Scope.CORRIDOR_ACT)]
AgreementID = Annotated[strawberry.ID, strawberry.argument(description="The agreement, by global ID.")]
Reason = Annotated[str | None, strawberry.argument(description="Why, for the record: at most 2000 characters.")]


@strawberry.type(description="What came of assessing the data that goes from one party of an agreement to another.")
class PrivacyAssessment:
    source: strawberry.Private[Any]

    @strawberry.field(description="Where the data comes from. Its coordinators assess.")
    def from_cluster(self, info: Info) -> Cluster:
        return info.context.cluster(self.source.from_cluster)  # type: ignore[no-any-return]

    @strawberry.field(description="Where it goes.")
    def to_cluster(self, info: Info) -> Cluster:
        return info.context.cluster(self.source.to_cluster)  # type: ignore[no-any-return]

    @strawberry.field(description="Which kinds of data were assessed.")
    def data_categories(self) -> list[DataCategory]:
        return list(self.source.categories)

    @strawberry.field(description="What came of it, as its cluster wrote it.")
    def outcome(self) -> str:
        return self.source.outcome  # type: ignore[no-any-return]

    @strawberry.field(description="When it was made.")
    def assessed_on(self) -> Date:
        return _day(self.source.assessed_on)

    @strawberry.field(description="The last day on which it counts, unless it is made anew.")
    def review_by(self) -> Date:
        return _day(self.source.review_by)


@strawberry.type(
    description="An agreement between clusters. Whatever goes from one cluster to another for a purpose needs one that "
    "is in force between both, and for this purpose. Its days are days of UTC."
)
class Agreement(Owned):
    day: strawberry.Private[date]

    @strawberry.field(description="The name of the series of agreements that it belongs to.")
    def series(self) -> str:
        return self.source.series  # type: ignore[no-any-return]

    @strawberry.field(description="Which one of its series it is, from 1.")
    def ordinal(self) -> int:
        return self.source.ordinal  # type: ignore[no-any-return]

    @strawberry.field(description="The clusters that it is between; those that have left the corridor are not told.")
    def parties(self, info: Info) -> list[Cluster]:
        return _served(info, self.source.parties)

    @strawberry.field(description="Those of them that have signed.")
    def signed_by(self, info: Info) -> list[Cluster]:
        return _served(info, self.source.signed_by)

    @strawberry.field(description="Where it stands.")
    def state(self) -> AgreementState:
        return self.source.state(self.day)  # type: ignore[no-any-return]

    @strawberry.field(
        description="Whether anything rests on it today: it is in force, and none of its assessments is due for review."
    )
    def in_force(self) -> bool:
        return self.source.counts(self.day)  # type: ignore[no-any-return]

    @strawberry.field(description="What it is for.")
    def purposes(self) -> list[Purpose]:
        return list(self.source.purposes)

    @strawberry.field(description="The day of the last signature; null until all parties have signed.")
    def signed_on(self) -> Date | None:
        return _day_or_none(self.source.signed_on)

    @strawberry.field(description="Its last day; null where it has none.")
    def valid_until(self) -> Date | None:
        return _day_or_none(self.source.valid_until)

    @strawberry.field(description="The latest privacy assessment of each direction between its parties that has one.")
    def privacy_assessments(self, info: Info) -> list[PrivacyAssessment]:
        return [
            PrivacyAssessment(source=each)
            for each in self.source.assessments
            if info.context.cluster(each.from_cluster) and info.context.cluster(each.to_cluster)
        ]

    @strawberry.field(
        description="The SHA-256 of the document that was signed, in hexadecimal, where it was registered."
    )
    def document_hash(self) -> str | None:
        return self.source.document_hash  # type: ignore[no-any-return]

    @strawberry.field(description="Counts its changes: `expectedVersion` of the next one.")
    def version(self) -> int:
        return self.source.version  # type: ignore[no-any-return]


@strawberry.type(description="What became of a change to an agreement.")
class AgreementPayload:
    agreement: Agreement | None = strawberry.field(
        description="The agreement as it is now; null where nothing was done."
    )
    errors: list[UserError] = strawberry.field(description="Why nothing was done; empty where it was.")


@strawberry.type(description="What can be asked about agreements.")
class AgreementQuery:
    @strawberry.field(
        description="The agreements between the clusters, whatever their state: by ordinal, then by series."
    )
    async def agreements(
        self,
        info: Info,
        series: Annotated[str | None, strawberry.argument(description="Only those of this series.")] = UNSET,
    ) -> list[Agreement]:
        return await info.context.agreements.of(series or None)  # type: ignore[no-any-return]


@strawberry.type(description="What can be done about agreements, by coordinators of their parties.")
class AgreementMutation:
    @strawberry.mutation(
        description="Registers an agreement that is being negotiated, as the next one of its series.", directives=_ACT
    )
    async def register_agreement(
        self,
        info: Info,
        series: Annotated[
            str, strawberry.argument(description="The series: small letters, digits and single hyphens, at most 100.")
        ],
        parties: Annotated[
            list[str],
            strawberry.argument(description="The slugs of its parties: two or more, the viewer's among them."),
        ],
        purposes: Annotated[list[Purpose], strawberry.argument(description="What it is for: one purpose or more.")],
        valid_until: Annotated[Date | None, strawberry.argument(description="Its last day, if it has one.")] = UNSET,
        document_hash: Annotated[
            str | None, strawberry.argument(description="The SHA-256 of its document, as 64 hexadecimal digits.")
        ] = UNSET,
        idempotency_key: IdempotencyKey = UNSET,
    ) -> AgreementPayload:
        return await info.context.agreements.register(  # type: ignore[no-any-return]
            series, parties, purposes, valid_until or None, document_hash or None, idempotency_key or None
        )

    @strawberry.mutation(
        description="Signs an agreement for the viewer's cluster. When all parties have, it is signed, and in force as "
        "soon as each direction between them has its privacy assessment.",
        directives=_ACT,
    )
    async def sign_agreement(
        self,
        info: Info,
        id: AgreementID,
        expected_version: ExpectedVersion,
        signed_on: Annotated[
            Date | None, strawberry.argument(description="The day on which it was signed; today where nothing is said.")
        ] = UNSET,
        idempotency_key: IdempotencyKey = UNSET,
    ) -> AgreementPayload:
        return await info.context.agreements.sign(  # type: ignore[no-any-return]
            id, expected_version, signed_on or None, idempotency_key or None
        )

    @strawberry.mutation(
        description="Says what came of assessing the data that goes from the viewer's cluster to another party. A "
        "later assessment takes the place of an earlier one.",
        directives=_ACT,
    )
    async def assess_privacy(
        self,
        info: Info,
        id: AgreementID,
        to_cluster: Annotated[str, strawberry.argument(description="The slug of the party that the data goes to.")],
        data_categories: Annotated[
            list[DataCategory], strawberry.argument(description="Which kinds of data were assessed: one or more.")
        ],
        outcome: Annotated[str, strawberry.argument(description="What came of it: 1 to 2000 characters, for anybody.")],
        assessed_on: Annotated[Date, strawberry.argument(description="When it was made.")],
        review_by: Annotated[Date, strawberry.argument(description="The last day on which it counts.")],
        expected_version: ExpectedVersion,
        idempotency_key: IdempotencyKey = UNSET,
    ) -> AgreementPayload:
        return await info.context.agreements.assess(  # type: ignore[no-any-return]
            id,
            expected_version,
            to_cluster=to_cluster,
            categories=data_categories,
            outcome=outcome,
            assessed_on=assessed_on,
            review_by=review_by,
            key=idempotency_key or None,
        )

    @strawberry.mutation(
        description="Suspends an agreement that is in force: nothing rests on it until a party resumes it.",
        directives=_ACT,
    )
    async def suspend_agreement(
        self,
        info: Info,
        id: AgreementID,
        expected_version: ExpectedVersion,
        reason: Reason = UNSET,
        idempotency_key: IdempotencyKey = UNSET,
    ) -> AgreementPayload:
        return await info.context.agreements.suspend(  # type: ignore[no-any-return]
            id, expected_version, reason or None, idempotency_key or None
        )

    @strawberry.mutation(description="Puts a suspended agreement in force again.", directives=_ACT)
    async def resume_agreement(
        self,
        info: Info,
        id: AgreementID,
        expected_version: ExpectedVersion,
        reason: Reason = UNSET,
        idempotency_key: IdempotencyKey = UNSET,
    ) -> AgreementPayload:
        return await info.context.agreements.resume(  # type: ignore[no-any-return]
            id, expected_version, reason or None, idempotency_key or None
        )

    @strawberry.mutation(description="Ends an agreement for good.", directives=_ACT)
    async def terminate_agreement(
        self,
        info: Info,
        id: AgreementID,
        expected_version: ExpectedVersion,
        reason: Reason = UNSET,
        idempotency_key: IdempotencyKey = UNSET,
    ) -> AgreementPayload:
        return await info.context.agreements.terminate(  # type: ignore[no-any-return]
            id, expected_version, reason or None, idempotency_key or None
        )


def _served(info: Info, codes: tuple[str, ...]) -> list[Cluster]:
    return [found for code in codes if (found := info.context.cluster(code)) is not None]


def _day(day: date) -> Date:
    return Date(day.isoformat())


def _day_or_none(day: date | None) -> Date | None:
    return None if day is None else _day(day)
