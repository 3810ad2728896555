"""The audit of the dependencies: what counts, what does not, and that nothing is passed over in silence."""

import datetime as dt
import importlib.util
import json
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest
from packaging.version import Version
from pip_audit._format import JsonFormat
from pip_audit._service import ResolvedDependency, SkippedDependency, VulnerabilityResult

ROOT = Path(__file__).parents[2]
TODAY = dt.date(2026, 11, 1)


@pytest.fixture
def audit(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(ROOT / "scripts")
    spec = importlib.util.spec_from_file_location("audit_dependencies", ROOT / "scripts" / "audit_dependencies.py")
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "audit_dependencies", module)
    spec.loader.exec_module(module)
    return module


def python_report(*, vulnerable: bool = False, skipped: bool = False) -> str:
    """As pip-audit itself writes it."""
    known = VulnerabilityResult.create(["PYSEC-2026-1", "CVE-2026-1"], "Reads any file", [Version("2.1")], None)
    result = {ResolvedDependency("sound", Version("1.0")): [], ResolvedDependency("holed", Version("2.0")): []}
    if vulnerable:
        result[ResolvedDependency("holed", Version("2.0"))] = [known]
    if skipped:
        result[SkippedDependency("unheard-of", "not found")] = []
    return JsonFormat(output_desc=True, output_aliases=True).format(result, [])


NPM = {
    "auditReportVersion": 2,
    "vulnerabilities": {
        "inner": {
            "via": [
                {
                    "source": 1, "name": "inner", "title": "Runs any code", "severity": "high", "range": "<2.0.0",
                    "url": "https://github.com/advisories/GHSA-aaaa-bbbb-cccc",
                }
            ]
        },
        "outer": {"via": ["inner"]},
    },
}  # fmt: skip


def test_a_known_vulnerability_fails(audit: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    found = audit.python_audit(python_report(vulnerable=True))
    assert audit.main(iter([found]), TODAY) == audit.VULNERABLE
    assert "VULNERABLE: requirements: holed 2.0: CVE-2026-1 PYSEC-2026-1: Reads any file" in capsys.readouterr().out


def test_a_known_vulnerability_of_npm_fails_and_is_told_once(
    audit: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    assert audit.main(iter([audit.npm_audit("web", json.dumps(NPM))]), TODAY) == audit.VULNERABLE
    assert capsys.readouterr().out == "VULNERABLE: web: inner <2.0.0: GHSA-aaaa-bbbb-cccc: Runs any code\n"


def test_what_only_the_comparison_runs_is_told_and_does_not_count(
    audit: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    assert audit.main(iter([audit.npm_audit("benchmarks/node/hive", json.dumps(NPM))]), TODAY) == audit.CLEAN
    assert capsys.readouterr().out.startswith("does not count: benchmarks/node/hive: inner")


def test_nothing_known_is_clean(audit: ModuleType) -> None:
    audits = [audit.python_audit(python_report()), audit.npm_audit("web", json.dumps({"vulnerabilities": {}}))]
    assert audit.main(iter(audits), TODAY) == audit.CLEAN


@pytest.mark.parametrize(
    "report", [{"message": "405 Method Not Allowed"}, {"error": {"code": "ENOTFOUND", "summary": "no such host"}}, {}]
)
def test_a_registry_that_does_not_answer_is_said(
    audit: ModuleType, report: object, capsys: pytest.CaptureFixture[str]
) -> None:
    assert audit.main(iter([audit.npm_audit("web", json.dumps(report))]), TODAY) == audit.UNKNOWN
    assert capsys.readouterr().err.startswith("NOT AUDITED: web: ")


def test_a_package_that_could_not_be_looked_up_is_said(audit: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    assert audit.main(iter([audit.python_audit(python_report(skipped=True))]), TODAY) == audit.UNKNOWN
    assert "1 of 3 packages" in capsys.readouterr().err


def test_what_is_known_counts_more_than_what_is_not(audit: ModuleType) -> None:
    found = audit.python_audit(python_report(vulnerable=True, skipped=True))
    assert audit.main(iter([found]), TODAY) == audit.VULNERABLE


def test_an_exception_counts_until_its_day(audit: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "exceptions.toml"
    file.write_text('[[advisory]]\nid = "CVE-2026-1"\nreason = "not used"\nuntil = 2026-11-01\n')
    ignored = audit.ignored_advisories
    monkeypatch.setattr(audit, "ignored_advisories", lambda today: ignored(today, file))
    found = audit.python_audit(python_report(vulnerable=True))
    assert audit.main(iter([found]), TODAY) == audit.CLEAN
    assert audit.main(iter([found]), TODAY + dt.timedelta(days=1)) == audit.VULNERABLE


@pytest.mark.parametrize("lacking", ["reason", "until"])
def test_an_exception_without_a_reason_or_a_day_stops_the_audit(
    audit: ModuleType, tmp_path: Path, lacking: str
) -> None:
    entry = {"id": '"CVE-2026-1"', "reason": '"not used"', "until": "2026-11-01"}
    del entry[lacking]
    file = tmp_path / "exceptions.toml"
    file.write_text("[[advisory]]\n" + "".join(f"{name} = {value}\n" for name, value in entry.items()))
    with pytest.raises(SystemExit, match="reason"):
        audit.ignored_advisories(TODAY, file)


def test_what_is_audited_is_all_that_is_pinned(audit: ModuleType) -> None:
    def pinned(file: Path) -> set[str]:
        return set(re.findall(r"^[\w.-]+==[^ ;\\]+", file.read_text(encoding="utf-8"), re.MULTILINE))

    files = set((ROOT / "requirements").glob("*.txt"))
    assert audit._PINNED in files
    assert pinned(audit._PINNED) == set().union(*map(pinned, files))
    locks = {file for file in ROOT.rglob("package-lock.json") if "node_modules" not in file.parts}
    assert {file.parent.relative_to(ROOT).as_posix() for file in locks} == set(audit._COUNTED + audit._TOLD)
