"""The disclosure log as its readers meet it: `viewer.disclosures`."""

import json
from datetime import UTC, datetime

import pytest

from adapters.contract.viewers import ViewerClass
from gateway.access.viewer import Viewer
from gateway.app import Gateway
from gateway.audit import Disclosed, Page
from gateway.execution.operations import Operation
from gateway.federation.directory import Directory, Source
from gateway.reference import Reference
from tests.execution.conftest import SETTINGS
from tests.federation.registries import ListedRegistry, cluster
from tests.viewers import Notes, viewer

MEMBER = Reference("Member", "a", "1").id
READ = "{ viewer { disclosures { edges { node { viewerOrg viewerCluster { slug } members } } } } }"


class _Log(Notes):
    """A log with one entry, of a viewer of this cluster."""

    def __init__(self, viewer_cluster: str | None) -> None:
        super().__init__()
        at = datetime(2026, 1, 1, tzinfo=UTC)
        self._row = Disclosed(
            1, at, "Invented", viewer_cluster, "PROFILE_EXCHANGE", ("name",), "consent:PROFILE_EXCHANGE", (MEMBER,)
        )

    async def read(self, viewer: Viewer, first: int, after: object) -> Page:
        return Page((self._row,), has_next=False)


@pytest.mark.parametrize("of", [None, "a", "one that left the corridor"])
async def test_an_entry_is_read_whatever_became_of_the_viewers_cluster(of: str | None) -> None:
    directory = Directory.of(Source(ListedRegistry(cluster("a"), [(1, "1")]), deadline=30))
    operation = Operation(READ, viewer=viewer(ViewerClass.MEMBER, "a", MEMBER))
    answer = json.loads((await Gateway.of(SETTINGS, directory, _Log(of)).run(operation)).body)
    assert "errors" not in answer
    (edge,) = answer["data"]["viewer"]["disclosures"]["edges"]
    assert (edge["node"]["viewerCluster"] or {}).get("slug") == ("a" if of == "a" else None)
    assert edge["node"]["viewerOrg"] == "Invented"
