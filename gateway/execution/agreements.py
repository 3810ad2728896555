"""Agreements for one request: what the schema's resolvers call."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import date
from uuid import UUID

from adapters.contract.viewers import Purpose
from gateway.access.viewer import Viewer
from gateway.corridor.acts import Result
from gateway.corridor.agreeing import Agreeing, Change, Terms
from gateway.corridor.agreements import Agreements, Assessment, today
from gateway.corridor.failures import Failed
from gateway.corridor.ids import key_of
from gateway.execution.acting import attempted, stored
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
        return await self._payload(
            lambda: self._acts.register(
                self._viewer,
                Terms(series, parties, purposes, _day_or_none(valid_until, "validUntil"), document_hash),
                key,
            )
        )

    async def sign(self, id_: str, version: int, signed_on: str | None, key: str | None) -> AgreementPayload:
        """Signs for the viewer's cluster."""
        return await self._payload(
            lambda: self._acts.sign(self._change(id_, version, key), _day_or_none(signed_on, "signedOn"))
        )

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
        return await self._payload(
            lambda: self._acts.assess(
                self._change(id_, version, key),
                Assessment(
                    from_cluster=self._viewer.cluster or "",
                    to_cluster=to_cluster,
                    categories=tuple(categories),
                    outcome=outcome,
                    assessed_on=_day(assessed_on, "assessedOn"),
                    review_by=_day(review_by, "reviewBy"),
                ),
            )
        )

    async def suspend(self, id_: str, version: int, reason: str | None, key: str | None) -> AgreementPayload:
        """Suspends one."""
        return await self._payload(lambda: self._acts.suspend(self._change(id_, version, key), reason))

    async def resume(self, id_: str, version: int, reason: str | None, key: str | None) -> AgreementPayload:
        """Puts a suspended one in force again."""
        return await self._payload(lambda: self._acts.resume(self._change(id_, version, key), reason))

    async def terminate(self, id_: str, version: int, reason: str | None, key: str | None) -> AgreementPayload:
        """Ends one for good."""
        return await self._payload(lambda: self._acts.terminate(self._change(id_, version, key), reason))

    async def _payload(self, act: Callable[[], Awaitable[Result]]) -> AgreementPayload:
        result, errors = await attempted(act)
        if result is None:
            return AgreementPayload(agreement=None, errors=errors)
        self._agreements.forget()
        found = await self._acts.read(UUID(result["agreement"]))
        return AgreementPayload(agreement=Agreement(source=found, day=today()), errors=errors)

    @property
    def _acts(self) -> Agreeing:
        return stored(self._given)

    def _change(self, id_: str, version: int, key: str | None) -> Change:
        return Change(self._viewer, key_of(id_, "Agreement", "id"), version, key)


def _day(given: str, path: str) -> date:
    """A day; Failed where the calendar has none such."""
    try:
        return date.fromisoformat(given)
    except ValueError:
        raise Failed.because("agreement_day", path) from None


def _day_or_none(given: str | None, path: str) -> date | None:
    return None if given is None else _day(given, path)
