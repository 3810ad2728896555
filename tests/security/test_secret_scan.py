"""The search for secrets finds what nobody may commit: planted in a new repository, in its files and in its history."""

import secrets
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from gateway.access.key_text import make_key

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")

Scan = Callable[..., subprocess.CompletedProcess[str]]


def git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=Nobody", "-c", "user.email=nobody@example.org")
    subprocess.run(["git", "-C", folder, *identity, *arguments], check=True, capture_output=True)


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the program, whose exceptions a test may change."""
    home = tmp_path_factory.mktemp("program")
    shutil.copytree(ROOT / ".ci", home / ".ci")
    (home / "scripts").mkdir()
    for name in ("scan_secrets.py", "exceptions.py"):
        shutil.copyfile(ROOT / "scripts" / name, home / "scripts" / name)
    return home


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with nothing to hide."""
    git(tmp_path, "init", "--quiet")
    (tmp_path / ".gitignore").write_text("local/\n")
    (tmp_path / "readme.md").write_text('dsn = "postgresql://gateway:password@db.example.org:5432/registry"\n')
    git(tmp_path, "add", "--all")
    git(tmp_path, "commit", "--quiet", "--message", "Nothing to hide")
    return tmp_path


def scan(program: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, program / "scripts" / "scan_secrets.py", folder]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def private_key() -> str:
    made = generate_private_key(SECP256R1())
    return made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def test_each_kind_of_secret_is_found_and_none_is_shown(program: Path, repository: Path) -> None:
    planted = {
        "notes.md": f"the key of the partner is {make_key()}",
        "corridor.toml": f'cursor_secret = "{secrets.token_urlsafe(32)}"',
        "compose.env": f"CORRIDOR_CURSOR_SECRET={secrets.token_hex(32)}",
        "registry.toml": f'dsn = "postgresql://gateway:{secrets.token_urlsafe(18)}@registre.example.ca:5432/r"',
        "signing.pem": private_key(),
    }
    for name, text in planted.items():
        (repository / name).write_text(f"{text}\n")
    ran = scan(program, repository)
    assert ran.returncode == 1, ran.stderr
    assert {line.split(":")[0] for line in ran.stdout.splitlines()[:-1]} == planted.keys()
    shown = ran.stdout + ran.stderr
    assert not any(word in shown for text in planted.values() for word in text.split() if len(word) > 30)


def test_what_was_taken_out_again_is_found_in_the_history(program: Path, repository: Path) -> None:
    (repository / "notes.md").write_text(f"{make_key()}\n")
    git(repository, "add", "--all")
    git(repository, "commit", "--quiet", "--message", "By mistake")
    git(repository, "rm", "--quiet", "notes.md")
    git(repository, "commit", "--quiet", "--message", "Out again")
    ran = scan(program, repository)
    assert ran.returncode == 1, ran.stderr
    assert ran.stdout.startswith("notes.md:1 in ")


def test_nothing_is_found_where_nothing_is_or_where_git_ignores_it(program: Path, repository: Path) -> None:
    (repository / "local").mkdir()
    (repository / "local" / "corridor.toml").write_text(f'cursor_secret = "{secrets.token_urlsafe(32)}"\n')
    (repository / "examples.md").write_text('cgw_… is a key, "cgw_yourprefix" is none; cursor_secret = "at least 32"\n')
    ran = scan(program, repository)
    assert (ran.returncode, ran.stdout) == (0, "No secrets were found.\n"), ran.stderr


def test_a_comment_in_the_file_does_not_excuse_it(program: Path, repository: Path) -> None:
    (repository / "notes.py").write_text(f'KEY = "{make_key()}"  # kingfisher:ignore gitleaks:allow\n')
    assert scan(program, repository).returncode == 1


def test_an_exception_excuses_and_needs_its_reason(program: Path, repository: Path) -> None:
    key, exceptions = make_key(), program / ".ci" / "exceptions.toml"
    (repository / "notes.md").write_text(f"{key}\n")
    before = exceptions.read_text()
    try:
        exceptions.write_text(f'[[secret]]\npattern = "^cgw_{key.prefix}"\nreason = "a test"\n')
        assert scan(program, repository).returncode == 0
        exceptions.write_text(f'[[secret]]\npattern = "^cgw_{key.prefix}"\n')
        ran = scan(program, repository)
    finally:
        exceptions.write_text(before)
    assert ran.returncode == 1
    assert "pattern, reason" in ran.stderr


def test_a_search_that_did_not_run_is_no_clean_one(program: Path, tmp_path: Path) -> None:
    ran = scan(program, tmp_path / "nowhere")
    assert ran.returncode == 2
    assert "did not run" in ran.stderr
