"""What the audit and the secret scan let pass, from .ci/exceptions.toml: nothing without a reason."""

import datetime as dt
import tomllib
from pathlib import Path

__all__ = ["FILE", "ignored_advisories", "allowed_secrets"]

FILE = Path(__file__).parents[1] / ".ci" / "exceptions.toml"


def _entries(kind: str, needed: set[str], file: Path) -> list[dict[str, object]]:
    entries: list[dict[str, object]] = tomllib.loads(file.read_text(encoding="utf-8")).get(kind, [])
    for entry in entries:
        if entry.keys() != needed or not all(entry.values()):
            raise SystemExit(f"{file.name}: an entry of [[{kind}]] has {', '.join(sorted(needed))}, and nothing else.")
    return entries


def ignored_advisories(today: dt.date, file: Path = FILE) -> set[str]:
    """The vulnerabilities that do not count today."""
    return {
        str(entry["id"])
        for entry in _entries("advisory", {"id", "reason", "until"}, file)
        if isinstance(entry["until"], dt.date) and today <= entry["until"]
    }


def allowed_secrets(file: Path = FILE) -> list[str]:
    """The patterns of texts that only look like secrets."""
    return [str(entry["pattern"]) for entry in _entries("secret", {"pattern", "reason"}, file)]
