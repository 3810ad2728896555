"""The root fields of subscriptions."""

from collections.abc import AsyncGenerator

import strawberry

from schemas.connection import SourceReport
from schemas.context import Info

__all__ = ["Subscription"]


@strawberry.type(description="What can be subscribed to.")
class Subscription:
    @strawberry.subscription(
        description="How each cluster's registry stands: all of them at once, and then one whenever it stands "
        "otherwise. It is told from what other requests met, and asks the registries nothing."
    )
    async def source_health(self, info: Info) -> AsyncGenerator[SourceReport, None]:
        async for report in info.context.source_healths():
            yield report
