"""The longer SQL statements of the corridor, one file each, by name."""

from functools import cache
from importlib.resources import files

__all__ = ["statement"]


@cache
def statement(name: str) -> str:
    """The text of ``sql/<name>.sql``."""
    return (files("gateway.corridor") / "sql" / f"{name}.sql").read_text("utf-8")
