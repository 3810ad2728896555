"""One embedded PostgreSQL server: made, started, stopped and killed by this process, and gone when it is."""

import fcntl
import os
import secrets
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Self
from urllib.parse import quote

from gateway.embedded import launch
from gateway.embedded.binaries import Binaries, find_binaries
from gateway.embedded.ports import LOOPBACK, free_port, port_is_free
from gateway.embedded.privileges import place_of, reachable_binaries, server_account
from gateway.embedded.processes import alive, arguments, children, wait_gone, wait_until
from gateway.embedded.readiness import Readiness, try_login

SUPERUSER = "postgres"

_FIRST_BUILTIN_LOCALE = 17
_INIT_SECONDS = 120.0
_START_SECONDS = 60.0
_STOP_SECONDS = 30.0
_LOG_TAIL_LINES = 30

_SETTINGS = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "shared_buffers": "128MB",
    "max_connections": "60",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "logging_collector": "off",
}
_NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class ServerFailed(RuntimeError):
    """An embedded server could not be made, started or stopped; the message has the end of its log."""


class EmbeddedServer:
    """A PostgreSQL server that lives in `home` and ends when this process does, however it ends.

    `home` keeps the log (`server.log`), the superuser's random password (`password`, mode 0600), the port and, where
    the server's account can reach it, the data; `place_of` says where they are otherwise. One process at a time may
    run the server of one home. With `port` None the operating system picks one, which later starts take again when
    it is free. `durable=False` trades safety against power loss for speed: for tests. `binaries` None means those
    that `find_binaries` finds, which may raise `PostgresMissing`. `settings` are Postgres' own, beside ours.

    The server listens on 127.0.0.1 alone and asks everyone for a password. All methods block, and all but `dsn` and
    the properties raise `ServerFailed`.
    """

    def __init__(  # noqa: PLR0913 - each has a default but two, and goes by name
        self,
        name: str,
        home: Path,
        port: int | None = None,
        *,
        durable: bool = True,
        binaries: Binaries | None = None,
        settings: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self.name = name
        self.home = home.absolute()
        self.durable = durable
        self.binaries = find_binaries() if binaries is None else binaries
        self._settings = settings
        self._port = port
        self._process: subprocess.Popen[bytes] | None = None
        self._lock: int | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def pid(self) -> int | None:
        """The server's main process, None when it does not run."""
        return self._process.pid if self._process is not None and self._process.poll() is None else None

    @property
    def running(self) -> bool:
        """Whether the server's main process runs."""
        return self.pid is not None

    @property
    def port(self) -> int:
        """The TCP port; raises `ServerFailed` before the first start of a server that picks its own."""
        if self._port is None:
            raise ServerFailed(f"The server {self.name} has no port before its first start.")
        return self._port

    @property
    def log(self) -> Path:
        """The server's log file."""
        return self.home / "server.log"

    def dsn(self, database: str = SUPERUSER, user: str = SUPERUSER, password: str | None = None) -> str:
        """Answer the address of `database` for `user`; the superuser's own password need not be given."""
        if password is None and user == SUPERUSER:
            password = self._password_file.read_text(encoding="ascii")
        login = quote(user, safe="") if password is None else f"{quote(user, safe='')}:{quote(password, safe='')}"
        return f"postgresql://{login}@{LOOPBACK}:{self.port}/{quote(database, safe='')}"

    def start(self) -> None:
        """Start the server, made first if need be, and wait until it takes logins. Does nothing when it runs.

        To be called in the main thread: the kernel ends the server when the thread that started it ends.
        """
        if self.running:
            return
        if sys.platform != "linux":
            raise ServerFailed("Embedded servers run on Linux only. Put DSNs of your own servers into the settings.")
        if threading.current_thread() is not threading.main_thread():
            raise ServerFailed(f"The server {self.name} must be started in the main thread.")
        self._release()  # of a server that ended by itself
        try:
            self.home.mkdir(parents=True, exist_ok=True)
            self._acquire()
        except PermissionError as error:
            raise ServerFailed(f"The home of the server {self.name} belongs to another user: {error}.") from error
        try:
            self._start()
        except BaseException:
            self.kill()
            raise

    def stop(self) -> None:
        """Shut the server down cleanly: connections are ended, the data is written. Does nothing when it is down."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            raise self._failed(f"did not stop within {_STOP_SECONDS:.0f} s and was killed") from None
        self._release()

    def kill(self) -> None:
        """End the server at once as a crash would: every connection breaks without a word. For fault tests."""
        if (pid := self.pid) is not None and self._process is not None:
            self._process.send_signal(signal.SIGSTOP)  # so that it makes no more children while they are ended
            backends = children(pid)
            for victim in (*backends, pid):
                _signal(victim, signal.SIGKILL)
            self._process.wait()
            wait_gone(backends, _STOP_SECONDS)  # until then they hold the shared memory
        self._release()

    def destroy(self) -> None:
        """Stop the server at once and delete everything it has: data, password, port, log.

        Raises `ServerFailed`, and deletes nothing, when another process runs it.
        """
        self.kill()
        if not self.home.exists():
            return
        self._acquire()
        try:
            place = place_of(self.home)
            shutil.rmtree(place / "data", ignore_errors=True)
            for path in (self._password_file, self._port_file, self.log, self._lock_file):
                path.unlink(missing_ok=True)
            for directory in {place, self.home}:
                if not any(directory.iterdir()):
                    directory.rmdir()
        finally:
            self._release()

    @property
    def _password_file(self) -> Path:
        return self.home / "password"

    @property
    def _port_file(self) -> Path:
        return self.home / "port"

    @property
    def _lock_file(self) -> Path:
        return self.home / "lock"

    def _start(self) -> None:
        programs = reachable_binaries(self.binaries).directory
        place = place_of(self.home)
        data = place / "data"
        self._discard_orphaned(place)
        if not data.exists():
            self._create(programs, place)
        self._check_owner(data)
        self._check_version(data)
        self._end_predecessor(data)
        self._choose_port()
        settings = _SETTINGS | dict(self._settings) | {"port": str(self.port), "cluster_name": self.name}
        if not self.durable:
            settings |= _NOT_DURABLE
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        self._process = self._launch([str(programs / "postgres"), "-D", str(data), *options])
        self._wait_ready(self._process)

    def _acquire(self) -> None:
        self._lock = os.open(self._lock_file, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._release()
            raise ServerFailed(f"The server {self.name} in {self.home} is already run by another process.") from None

    def _release(self) -> None:
        self._process = None
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _discard_orphaned(self, place: Path) -> None:
        """Settle what to do with data whose password is gone: nobody can use it."""
        data = place / "data"
        if not data.exists() or self._password_file.exists():
            return
        if place == self.home:
            raise ServerFailed(f"{self._password_file} is gone: delete {self.home} to make the server anew.")
        shutil.rmtree(data)  # of a home that was deleted

    def _create(self, programs: Path, place: Path) -> None:
        """Make the data directory aside and rename it, so that a half-made one is never taken for whole."""
        account = server_account()
        aside, secret = place / "data.new", place / "password.new"
        shutil.rmtree(aside, ignore_errors=True)
        secret.unlink(missing_ok=True)
        password = secrets.token_urlsafe(24)
        self._password_file.unlink(missing_ok=True)
        for path in (self._password_file, secret):  # the second is for initdb, which runs as the server's account
            with open(path, "x", encoding="ascii", opener=_private) as file:
                file.write(password)
        aside.mkdir(mode=0o700)
        for path in (aside, secret):
            os.chown(path, account.uid, account.gid)
        provider = "builtin" if self.binaries.major >= _FIRST_BUILTIN_LOCALE else "libc"
        process = self._launch(
            [
                str(programs / "initdb"),
                f"--pgdata={aside}",
                f"--username={SUPERUSER}",
                f"--pwfile={secret}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                f"--locale-provider={provider}",
                "--locale=C.UTF-8",
                "--no-instructions",
                *(() if self.durable else ("--no-sync",)),
            ]
        )
        try:
            status = process.wait(_INIT_SECONDS)
        except BaseException:
            process.terminate()
            process.wait()
            raise
        finally:
            secret.unlink(missing_ok=True)
        if status != 0:
            raise self._failed("could not be made")
        aside.rename(place / "data")

    def _check_owner(self, data: Path) -> None:
        owner, account = data.stat().st_uid, server_account()
        if owner != account.uid:
            raise ServerFailed(
                f"{data} was made by a server that ran as user {owner}; now it would run as user {account.uid}. "
                f"Run it as before, or delete {self.home} to make it anew."
            )

    def _check_version(self, data: Path) -> None:
        made_by = (data / "PG_VERSION").read_text(encoding="ascii").strip()
        if made_by != str(self.binaries.major):
            raise ServerFailed(
                f"The data of the server {self.name} was made by PostgreSQL {made_by}, but what would run is "
                f"{self.binaries.origin}. Delete {self.home} to make it anew."
            )

    def _end_predecessor(self, data: Path) -> None:
        """Settle the `postmaster.pid` of an earlier server of this data; its owner is gone, as we hold the lock."""
        file = data / "postmaster.pid"
        try:
            lines = file.read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return
        if not lines or not lines[0].isdecimal():
            file.unlink()
            return
        pid = int(lines[0])
        if str(data) in arguments(pid):
            _signal(pid, signal.SIGINT)
            if not wait_gone([pid], _STOP_SECONDS):
                raise ServerFailed(f"An earlier server of {data} (process {pid}) does not stop.")
            file.unlink(missing_ok=True)
        else:
            # A zombie, or somebody else's process by now; either would make PostgreSQL refuse to start. It takes its
            # parent's number for stale, and still looks whether the old server's memory is in use.
            file.write_text("\n".join([str(os.getpid()), *lines[1:], ""]), encoding="utf-8")

    def _choose_port(self) -> None:
        if self._port is None and self._port_file.exists():
            remembered = int(self._port_file.read_text(encoding="ascii"))
            self._port = remembered if port_is_free(remembered) else None
        if self._port is None:
            self._port = free_port()
            self._port_file.write_text(str(self._port), encoding="ascii")
        elif not port_is_free(self._port):
            raise ServerFailed(f"Port {self._port} of {LOOPBACK}, meant for the server {self.name}, is taken.")

    def _launch(self, command: list[str]) -> subprocess.Popen[bytes]:
        account = server_account()
        identity = [str(os.getpid()), str(account.uid), str(account.gid)]
        with open(self.log, "ab", opener=_private) as log:
            return subprocess.Popen(
                [sys.executable, "-I", "-S", launch.__file__, *identity, *command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",  # the present one may be out of reach for the account
                env={"PATH": os.defpath, "LC_ALL": "C.UTF-8", "TZ": "UTC"},
                start_new_session=True,  # Ctrl-C is for us; we stop the server
            )

    def _wait_ready(self, process: subprocess.Popen[bytes]) -> None:
        state = Readiness.STARTING

        def settled() -> bool:
            nonlocal state
            state = try_login(self.dsn()) if process.poll() is None else Readiness.REFUSED
            return state is not Readiness.STARTING

        if not wait_until(settled, _START_SECONDS):
            raise self._failed(f"did not start within {_START_SECONDS:.0f} s")
        if state is Readiness.REFUSED:
            raise self._failed("did not start")

    def _failed(self, what: str) -> ServerFailed:
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-_LOG_TAIL_LINES:]
        return ServerFailed("\n".join([f"The server {self.name} {what}. The end of {self.log}:", *lines]))


def _private(path: str, flags: int) -> int:
    """Open for this user alone; an `opener`."""
    return os.open(path, flags, 0o600)


def _signal(pid: int, number: signal.Signals) -> None:
    if alive(pid):
        os.kill(pid, number)
