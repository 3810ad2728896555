"""What was measured: JSON under ``benchmarks/results``, tables between the marks of ``docs/performance.md``."""

import json
import os
import platform
import re
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.comparison import Figures, Pace
from benchmarks.contestants import CONTESTANTS
from benchmarks.growth import SIZES, Growth
from benchmarks.queries import QUERIES

__all__ = ["comparison_table", "growth_tables", "into_page", "machine", "save"]

_RESULTS = Path(__file__).parent / "results"
_PAGE = Path(__file__).parent.parent / "docs" / "performance.md"


def machine() -> str:
    """The machine in a few words: cores, memory, interpreter."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    system = f"{platform.system()} {platform.machine()}"
    return f"{os.cpu_count()} cores, {memory:.0f} GiB of memory, {system}, Python {platform.python_version()}"


def comparison_table(found: Mapping[str, Mapping[str, Figures]]) -> str:
    """Rates, ratios and latencies of every contestant."""
    rows = [
        "| | | requests/s | of the floor | times naive | p50 ms | p95 ms | p99 ms |",
        "|---|---|---:|---:|---:|---:|---:|---:|",
    ]
    for query, by_name in found.items():
        for name in CONTESTANTS:
            each = by_name[name]
            rows.append(
                f"| {query} | {name} | {each.rate:,.0f} | {each.ratio(by_name['floor']):.2f}"
                f" | {each.ratio(by_name['naive']):.1f} | {each.p50:.1f} | {each.p95:.1f} | {each.p99:.1f} |"
            )
    return "\n".join(rows)


def growth_tables(found: Mapping[int, Growth]) -> str:
    """Latencies by the number of members, and by the size and depth of a page."""
    names = [query.name for query in QUERIES]
    rows = [
        "| members a registry | " + " | ".join(f"{name} ms" for name in names) + " |",
        "|---:|" + "---:|" * len(names),
    ]
    rows += [
        f"| {members:,} | " + " | ".join(f"{each.queries[name]:.2f}" for name in names) + " |"
        for members, each in found.items()
    ]
    sizes = " | ".join(f"{size} rows, ms" for size in SIZES)
    rows += ["", f"| members a registry | page | {sizes} |", "|---:|---|" + "---:|" * len(SIZES)]
    for members, each in found.items():
        for page, latencies in (("first", each.first), ("deep", each.deep)):
            columns = " | ".join(f"{latencies[size]:.2f}" for size in SIZES)
            rows.append(f"| {members:,} | {page} | {columns} |")
    return "\n".join(rows)


def save(members: int, pace: Pace, compared: Mapping[str, Mapping[str, Figures]], grown: Mapping[int, Growth]) -> Path:
    """Writes all figures into a file named by the day; gives its path."""
    file = _RESULTS / f"{datetime.now(UTC):%Y-%m-%d}.json"
    file.parent.mkdir(exist_ok=True)
    by_query = {query: {name: asdict(each) for name, each in found.items()} for query, found in compared.items()}
    content = {
        "machine": machine(),
        "members": members,
        "pace": asdict(pace),
        "comparison": by_query,
        "growth": {number: asdict(each) for number, each in grown.items()},
    }
    file.write_text(json.dumps(content, indent=2) + "\n", "utf-8")
    return file


def into_page(section: str, text: str) -> None:
    """Puts a table between ``<!-- section -->`` and ``<!-- /section -->`` of the page."""
    page = _PAGE.read_text("utf-8")
    marks = re.compile(rf"(<!-- {section} -->\n).*?(<!-- /{section} -->)", re.DOTALL)
    if not marks.search(page):
        raise ValueError(f"{_PAGE.name} has no place for {section!r}")
    _PAGE.write_text(marks.sub(lambda found: f"{found[1]}{text}\n{found[2]}", page), "utf-8")
