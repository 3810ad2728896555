"""The error codes: what errors.toml says of each, and the status that comes with it."""

import re
import tomllib
from collections.abc import Iterator, Mapping

from gateway.errors import ErrorCode
from gateway.http.errors import STATUS
from reference_pages.markdown import REFERENCE, table

__all__ = ["error_table", "errors", "prose"]


def error_table() -> Iterator[str]:
    """Every error code in a line."""
    return table(
        ["code", "HTTP status", "path", "in short"],
        (
            [f"[`{code}`](#{code.lower()})", _status(code, each["stage"]), _PATH[each["stage"]], _first(each["means"])]
            for code, each in prose().items()
        ),
    )


def errors() -> Iterator[str]:
    """Every error code: what it means and what to do."""
    for code, each in prose().items():
        yield from (f"## {code}", "", each["means"], "", f"**What to do.** {each['act']}", "")
        yield from (f"**Worth asking again?** {each['retry']}", "")


_PATH = {"request": "no", "document": "no", "field": "yes", "any": "either", "socket": "no"}


def prose() -> Mapping[ErrorCode, Mapping[str, str]]:
    """The prose of errors.toml by code; ends the program where a code has none."""
    said = tomllib.loads((REFERENCE / "errors.toml").read_text(encoding="utf-8"))
    missing, idle = set(ErrorCode) - said.keys(), said.keys() - set(ErrorCode)
    if missing or idle:
        raise SystemExit(f"errors.toml: without an entry are {sorted(missing)}, without a code {sorted(idle)}")
    return {ErrorCode(code): each for code, each in said.items()}


def _status(code: ErrorCode, stage: str) -> str:
    match stage:
        case "field":
            return "200"
        case "socket":
            return "none"
        case "any":
            return f"{STATUS[code]}, or 200 with a path"
        case "document" if code not in STATUS:
            return "400 or 200"
        case _:
            return str(STATUS.get(code, 400))


def _first(text: str) -> str:
    """The first sentence, or what stands before its colon.

    >>> _first("The body is wrong: it is empty. Mend it.")
    'The body is wrong.'
    """
    return re.split(r"[.:] ", text, maxsplit=1)[0].rstrip(".") + "."
