"""`corridor check`: a table that a DBA can read, and an exit code that a script can."""

from pathlib import Path

import asyncpg

from adapters.guadalajara import ADAPTER
from tests.cli.conftest import Corridor
from tests.cli.demo import RunningDemo

NOWHERE = "postgresql://someone:hunter2-secret@127.0.0.1:1/nowhere"


def test_a_city_of_the_running_demo_passes(demo: RunningDemo, corridor: Corridor) -> None:
    checked = corridor("check", "canieti-occidente", "--home", demo.home)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert checked.stdout.startswith("CANIETI Occidente, database 127.0.0.1:")
    assert "corridor_gateway" not in checked.stdout
    assert ", 0 FAIL" in checked.stdout
    shown = corridor("check", "guadalajara", "--home", demo.home, "--verbose")
    assert shown.returncode == 0
    assert len(shown.stdout.splitlines()) > len(checked.stdout.splitlines())


async def test_a_renamed_column_fails_and_is_named(corridor: Corridor, database: str) -> None:
    await ADAPTER.create(database, 20, 1, lambda done, total: None)
    connection = await asyncpg.connect(database)
    await connection.execute("alter table padron.afiliado rename column semblanza to resumen")
    await connection.close()
    checked = corridor("check", "guadalajara", "--dsn", database)
    assert checked.returncode == 1
    failed = [line for line in checked.stdout.splitlines() if line.startswith("FAIL")]
    assert any("columns" in line and "member_text" in line for line in failed), checked.stdout
    assert "semblanza" in checked.stdout


def test_a_database_that_cannot_be_reached_fails(corridor: Corridor) -> None:
    checked = corridor("check", "montreal", "--dsn", NOWHERE)
    assert checked.returncode == 1
    assert "no connection" in checked.stdout
    assert "hunter2" not in checked.stdout + checked.stderr


def test_a_city_of_the_settings_is_found(corridor: Corridor, tmp_path: Path) -> None:
    (tmp_path / "corridor.toml").write_text(
        f'[registries.north]\ndsn = "{NOWHERE}"\nadapter = "adapters.montreal"\n', encoding="utf-8"
    )
    checked = corridor("check", "north")
    assert (checked.returncode, "database 127.0.0.1:1/nowhere" in checked.stdout) == (1, True)


async def test_the_deadline_is_that_of_the_settings(corridor: Corridor, database: str, tmp_path: Path) -> None:
    """Whichever of the two times is shorter; the settings' own defaults where they say nothing of the city."""
    await ADAPTER.create(database, 20, 1, lambda done, total: None)
    assert "the deadline is 1200 ms" in corridor("check", "guadalajara", "--dsn", database).stdout
    (tmp_path / "corridor.toml").write_text(
        f'[registries.guadalajara]\ndsn = "{database}"\ndeadline = 0.0001\n', encoding="utf-8"
    )
    checked = corridor("check", "guadalajara")
    assert checked.returncode == 1
    assert "the deadline is 0 ms" in checked.stdout


def test_wrong_use_ends_with_2(corridor: Corridor) -> None:
    for arguments in (("atlantis",), (), ("montreal", "--nonsense"), ("montreal", "--dsn", "elsewhere")):
        checked = corridor("check", *arguments)
        assert checked.returncode == 2, arguments
        assert "Traceback" not in checked.stderr
