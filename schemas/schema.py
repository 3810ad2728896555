"""The schema: also a valid Apollo Federation 2 subgraph."""

import strawberry
from strawberry.federation import Schema
from strawberry.schema.config import StrawberryConfig

from schemas.member import Member
from schemas.posting import Need, Offer
from schemas.programme import Programme
from schemas.query import Query
from schemas.scalars import SCALARS

__all__ = ["build"]


def build() -> Schema:
    """The schema; build it once, it is not cheap."""
    return strawberry.federation.Schema(
        query=Query,
        types=[Member, Offer, Need, Programme],
        config=StrawberryConfig(scalar_map=SCALARS),
    )
