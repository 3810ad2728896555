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

__all__ = ["comparison_content", "comparison_table", "into_page", "machine", "save"]

_RESULTS = Path(__file__).parent / "results"
_PAGE = Path(__file__).parent.parent / "docs" / "performance.md"


def machine() -> str:
    """The machine in a few words: cores, memory, interpreter."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    system = f"{platform.system()} {platform.machine()}"
    return f"{os.cpu_count()} cores, {memory:.0f} GiB of memory, {system}, Python {platform.python_version()}"


def comparison_table(found: Mapping[str, Mapping[str, Figures]]) -> str:
    """Rates, ratios and latencies of every contestant; the last ratio is the gateway's rate by theirs."""
    rows = [
        "| | | requests/s | of the floor | times naive | gateway is times | p50 ms | p95 ms | p99 ms |",
        "|---|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for query, by_name in found.items():
        for name, each in by_name.items():
            ratios = (each.ratio(by_name["floor"]), each.ratio(by_name["naive"]), by_name["gateway"].ratio(each))
            rows.append(
                f"| {query} | {name} | {each.rate:,.0f} | {ratios[0]:.2f} | {ratios[1]:.1f} | {ratios[2]:.1f}"
                f" | {each.p50:.1f} | {each.p95:.1f} | {each.p99:.1f} |"
            )
    return "\n".join(rows)


def comparison_content(members: int, pace: Pace, compared: Mapping[str, Mapping[str, Figures]]) -> Mapping[str, object]:
    """What is kept of a comparison."""
    by_query = {query: {name: asdict(each) for name, each in found.items()} for query, found in compared.items()}
    return {"members": members, "pace": asdict(pace), "comparison": by_query}


def save(name: str, content: Mapping[str, object]) -> Path:
    """Writes figures into a file named by the day and what they are of; gives its path."""
    file = _RESULTS / f"{datetime.now(UTC):%Y-%m-%d}-{name}.json"
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps({"machine": machine(), **content}, indent=2) + "\n", "utf-8")
    return file


def into_page(section: str, text: str) -> None:
    """Puts a table between ``<!-- section -->`` and ``<!-- /section -->`` of the page."""
    page = _PAGE.read_text("utf-8")
    marks = re.compile(rf"(<!-- {section} -->\n).*?(<!-- /{section} -->)", re.DOTALL)
    if not marks.search(page):
        raise ValueError(f"{_PAGE.name} has no place for {section!r}")
    _PAGE.write_text(marks.sub(lambda found: f"{found[1]}{text}\n{found[2]}", page), "utf-8")
