"""The disclosure log as operations use it: written before an answer goes out, read as `viewer.disclosures`."""

from collections.abc import Sequence
from dataclasses import dataclass

from strawberry import ID

from adapters.contract.request import Boundary
from adapters.contract.viewers import Purpose, ViewerClass
from gateway.access.viewer import Viewer
from gateway.audit import Disclosures, Entry
from gateway.audit.reading import Page
from gateway.errors import ClientError, ErrorCode
from gateway.execution.disclosed import Disclosure
from gateway.execution.facts import Services
from gateway.federation.cursor import Cursor
from schemas.cluster import Cluster
from schemas.connection import PageInfo
from schemas.scalars import DateTime
from schemas.viewer import DisclosureConnection, DisclosureEdge, DisclosureEvent

__all__ = ["Log", "NoLog", "disclosures"]

_LARGEST_PAGE = 100


@dataclass(frozen=True, slots=True)
class Log:
    """The log in the corridor store."""

    disclosures: Disclosures

    async def write(self, viewer: Viewer, disclosures: Sequence[Disclosure]) -> None:
        """Returns when the disclosures are kept; STORE_UNAVAILABLE where they cannot be, and none must be made."""
        await self.disclosures.record(
            *(
                Entry(
                    viewer=viewer.id,
                    viewer_class=viewer.kind.value,
                    viewer_org=viewer.organisation,
                    viewer_cluster=viewer.cluster,
                    cluster=each.cluster,
                    purpose=each.purpose.value,
                    fields=each.fields,
                    basis=each.basis,
                    members=each.members,
                )
                for each in disclosures
            )
        )

    async def read(self, viewer: Viewer, first: int, behind: int | None) -> Page:
        """What was told of the viewer's own member; of all members of its cluster, to who acts for that."""
        match viewer:
            case Viewer(kind=ViewerClass.MEMBER, member=str(member)):
                return await self.disclosures.of_member(member, first, behind)
            case Viewer(kind=ViewerClass.COORDINATOR | ViewerClass.PRIVACY_OFFICER, cluster=str(cluster)):
                return await self.disclosures.of_cluster(cluster, first, behind)
            case _:
                return Page((), has_next=False)


@dataclass(frozen=True, slots=True)
class NoLog:
    """The log of a gateway without a store: nothing can be kept, so nothing that has to be is disclosed."""

    async def write(self, viewer: Viewer, disclosures: Sequence[Disclosure]) -> None:
        """Refuses."""
        raise _missing()

    async def read(self, viewer: Viewer, first: int, behind: int | None) -> Page:
        """Refuses."""
        raise _missing()


async def disclosures(services: Services, viewer: Viewer, first: int, after: str | None) -> DisclosureConnection:
    """A page of what the viewer may read of the log."""
    if not 1 <= first <= _LARGEST_PAGE:
        raise ClientError(
            ErrorCode.PAGE_TOO_LARGE,
            f"`first` must be from 1 to {_LARGEST_PAGE}, not {first}. More come page by page, with cursors.",
        )
    codec, walk = services.codec, f"disclosures of {viewer.member or viewer.cluster}"
    behind = None if after is None else int(codec.decode(after, walk).boundary.sort or 0)
    page = await services.log.read(viewer, first, behind)
    edges = [
        DisclosureEdge(
            cursor=codec.encode(Cursor(Boundary(row.seq, "", ""), ()), walk),
            node=DisclosureEvent(
                at=DateTime(f"{row.at:%Y-%m-%dT%H:%M:%SZ}"),
                viewer_org=row.viewer_org,
                viewer_cluster=_served(services, row.viewer_cluster),
                purpose=Purpose(row.purpose),
                fields=list(row.fields),
                basis=row.basis,
                members=[ID(each) for each in row.members],
            ),
        )
        for row in page.rows
    ]
    info = PageInfo(
        has_next_page=page.has_next,
        has_previous_page=after is not None,
        start_cursor=edges[0].cursor if edges else None,
        end_cursor=edges[-1].cursor if edges else None,
    )
    return DisclosureConnection(edges=edges, page_info=info)


def _served(services: Services, code: str | None) -> Cluster | None:
    """A cluster by its code; None where it has left the corridor, which its entries outlive."""
    return services.cluster(code) if code is not None and code in services.directory else None


def _missing() -> ClientError:
    return ClientError(
        ErrorCode.STORE_UNAVAILABLE,
        "This gateway has no store to log disclosures in, and so shows only what is public.",
        retryable=False,
    )
