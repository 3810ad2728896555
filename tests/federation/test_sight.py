"""Sight: who needs an agreement for what, and what becomes of those who have none."""

from dataclasses import replace

import pytest

from adapters.contract.codes import SourceStatus, Visibility
from adapters.contract.errors import Unavailable
from adapters.contract.request import Ordering, Where
from adapters.contract.viewers import Purpose, ViewerClass
from gateway.access.viewer import ANONYMOUS, Viewer
from gateway.errors import ClientError, ErrorCode
from gateway.federation.cursor import CursorCodec
from gateway.federation.directory import Directory, Source
from gateway.federation.fanout import Answer, Outage
from gateway.federation.lists import ListRequest, page
from gateway.federation.sight import Sight
from gateway.federation.tallies import count, facet
from tests.federation.registries import ListedRegistry, cluster, failing
from tests.viewers import PARTNER, viewer

MEMBER = viewer(ViewerClass.MEMBER, "a", "TWVtYmVyOmE6MQ")
OFFICER = viewer(ViewerClass.PRIVACY_OFFICER, "a")
APP = replace(PARTNER, scopes=frozenset())


@pytest.mark.parametrize(
    ("who", "own", "other"),
    [
        (ANONYMOUS, False, False),
        (APP, False, False),
        (PARTNER, True, True),
        (MEMBER, False, True),
        (OFFICER, False, True),
    ],
    ids=["anonymous", "app", "partner", "member", "officer"],
)
def test_who_is_barred_without_an_agreement(who: Viewer, own: bool, other: bool) -> None:
    sight = Sight(who)
    assert (sight.bars("a"), sight.bars("b")) == (own, other)
    opened = Sight(who, {"b": "agreement"})
    assert (opened.bars("a"), opened.bars("b")) == (own, False)
    assert opened.view("b") is who.view("b")


def test_where_nothing_is_said_it_is_what_anybody_sees() -> None:
    request = ListRequest(Where("member"), Ordering("NAME"), 1, ("a", "b"))
    assert {where.view for where in request.seen.values()} == {Visibility.PUBLIC}


def test_the_basis_is_the_agreement_or_the_consent_to_the_purpose() -> None:
    sight = Sight(MEMBER, {"b": "agreement"}, Purpose.PARTNER_MATCHING)
    assert (sight.basis("a"), sight.basis("b")) == ("consent:PARTNER_MATCHING", "agreement")


def corridor() -> tuple[Directory, dict[str, ListedRegistry]]:
    registries = {code: ListedRegistry(cluster(code), [(code, code)]) for code in "abc"}
    return Directory.of(*(Source(each, 5) for each in registries.values())), registries


def asked_as(who: Viewer, **under: str) -> ListRequest:
    return ListRequest(Where("member"), Ordering("NAME"), 5, ("a", "b", "c"), sight=Sight(who, under))


async def test_who_is_barred_is_not_asked_and_stands_there_as_an_outage() -> None:
    directory, registries = corridor()
    request = asked_as(MEMBER, c="agreement")
    found = await page(directory, CursorCodec(b"secret"), request, [])
    assert [each.cluster for each in found.rows] == ["a", "c"]
    assert found.sources["b"] == Outage("b", SourceStatus.NO_AGREEMENT, retryable=False)
    assert (found.complete, found.walked) == (False, ("a", "c"))
    tally, values = await count(directory, request), await facet(directory, request, "SECTOR")
    assert (tally.by_cluster, tally.exact) == ({"a": 1, "c": 1}, False)
    assert [each.status for each in values.outages] == [SourceStatus.NO_AGREEMENT]
    assert registries["b"].asked == []
    assert registries["c"].asked == ["page", "count", "facet"]


async def test_a_walk_outlives_an_agreement() -> None:
    assert asked_as(MEMBER, c="agreement").walk == asked_as(MEMBER).walk
    assert asked_as(MEMBER).walk != asked_as(PARTNER).walk


async def test_with_all_barred_there_is_an_error_of_its_own() -> None:
    directory, _ = corridor()
    with pytest.raises(ClientError) as error:
        await page(directory, CursorCodec(b"secret"), asked_as(PARTNER), [])
    assert error.value.extensions == {"code": "NO_AGREEMENT", "clusters": ["a", "b", "c"], "retryable": False}


async def test_barred_or_silent_is_no_answer_at_all() -> None:
    directory, registries = corridor()
    registries["a"].trouble = failing(Unavailable("gone"))
    with pytest.raises(ClientError) as error:
        await page(directory, CursorCodec(b"secret"), asked_as(MEMBER), [])
    assert error.value.code is ErrorCode.ALL_SOURCES_FAILED


async def test_asking_alone() -> None:
    directory, _ = corridor()
    answers = await Sight(MEMBER).ask(directory, ["b", "a"], lambda registry: registry.ping())
    assert list(answers) == ["b", "a"]
    assert isinstance(answers["a"], Answer)
    assert isinstance(answers["b"], Outage)
