"""The data files of the package."""

import csv
import io
from collections.abc import Iterator
from importlib import resources

__all__ = ["rows"]


def rows(name: str) -> Iterator[tuple[str, ...]]:
    """The rows of ``data/<name>.csv`` below its header, in file order."""
    file = resources.files("gateway.vocabulary").joinpath("data", f"{name}.csv")
    table = csv.reader(io.StringIO(file.read_text(encoding="utf-8"), newline=""))
    next(table)
    yield from map(tuple, table)
