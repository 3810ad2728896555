"""Released contacts: fetched by key for who may see them now, each reading noted for the disclosure log."""

from functools import cached_property
from typing import TYPE_CHECKING, Any

from strawberry.dataloader import DataLoader

from adapters.contract.answer import Row
from adapters.contract.codes import Visibility
from adapters.contract.viewers import Purpose, Scope
from gateway.corridor.releases import Released
from gateway.execution.registries import contact_reference
from gateway.federation.fanout import Outage
from gateway.federation.loaders import Load, gathered
from gateway.reference import Reference
from schemas.context import Info

if TYPE_CHECKING:
    from gateway.execution.context import RequestContext

__all__ = ["Contacts"]


class Contacts:
    """The contacts that others share with the viewer's own member, for one request."""

    def __init__(self, context: "RequestContext") -> None:
        self._context = context

    async def of(self, info: Info, member: str) -> Any:
        """The contact of a member, by its global ID.

        None where there is no active release, where no agreement in force covers it any more, where the registry gives
        it no more, because consent was withdrawn, and where the viewer's credential is not good for reading such.
        """
        context = self._context
        may = context.own_member is not None and Scope.CORRIDOR_READ in context.viewer.scopes
        if not may or context.services.corridor.interests is None:
            return None
        released = await self._releases.load(member)
        if released is None:
            return None
        reference = Reference.parse(member)
        sight = await context.crossing.sight([reference.cluster], Purpose.CONTACT_RELEASE)
        if sight.bars(reference.cluster):
            return None
        rendering = context.rendering("ContactPoint", info)
        (found,) = await self._load([(contact_reference(reference, released.contact), rendering.shape)])
        match found:
            case Row():
                context.disclosed.contact(reference, released.release)
                return rendering.one(found)
            case Outage():
                raise found.failure
            case None:
                return None

    @cached_property
    def _load(self) -> Load:
        return gathered(self._context.services.directory, lambda _: Visibility.MUTUAL)

    @cached_property
    def _releases(self) -> DataLoader[str, Released | None]:
        interests, own = self._context.services.corridor.interests, self._context.own_member
        assert interests is not None  # noqa: S101 - looked at before
        assert own is not None  # noqa: S101 - likewise

        async def load(members: list[str]) -> list[Released | None]:
            found = await interests.releases.contact_of(own.id, members)
            return [found.get(each) for each in members]

        return DataLoader(load_fn=load)
