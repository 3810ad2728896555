"""Looks up every pinned package among the known vulnerabilities: those of Python, and those of npm.

    python scripts/audit_dependencies.py

Ends with 0 where none is known, 1 where one is, 75 where that could not be told of every package: without the network,
or behind an index that has no advisories. What .ci/exceptions.toml names does not count. Only names and versions are
sent, to the package indexes themselves.
"""

import datetime as dt
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from exceptions import ignored_advisories

__all__ = ["CLEAN", "UNKNOWN", "VULNERABLE", "Audit", "Vulnerability", "main", "npm_audit", "python_audit"]

CLEAN, VULNERABLE, UNKNOWN = 0, 1, 75

_ROOT = Path(__file__).parents[1]
_PINNED = _ROOT / "requirements" / "bench.txt"
"""It holds what the other files of requirements/ hold, and more."""
_COUNTED = ("web", "tests/access/provider")
_TOLD = tuple(
    sorted(each.parent.relative_to(_ROOT).as_posix() for each in _ROOT.glob("benchmarks/node/*/package-lock.json"))
)
"""Other people's programs at the versions that were measured: run on this machine alone, never with data of members."""
_PATIENCE = 180


@dataclass(frozen=True, slots=True)
class Vulnerability:
    """One of one package, under all of its names."""

    package: str
    ids: frozenset[str]
    says: str

    def __str__(self) -> str:
        return f"{self.package}: {' '.join(sorted(self.ids))}: {self.says}"


@dataclass(frozen=True, slots=True)
class Audit:
    """What was learnt of one lock file: its vulnerabilities, and why some packages could not be looked up, if so."""

    of: str
    found: tuple[Vulnerability, ...] = ()
    unknown: str = ""


def python_audit(report: str) -> Audit:
    """What pip-audit's report says."""
    packages: list[dict[str, Any]] = json.loads(report)["dependencies"]
    skipped = [each["name"] for each in packages if "skip_reason" in each]
    found = tuple(
        Vulnerability(
            f"{each['name']} {each['version']}", frozenset({one["id"], *one["aliases"]}), one["description"][:200]
        )
        for each in packages
        for one in each.get("vulns", ())
    )
    unknown = f"the index has no advisories of {len(skipped)} of {len(packages)} packages" if skipped else ""
    return Audit("requirements", found, unknown)


def npm_audit(of: str, report: str) -> Audit:
    """What npm's report says."""
    told = json.loads(report)
    if "vulnerabilities" not in told:
        return Audit(of, unknown=str(told.get("message") or told.get("error", {}).get("summary", "no report")))
    via = [one for each in told["vulnerabilities"].values() for one in each["via"] if isinstance(one, dict)]
    return Audit(
        of,
        tuple(
            Vulnerability(f"{one['name']} {one['range']}", frozenset({one["url"].rpartition("/")[2]}), one["title"])
            for one in via
        ),
    )


def _output(command: Sequence[str | Path], folder: Path) -> str:
    """What a program writes; its exit code says what the report says as well."""
    ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=_PATIENCE, check=False)
    return ran.stdout


def _audits() -> Iterator[Audit]:
    pip_audit: list[str | Path] = [Path(sys.executable).with_name("pip-audit"), "--require-hashes", "--no-deps"]
    pip_audit += ["--disable-pip", "--progress-spinner", "off", "--timeout", "10", "--format", "json", "-r", _PINNED]
    try:
        yield python_audit(_output(pip_audit, _ROOT))
    except (OSError, ValueError, subprocess.SubprocessError):
        yield Audit("requirements", unknown="the index did not answer")
    for folder in _COUNTED + _TOLD:
        asked = ("npm", "audit", "--package-lock-only", "--json", "--fetch-retries=1", "--fetch-timeout=10000")
        try:
            yield npm_audit(folder, _output(asked, _ROOT / folder))
        except FileNotFoundError:
            yield Audit(folder, unknown="npm is not installed")
        except (OSError, ValueError, subprocess.SubprocessError):
            yield Audit(folder, unknown="the registry did not answer")


def main(audits: Iterator[Audit], today: dt.date) -> int:
    """What the program ends with."""
    ignored, status = ignored_advisories(today), CLEAN
    for audit in audits:
        for each in audit.found:
            counts = not each.ids & ignored and audit.of not in _TOLD
            status = VULNERABLE if counts else status
            print(f"{'VULNERABLE' if counts else 'does not count'}: {audit.of}: {each}")
        if audit.unknown:
            status = status or (CLEAN if audit.of in _TOLD else UNKNOWN)
            print(f"NOT AUDITED: {audit.of}: {audit.unknown}", file=sys.stderr)
        elif not audit.found:
            print(f"nothing known: {audit.of}")
    return status


if __name__ == "__main__":
    os.environ.setdefault("npm_config_update_notifier", "false")
    sys.exit(main(_audits(), dt.datetime.now(tz=dt.UTC).date()))
