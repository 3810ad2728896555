"""Pages, reported: where a page stands, and how each registry took part in it."""

from collections.abc import Mapping

from gateway.execution.facts import Services
from gateway.federation.fanout import Answer, Outage
from gateway.federation.lists import Page
from gateway.federation.tallies import Tally
from schemas.connection import PageInfo, SourceReport
from schemas.scalars import DateTime

__all__ = ["page_info", "source_reports"]


def page_info(paged: Page) -> PageInfo:
    """Where a page stands in its list."""
    return PageInfo(
        has_next_page=paged.has_next,
        has_previous_page=paged.has_previous,
        start_cursor=paged.start_cursor,
        end_cursor=paged.end_cursor,
    )


def source_reports(
    services: Services, sources: Mapping[str, Answer[int] | Outage], tally: Tally | None = None
) -> list[SourceReport]:
    """How each cluster took part, with how many rows; and how many it has in all, where they were counted."""
    return [
        SourceReport(
            cluster=services.cluster(code),
            status=report.status,
            returned=report.value if isinstance(report, Answer) else 0,
            total=tally.by_cluster.get(code) if tally is not None else None,
            as_of=DateTime(f"{report.as_of:%Y-%m-%dT%H:%M:%SZ}") if isinstance(report, Answer) else None,
            latency_ms=report.latency_ms if isinstance(report, Answer) or report.latency_ms else None,
            retryable=isinstance(report, Outage) and report.retryable,
        )
        for code, report in sources.items()
    ]
