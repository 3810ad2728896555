"""How the consortia of one request stand: each is judged once, by what the registries say of its members now."""

import asyncio
from functools import cached_property
from typing import TYPE_CHECKING

from strawberry.dataloader import DataLoader

from adapters.contract.viewers import Purpose
from gateway.corridor.consortium import Consortium
from gateway.corridor.coverage import Assessment, Profiles
from gateway.corridor.ports import Absence, Profile
from gateway.corridor.quorum import Quorum
from gateway.execution.registries import PROFILE
from gateway.reference import Reference

if TYPE_CHECKING:
    from gateway.execution.context import RequestContext

__all__ = ["Judging"]

_PURPOSE = Purpose.CONSORTIUM
_Judged = tuple[Assessment, Profiles]


class Judging:
    """What one request has to know of members for all consortia that it shows is asked together."""

    def __init__(self, context: "RequestContext", quorum: Quorum) -> None:
        self._context = context
        self._quorum = quorum
        self._judged: dict[int, tuple[Consortium, asyncio.Task[_Judged]]] = {}

    async def of(self, found: Consortium) -> _Judged:
        """How a consortium stands, and what registries say of those whom that rests on."""
        if id(found) not in self._judged:  # which stays what it names, as the consortium is kept beside
            self._judged[id(found)] = (found, asyncio.create_task(self._judge(found)))
        return await self._judged[id(found)][1]

    async def _judge(self, found: Consortium) -> _Judged:
        await self._quorum.current()
        members = [seat.member for seat in found.concerned]
        profiles = dict(zip(members, await self._profiles.load_many(members), strict=True))
        return self._quorum.assess(found, profiles), profiles

    @cached_property
    def _profiles(self) -> DataLoader[str, Profile | Absence]:
        async def load(members: list[str]) -> list[Profile | Absence]:
            references = {each: Reference.parse(each) for each in members}
            sight = await self._context.crossing.sight({each.cluster for each in references.values()}, _PURPOSE)
            seen = [id_ for id_, each in references.items() if not sight.bars(each.cluster)]
            found = (await self._quorum.facts(seen)).profiles
            told = [references[each] for each in seen if isinstance(found[each], Profile)]
            self._context.disclosed.members(sight, PROFILE, told)
            return [found.get(each, Absence.GONE) for each in members]

        return DataLoader(load_fn=load)
