"""Clusters: who keeps the registries."""

import strawberry

from adapters.contract import cluster as contract
from adapters.contract.codes import SourceStatus
from schemas.context import Info
from schemas.node import Node
from schemas.programme import Programme
from schemas.scalars import CountryCode, LanguageTag, SubdivisionCode, TimeZone

__all__ = ["Cluster"]


@strawberry.type(description="An ICT cluster, which keeps the registry of its own members.")
class Cluster(Node):
    source: strawberry.Private[contract.Cluster]
    global_id: strawberry.Private[str]

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, cls)

    @strawberry.field(  # type: ignore[misc]
        description="The global ID: opaque, and stable for the life of what it stands for."
    )
    def id(self) -> strawberry.ID:
        return strawberry.ID(self.global_id)

    @strawberry.field(description="The cluster's short name, as filters take it.")
    def slug(self) -> str:
        return self.source.code

    @strawberry.field(description="The name of the cluster.")
    def name(self) -> str:
        return self.source.name

    @strawberry.field(description="The city at its heart.")
    def city(self) -> str:
        return self.source.city

    @strawberry.field(description="The country.")
    def country(self) -> CountryCode:
        return CountryCode(self.source.country)

    @strawberry.field(description="The province or state.")
    def subdivision(self) -> SubdivisionCode | None:
        return SubdivisionCode(self.source.subdivision)

    @strawberry.field(description="The time zone.")
    def time_zone(self) -> TimeZone:
        return TimeZone(self.source.time_zone)

    @strawberry.field(description="The languages that the registry is kept in.")
    def languages(self) -> list[LanguageTag]:
        return [LanguageTag(lang) for lang in self.source.languages]

    @strawberry.field(description="The version of the adapter that maps the registry to this schema.")
    def adapter_version(self) -> str:
        return self.source.adapter_version

    @strawberry.field(
        description="How the registry stands, by its latest answers. Asking for it asks the registry nothing."
    )
    def health(self, info: Info) -> SourceStatus:
        return info.context.health(self.source.code)

    @strawberry.field(description="The programmes of the cluster that its members take part in, by code.")
    async def programmes(self, info: Info) -> list[Programme]:
        return await info.context.programmes(info, self.source.code)  # type: ignore[no-any-return]
