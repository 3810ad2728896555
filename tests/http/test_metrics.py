"""The metrics: what was asked, how the registries are, and how the caches fare."""

import os
import re
from collections.abc import Iterable
from hashlib import sha256

import httpx
import pytest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr

from gateway.app import create_app
from gateway.settings import RegistrySettings, Settings
from gateway.telemetry.caches import CacheInfo
from gateway.telemetry.metrics import LIVE, Metrics, Outcome
from tests.http.conftest import Serve, Staged
from tests.http.conversation import Conversation, events

LOST = RegistrySettings(dsn=SecretStr("postgresql://nobody:secret@127.0.0.1:1/none"), deadline=5)
MEMBERS = "{ members(first: 1) { complete } }"


def read(text: str) -> dict[tuple[str, ...], float]:
    """The samples by name and the values of their labels, but for that of the process, which is the same in all."""
    found = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            labels = dict(sample.labels)
            assert labels.pop("process") == str(os.getpid())
            found[sample.name, *labels.values()] = sample.value
    return found


@pytest.fixture
def url(settings: Settings, serve: Serve) -> str:
    """A gateway of its own, one of whose registries is lost."""
    return serve(create_app(settings.model_copy(update={"registries": {**settings.registries, "montreal": LOST}}))).url


async def test_requests_are_counted_by_their_outcome(url: str) -> None:
    async with httpx.AsyncClient(base_url=url, timeout=20) as client:
        before = read((await client.get("/metrics")).text)
        assert {before["corridor_requests_total", outcome.value] for outcome in Outcome} == {0}
        for query in ("{ __typename }", "{ clusters { slug } }", MEMBERS, "{ nothing }", "{", ""):
            await client.post("/graphql", json={"query": query})
        await client.put("/graphql")
        await client.get("/graphql", params={"query": "{ __typename }"}, headers={"if-none-match": "*"})
        response = await client.get("/metrics")
    assert response.headers["content-type"].startswith("text/plain; version=")
    assert response.headers["cache-control"] == "no-store"
    after = read(response.text)
    counted = {outcome: after["corridor_requests_total", outcome.value] for outcome in Outcome}
    assert counted == {Outcome.WHOLE: 3, Outcome.PARTIAL: 1, Outcome.REFUSED: 4, Outcome.FAILED: 0}
    assert after["corridor_request_seconds_count",] == 8
    assert after["corridor_request_seconds_bucket", "+Inf"] == 8
    assert after["corridor_request_seconds_sum",] > 0
    assert after["corridor_registry_state", "technomontreal", "UNAVAILABLE"] == 1
    assert after["corridor_registry_state", "technomontreal", "OK"] == 0
    assert after["corridor_registry_state", "canieti-occidente", "OK"] == 1


async def test_caches_tell_how_they_fare(url: str, settings: Settings) -> None:
    digest = sha256(b"{__typename}").hexdigest()
    extensions = {"persistedQuery": {"version": 1, "sha256Hash": digest}}
    async with httpx.AsyncClient(base_url=url, timeout=20) as client:
        for query in (None, "{__typename}", None, None):
            await client.post("/graphql", json={"query": query, "extensions": extensions})
        samples = read((await client.get("/metrics")).text)
    assert samples["corridor_cache_misses_total", "persisted_queries"] == 1
    assert samples["corridor_cache_hits_total", "persisted_queries"] == 2
    assert samples["corridor_cache_size", "persisted_queries"] == 1
    assert samples["corridor_cache_bound", "persisted_queries"] == settings.persisted_queries
    for name in ("accept_headers", "content_types"):
        assert samples["corridor_cache_hits_total", name] + samples["corridor_cache_misses_total", name] >= 4
        assert 0 < samples["corridor_cache_size", name] <= samples["corridor_cache_bound", name]


async def test_streams_are_counted_by_what_holds_them(url: str) -> None:
    async def streams() -> dict[str, float]:
        samples = read((await client.get("/metrics")).text)
        return {name[1]: value for name, value in samples.items() if name[0] == "corridor_streams"}

    async with httpx.AsyncClient(base_url=url, timeout=20) as client:
        assert await streams() == {"beginning": 0, "websocket": 0, "events": 0}
        async with Conversation(url) as talk, events(client, "subscription { sourceHealth { status } }"):
            assert await streams() == {"beginning": 1, "websocket": 0, "events": 1}
            await talk.init()
            assert await streams() == {"beginning": 0, "websocket": 1, "events": 1}


async def test_a_gateway_with_a_store_tells_how_its_feed_and_its_sweeper_stand(staged: Staged, url: str) -> None:
    names = {title if family is GaugeMetricFamily else f"{title}_total" for title, family, _ in LIVE.values()}
    async with httpx.AsyncClient(timeout=20) as client:
        samples = read((await client.get(f"{staged.url}/metrics")).text)
        without = read((await client.get(f"{url}/metrics")).text)
    assert names <= {name for name, *_ in samples}
    assert names.isdisjoint({name for name, *_ in without})
    assert samples["corridor_feed_subscribers",] == 0


async def test_nothing_secret_stands_in_them(url: str) -> None:
    async with httpx.AsyncClient(base_url=url, timeout=20) as client:
        await client.post("/graphql", json={"query": MEMBERS})
        text = (await client.get("/metrics")).text
    assert not any(word in text for word in ("secret", "nobody", "127.0.0.1", "displayName"))


async def test_a_setting_turns_them_off(settings: Settings, serve: Serve) -> None:
    async with httpx.AsyncClient(
        base_url=serve(create_app(settings.model_copy(update={"metrics": False}))).url
    ) as client:
        assert (await client.post("/graphql", json={"query": "{ __typename }"})).status_code == 200
        assert (await client.get("/metrics")).status_code == 404


def test_each_application_counts_for_itself_and_a_cache_may_have_no_bound() -> None:
    def unbounded() -> CacheInfo:
        return CacheInfo(hits=1, misses=2, maxsize=None, currsize=3)

    one, other = (Metrics(dict, {"any": unbounded}) for _ in range(2))
    one.record(Outcome.FAILED, 0.003)
    assert read(one.text().decode())["corridor_requests_total", "failed"] == 1
    assert read(other.text().decode())["corridor_requests_total", "failed"] == 0
    assert read(one.text().decode())["corridor_cache_bound", "any"] == float("inf")
    buckets = _buckets(one.text().decode().splitlines())
    assert buckets == sorted(buckets)
    assert (buckets[0], buckets[-1]) == (0, 1)


def _buckets(lines: Iterable[str]) -> list[float]:
    return [float(line.rpartition(" ")[2]) for line in lines if re.match("corridor_request_seconds_bucket", line)]
