"""What the hand-written servers are given: where the registries are, the projections, and the statements of searches.

Their SELECTs are their own, over the projections. Only the statements of searches are the compiler's: keys and points
of what was recorded while the gateway answered the same, for another statement would hardly find the same.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from adapters.contract.codes import Visibility
from adapters.kit import folder
from adapters.kit.postgres import SESSION
from adapters.kit.statement import Statement
from benchmarks.plans import dated, undated
from gateway.app import load_adapters
from gateway.settings import Settings

__all__ = ["GIVEN", "read", "search_key", "write"]

GIVEN = "REGISTRIES"
"""The variable that names the file."""

_PROJECTIONS = ("member", "offer", "offer_text", "need", "need_text", "capability")


def search_key(search: object, sectors: object) -> str:
    """What a search is found by among the statements: as JavaScript's ``JSON.stringify`` writes it."""
    return json.dumps([search, sectors], ensure_ascii=False, separators=(",", ":"))


def write(
    settings: Settings,
    searches: Mapping[str, Mapping[str, Statement]],
    matches: Mapping[str, Mapping[str, Statement]],
    file: Path,
) -> None:
    """Writes all of it; ``searches`` and ``matches`` are statements by cluster and key."""
    clusters = {}
    for city, adapter in load_adapters(settings).items():
        registry = settings.registries[city]
        projections = folder.load(adapter.folder).under(Visibility.CORRIDOR)
        clusters[adapter.cluster.code] = {
            "city": city,
            "dsn": registry.dsn.get_secret_value(),
            "size": registry.pool_size,
            "projections": {name: projections[name] for name in _PROJECTIONS},
            "searches": {
                key: {"sql": each.sql, "values": each.values} for key, each in searches[adapter.cluster.code].items()
            },
            "matches": {
                key: {"sql": each.sql, "values": each.values} for key, each in matches[adapter.cluster.code].items()
            },
        }
    file.write_text(json.dumps({"session": dict(SESSION), "clusters": clusters}, default=dated), "utf-8")


def read() -> Mapping[str, Mapping[str, Any]]:
    """What was written, by cluster, from the file that the environment names."""
    clusters: Mapping[str, Mapping[str, Any]] = json.loads(
        Path(os.environ[GIVEN]).read_text("utf-8"), object_hook=undated
    )["clusters"]
    return clusters
