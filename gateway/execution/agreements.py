"""Agreements for one request: what the schema's resolvers call."""

from collections.abc import Awaitable, Collection, Mapping, Sequence
from datetime import date
from uuid import UUID

from adapters.contract.viewers import Purpose
from gateway.access.viewer import Viewer
from gateway.corridor.acts import Result
from gateway.corridor.agreeing import Agreeing, Change, Terms
from gateway.corridor.agreements import Agreements, Assessment, today
from gateway.corridor.failures import Failed
from gateway.errors import ClientError, ErrorCode
from gateway.execution.acting import attempted
from gateway.reference import Reference
from schemas.agreement import Agreement, AgreementPayload
from schemas.codes import DataCategory

__all__ = ["ViewerAgreements"]


class ViewerAgreements:
    """Implements ``schemas.context.Agreements`` for one viewer; without a store there are none, and none to be made."""

    def __init__(self, agreements: Agreements, agreeing: Agreeing | None, viewer: Viewer) -> None:
        self._agreements = agreements
        self._given = agreeing
        self._viewer = viewer

    async def of(self, series: str | None) -> list[Agreement]:
        """All of them, or those of a series."""
        await self._agreements.current()
        found = self._agreements.all()
        return [Agreement(source=each, day=today()) for each in found if series in {None, each.series}]

    async def nodes(self, _typename: str, keys: Collection[UUID]) -> Mapping[UUID, Agreement]:
        """By key, those that there are: anybody may know of each."""
        await self._agreements.current()
        found = self._agreements.all()
        return {each.key: Agreement(source=each, day=today()) for each in found if each.key in keys}

    async def register(  # noqa: PLR0913 - as the mutation
        self,
        series: str,
        parties: Sequence[str],
        purposes: Sequence[Purpose],
        valid_until: str | None,
        document_hash: str | None,
        key: str | None,
    ) -> AgreementPayload:
        """Registers one that is being negotiated."""

        async def work() -> Result:
            ends = _day(valid_until, "validUntil") if valid_until else None
            terms = Terms(series, parties, purposes, ends, document_hash)
            return await self._acts.register(self._viewer, terms, key)

        return await self._payload(work())

    async def sign(self, id_: str, version: int, signed_on: str | None, key: str | None) -> AgreementPayload:
        """Signs for the viewer's cluster."""

        async def work() -> Result:
            signed = _day(signed_on, "signedOn") if signed_on else None
            return await self._acts.sign(self._change(id_, version, key), signed)

        return await self._payload(work())

    async def assess(  # noqa: PLR0913 - as the mutation
        self,
        id_: str,
        version: int,
        *,
        to_cluster: str,
        categories: Sequence[DataCategory],
        outcome: str,
        assessed_on: str,
        review_by: str,
        key: str | None,
    ) -> AgreementPayload:
        """Says what came of assessing what goes from the viewer's cluster to another."""

        async def work() -> Result:
            made = Assessment(
                from_cluster=self._viewer.cluster or "",
                to_cluster=to_cluster,
                categories=tuple(categories),
                outcome=outcome,
                assessed_on=_day(assessed_on, "assessedOn"),
                review_by=_day(review_by, "reviewBy"),
            )
            return await self._acts.assess(self._change(id_, version, key), made)

        return await self._payload(work())

    async def suspend(self, id_: str, version: int, reason: str | None, key: str | None) -> AgreementPayload:
        """Suspends one."""

        async def work() -> Result:
            return await self._acts.suspend(self._change(id_, version, key), reason)

        return await self._payload(work())

    async def resume(self, id_: str, version: int, reason: str | None, key: str | None) -> AgreementPayload:
        """Puts a suspended one in force again."""

        async def work() -> Result:
            return await self._acts.resume(self._change(id_, version, key), reason)

        return await self._payload(work())

    async def terminate(self, id_: str, version: int, reason: str | None, key: str | None) -> AgreementPayload:
        """Ends one for good."""

        async def work() -> Result:
            return await self._acts.terminate(self._change(id_, version, key), reason)

        return await self._payload(work())

    async def _payload(self, work: Awaitable[Result]) -> AgreementPayload:
        result, errors = await attempted(work)
        if result is None:
            return AgreementPayload(agreement=None, errors=errors)
        self._agreements.forget()
        found = await self._acts.read(UUID(result["agreement"]))
        return AgreementPayload(agreement=Agreement(source=found, day=today()), errors=errors)

    @property
    def _acts(self) -> Agreeing:
        if self._given is None:
            raise ClientError(
                ErrorCode.STORE_UNAVAILABLE,
                "This gateway has no store, and so there is nowhere to keep an agreement.",
                retryable=False,
            )
        return self._given

    def _change(self, id_: str, version: int, key: str | None) -> Change:
        return Change(self._viewer, _key(id_), version, key)


def _key(id_: str) -> UUID:
    """The key of an agreement, by its global ID; Failed where it is none."""
    try:
        reference = Reference.parse(id_)
        if (reference.typename, reference.cluster) == ("Agreement", "corridor"):
            return UUID(reference.key)
    except (ClientError, ValueError):
        pass
    raise Failed.because("not_found", "id")


def _day(given: str, path: str) -> date:
    """A day; Failed where the calendar has none such."""
    try:
        return date.fromisoformat(given)
    except ValueError:
        raise Failed.because("agreement_day", path) from None
