"""Looks for secrets in all that git has or would take: the files as they are, and every commit before.

    python scripts/scan_secrets.py [FOLDER]

Ends with 0 where there are none, 1 where there are, 2 where it could not look. What is found is named by file, line and
commit, and not shown. Nothing is sent anywhere. In a folder without git only the files are searched.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from exceptions import FILE, allowed_secrets

__all__ = ["main"]

_PROGRAM = Path(sys.executable).with_name("kingfisher")
_RULES = FILE.with_name("secrets.yml")
_MADE = shutil.ignore_patterns(".*_cache", ".hypothesis", ".venv", "__pycache__", "dist", "node_modules", "var")
_FOUND = 200
"""What the program ends with when it has found something."""


def _git(folder: Path, *arguments: str) -> str:
    command = ["git", "-C", str(folder), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=120).stdout


def _copy(folder: Path, to: Path) -> None:
    """Copies what is to be searched: programs of this moment may be writing into the folder itself."""
    if not (folder / ".git").exists():
        print(f"{folder} is no git checkout: only its files are searched, not their history.", file=sys.stderr)
        shutil.copytree(folder, to, ignore=_MADE, symlinks=True)
        return
    _git(folder, "clone", "--quiet", "--no-checkout", ".", str(to))
    for name in _git(folder, "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0"):
        source, target = folder / name, to / name
        if source.is_file() and not source.is_symlink():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)


def _scan(folder: Path) -> tuple[int, list[dict[str, Any]], str]:
    allowed = [part for pattern in allowed_secrets() for part in ("--skip-regex", pattern)]
    command = [_PROGRAM, "scan", "--no-validate", "--no-update-check", "--redact", "--no-ignore", "--format", "jsonl"]
    ran = subprocess.run(
        [*command, "--rules-path", _RULES, *allowed, "."],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    lines = [json.loads(line) for line in ran.stdout.splitlines() if line.startswith("{")]
    return ran.returncode, [line for line in lines if "finding" in line], ran.stderr


def main(folder: Path) -> int:
    """What the program ends with."""
    with tempfile.TemporaryDirectory() as temporary:
        copy = Path(temporary) / "searched"
        try:
            _copy(folder, copy)
            status, findings, said = _scan(copy)
        except (OSError, subprocess.SubprocessError) as reason:
            print(f"The search for secrets did not run: {reason}", file=sys.stderr)
            return 2
    if status not in {0, _FOUND} or bool(findings) != (status == _FOUND):
        print(f"The search for secrets did not run to its end ({status}): {said}", file=sys.stderr)
        return 2
    for each in findings:
        finding = each["finding"]
        commit = finding.get("git_metadata", {}).get("commit", {}).get("id")
        where = f"{finding['path'].removeprefix('./')}:{finding['line']}" + (f" in {commit[:12]}" if commit else "")
        print(f"{where}: {each['rule']['description']}")
    print("No secrets were found." if not findings else "Make these secrets invalid first; then take them out.")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()))
