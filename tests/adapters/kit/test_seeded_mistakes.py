"""Mistakes of every kind, made in a copy of a city: the check names each, and so does the suite where rows show it."""

import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path

import asyncpg
import pytest

from adapters.contract.codes import Visibility
from adapters.contract.registry import Limits
from adapters.guadalajara import ADAPTER
from adapters.kit.adapter import PostgresAdapter
from adapters.kit.check import Finding, Report, Status, check
from adapters.kit.conformance.rows import PROMISES
from adapters.kit.memory import snapshot
from tests.adapters.kit.mistakes import MISTAKES, Mistake

MakeDatabase = Callable[..., Awaitable[str]]
PATIENT = Limits(pool_size=1, connect_timeout=10, statement_timeout=30)


@pytest.fixture(scope="session")
async def filled(make_session_database: MakeDatabase) -> str:
    """The address of a filled registry of Guadalajara, a template of those with mistakes."""
    dsn = await make_session_database()
    await ADAPTER.create(dsn, members=150, seed=1, progress=lambda done, total: None)
    return dsn


@pytest.fixture
def copied(tmp_path: Path) -> PostgresAdapter:
    """The adapter on a copy of its folder."""
    folder = tmp_path / "guadalajara"
    shutil.copytree(ADAPTER.folder, folder, ignore=shutil.ignore_patterns("__pycache__", "native"))
    return PostgresAdapter(ADAPTER.cluster, ADAPTER.package, folder)


async def test_an_untouched_copy_passes(copied: PostgresAdapter, filled: str) -> None:
    """No finding but OK: each mistake below is the only one."""
    report = await check(copied, filled, limits=PATIENT)
    assert report.passed
    assert not report.of(Status.WARN), _told(report)
    assert {finding.check for finding in report.findings} >= {mistake.check for mistake in MISTAKES} - {"unmapped"}
    assert await _broken(copied, filled) == {}


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.name)
async def test_a_mistake_is_named(
    mistake: Mistake, copied: PostgresAdapter, filled: str, make_database: MakeDatabase
) -> None:
    """By the check that is for it, and by the suite's promise."""
    dsn = filled
    if mistake.sql:
        dsn = await make_database(filled)
        connection = await asyncpg.connect(dsn)
        await connection.execute(mistake.sql)
        await connection.close()
    if mistake.file:
        path = copied.folder / "projections" / f"{mistake.file}.sql"
        text = path.read_text(encoding="utf-8")
        assert mistake.old in text
        path.write_text(text.replace(mistake.old, mistake.new), encoding="utf-8")
    report = await check(copied, dsn, limits=PATIENT)
    named = [
        finding
        for finding in report.of(mistake.status)
        if finding.check == mistake.check and all(part in finding.detail for part in mistake.said)
    ]
    assert named, _told(report)
    assert report.passed is (mistake.status is Status.WARN)
    if mistake.promise:
        assert mistake.promise in await _broken(copied, dsn)


async def test_an_index_that_the_city_does_without_is_a_warning(
    copied: PostgresAdapter, filled: str, make_database: MakeDatabase
) -> None:
    """Where indexes.sql says so, in the line that the failure names."""
    dsn = await make_database(filled)
    connection = await asyncpg.connect(dsn)
    await connection.execute("drop index padron.oferta_vigencia_orden")
    await connection.close()
    line = "-- no index: order VALID_UNTIL of offer"
    failed = (await check(copied, dsn, limits=PATIENT)).of(Status.FAIL)
    assert failed
    assert all(f"with a line `{line}`" in finding.detail for finding in failed)
    with (copied.folder / "indexes.sql").open("a", encoding="utf-8") as file:
        file.write(f"\n{line}\n")
    report = await check(copied, dsn, limits=PATIENT)
    assert report.passed, _told(report)
    assert {finding.check for finding in report.of(Status.WARN)} == {"index"}


async def test_a_deadline_that_is_not_met_is_named(copied: PostgresAdapter, filled: str) -> None:
    """Nothing is answered within a tenth of a millisecond."""
    report = await check(copied, filled, limits=Limits(connect_timeout=10, statement_timeout=0.0001))
    late = [finding for finding in report.of(Status.FAIL) if finding.check == "deadline"]
    assert late
    assert "the deadline is 0 ms" in late[0].detail
    assert "projections/" in late[0].detail


async def test_a_missing_file_is_named(copied: PostgresAdapter, filled: str) -> None:
    """Before anything is connected."""
    (copied.folder / "projections" / "capability.sql").unlink()
    (finding,) = (await check(copied, filled, limits=PATIENT)).findings
    assert finding.status is Status.FAIL
    assert "missing: capability" in finding.detail


async def test_a_database_that_is_not_there_is_named(copied: PostgresAdapter, filled: str) -> None:
    """As a finding, with the reason."""
    (finding,) = (await check(copied, f"{filled}_elsewhere", limits=PATIENT)).findings
    assert finding == Finding("connection", ADAPTER.cluster.code, Status.FAIL, finding.detail)
    assert "does not exist" in finding.detail


async def test_the_fingerprint_is_recorded(copied: PostgresAdapter, filled: str) -> None:
    """What is in the folder of the city is what its reference registry has."""
    path = copied.folder / "fingerprint.json"
    noted = path.read_text(encoding="utf-8")
    path.unlink()
    warned = await check(copied, filled, limits=PATIENT)
    assert [finding.check for finding in warned.of(Status.WARN)] == ["drift"]
    assert (await check(copied, filled, limits=PATIENT, record=True)).passed
    assert path.read_text(encoding="utf-8") == noted


async def _broken(adapter: PostgresAdapter, dsn: str) -> dict[str, list[str]]:
    """The promises of the conformance suite that the registry does not keep, with what is said of each."""
    registry = adapter.open(dsn, PATIENT)
    try:
        rows = await snapshot(registry)
    finally:
        await registry.close()
    said = {
        promise.__name__: [said for view in Visibility for said in promise(rows.under(view))] for promise in PROMISES
    }
    return {name: sentences for name, sentences in said.items() if sentences}


def _told(report: Report) -> str:
    wrong = [finding for finding in report.findings if finding.status is not Status.OK]
    return "\n".join(f"{finding.status} {finding.check} {finding.subject}: {finding.detail}" for finding in wrong)
