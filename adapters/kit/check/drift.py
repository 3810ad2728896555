"""Whether the native tables are still those that the projections were written for."""

import json
from pathlib import Path

from adapters.kit.check.plans import tables_of
from adapters.kit.check.probe import Probe
from adapters.kit.check.report import Finding, Status

__all__ = ["drift"]

_Fingerprint = dict[str, dict[str, str]]


async def drift(probe: Probe, *, record: bool) -> list[Finding]:
    """Compares the columns of every table that a projection reads with those noted in ``fingerprint.json``."""
    path = probe.folder / "fingerprint.json"
    present = await _fingerprint(probe)
    if record:
        path.write_text(json.dumps(present, indent=2, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")
        return [Finding("drift", "fingerprint", Status.OK, f"{len(present)} native tables noted in {path.name}")]
    if not path.exists():
        said = f"{path.name} is not there: nothing to compare with. Run the check once more with --record."
        return [Finding("drift", "fingerprint", Status.WARN, said)]
    return _compared(_read(path), present) or [
        Finding("drift", "fingerprint", Status.OK, f"{len(present)} native tables are as they were noted")
    ]


def _read(path: Path) -> _Fingerprint:
    noted: _Fingerprint = json.loads(path.read_text(encoding="utf-8"))
    return noted


async def _fingerprint(probe: Probe) -> _Fingerprint:
    tables = sorted({table for name in probe.projections for table in await tables_of(probe, name)})
    found: _Fingerprint = {}
    for record in await probe.rows(
        "select relnamespace::regnamespace || '.' || relname as table, attname as column,"
        " format_type(atttypid, atttypmod) as type"
        " from pg_class join pg_attribute on attrelid = pg_class.oid"
        " where relnamespace::regnamespace || '.' || relname = any($1::text[]) and attnum > 0 and not attisdropped",
        tables,
    ):
        found.setdefault(record["table"], {})[record["column"]] = record["type"]
    return found


def _compared(noted: _Fingerprint, present: _Fingerprint) -> list[Finding]:
    found = []
    for table in sorted(noted.keys() | present.keys()):
        old, new = noted.get(table, {}), present.get(table, {})
        said = [f"{column} is gone" for column in sorted(old.keys() - new.keys())]
        said += [f"{column} ({new[column]}) is new" for column in sorted(new.keys() - old.keys())]
        said += [
            f"{column} was {old[column]} and is {new[column]}"
            for column in sorted(old.keys() & new.keys())
            if old[column] != new[column]
        ]
        if said:
            detail = (
                f"{'; '.join(said)}. If the projections that read {table} still say the right thing, run the check"
                " with --record."
            )
            found.append(Finding("drift", table, Status.WARN, detail))
    return found
