"""The gateway's own metrics, for Prometheus: each application has its own, and none are kept outside it."""

import os
from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector

from adapters.contract.codes import SourceStatus
from gateway.telemetry.caches import Caches

__all__ = ["CONTENT_TYPE", "LIVE", "Metrics", "Outcome"]

CONTENT_TYPE = CONTENT_TYPE_LATEST
_SECONDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
_PROCESS = "process"
"""The label that tells the workers behind one address apart: an answer counts what one of them did."""


LIVE: Mapping[str, tuple[str, type[GaugeMetricFamily | CounterMetricFamily], str]] = {
    "subscribers": ("corridor_feed_subscribers", GaugeMetricFamily, "Subscriptions to changes that are open."),
    "listening": ("corridor_feed_listening", GaugeMetricFamily, "1 while the feed hears of changes in the store."),
    "told": ("corridor_feed_told", CounterMetricFamily, "Events that were given to subscriptions."),
    "caught_up": ("corridor_feed_caught_up", CounterMetricFamily, "How often a subscription read what it had missed."),
    "connections": ("corridor_feed_connections", CounterMetricFamily, "How often the feed connected to the store."),
    "swept": ("corridor_sweeps", CounterMetricFamily, "How often this process did what was due by the clock."),
    "failed": ("corridor_sweep_failures", CounterMetricFamily, "Tasks of those that failed."),
}
"""The metrics of what is live: by what they count, each with its name and its kind."""


class Outcome(StrEnum):
    """How a request of an operation ended."""

    WHOLE = "whole"
    PARTIAL = "partial"
    """It was executed, and something failed or a registry did not take part."""

    REFUSED = "refused"
    FAILED = "failed"
    """The gateway is to blame: a bug, or too little time."""


class Metrics:
    """Counts requests.

    ``states`` gives the state of each registry by cluster when it is asked for, ``streams`` how many streams of each
    kind are open, ``live`` how the feed of events and the sweeper stand: the counts of :data:`LIVE`, or none.
    """

    def __init__(
        self,
        states: Callable[[], Mapping[str, SourceStatus]],
        caches: Caches,
        streams: Callable[[], Mapping[str, int]] = dict,
        live: Callable[[], Mapping[str, int]] = dict,
    ) -> None:
        process = str(os.getpid())
        self._registry = CollectorRegistry()
        requests = Counter(
            "corridor_requests",
            "Requests of an operation, by how they ended.",
            ["outcome", _PROCESS],
            registry=self._registry,
        )
        seconds = Histogram(
            "corridor_request_seconds",
            "Seconds from the first look at a request to its answer.",
            [_PROCESS],
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._count = {outcome: requests.labels(outcome.value, process).inc for outcome in Outcome}
        self._observe = seconds.labels(process).observe
        self._registry.register(_Standing(states, caches, streams, live, process))

    def record(self, outcome: Outcome, seconds: float) -> None:
        """Takes in one request."""
        self._count[outcome]()
        self._observe(seconds)

    def text(self) -> bytes:
        """All metrics in the text format of Prometheus."""
        return generate_latest(self._registry)


class _Standing(Collector):
    """What is read when it is asked for, and costs requests nothing."""

    def __init__(
        self,
        states: Callable[[], Mapping[str, SourceStatus]],
        caches: Caches,
        streams: Callable[[], Mapping[str, int]],
        live: Callable[[], Mapping[str, int]],
        process: str,
    ) -> None:
        self._live = live
        self._states = states
        self._caches = caches
        self._streams = streams
        self._process = process

    def collect(self) -> Iterator[Metric]:
        labels = ["cluster", "state", _PROCESS]
        registries = GaugeMetricFamily(
            "corridor_registry_state", "1 for the state that a registry is in.", labels=labels
        )
        for cluster, state in self._states().items():
            for each in SourceStatus:
                registries.add_metric([cluster, each.value, self._process], each is state)
        yield registries
        streams = GaugeMetricFamily("corridor_streams", "Streams that are open, by kind.", labels=["kind", _PROCESS])
        for kind, number in self._streams().items():
            streams.add_metric([kind, self._process], number)
        yield streams
        counts = self._live()
        for name, (title, family, about) in LIVE.items():
            if name in counts:
                metric = family(title, about, labels=[_PROCESS])
                metric.add_metric([self._process], counts[name])
                yield metric
        by = ["cache", _PROCESS]
        hits = CounterMetricFamily("corridor_cache_hits", "How often a cache had what was asked for.", labels=by)
        misses = CounterMetricFamily("corridor_cache_misses", "How often a cache did not have it.", labels=by)
        size = GaugeMetricFamily("corridor_cache_size", "How many things a cache holds.", labels=by)
        bound = GaugeMetricFamily("corridor_cache_bound", "How many things a cache may hold.", labels=by)
        for name, cache_info in self._caches.items():
            info, values = cache_info(), [name, self._process]
            hits.add_metric(values, info.hits)
            misses.add_metric(values, info.misses)
            size.add_metric(values, info.currsize)
            bound.add_metric(values, float("inf") if info.maxsize is None else info.maxsize)
        yield from (hits, misses, size, bound)
