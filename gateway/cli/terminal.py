"""What the commands print, and how they fail."""

import os
import shutil
import sys
from pathlib import Path
from typing import NoReturn

import typer
from rich.console import Console

__all__ = ["ERRORS", "OUT", "TABLES", "USAGE", "command", "fail"]

USAGE = 2
"""The exit code of wrong use and wrong settings; 1 says that what was asked for went wrong."""

OUT = Console(soft_wrap=True, highlight=False, markup=False, emoji=False)
"""Standard output. Lines are never broken, so that what is printed can be pasted."""

TABLES = Console(highlight=False, markup=False, emoji=False, width=None if sys.stdout.isatty() else 160)
"""Standard output for tables, which break their lines inside their columns; wide where nobody sees its edge."""

ERRORS = Console(stderr=True, soft_wrap=True, highlight=False, markup=False, emoji=False)


def fail(message: str, code: int = 1) -> NoReturn:
    """Ends the command with one message on standard error."""
    ERRORS.print(f"corridor: {message}", style="red")
    raise typer.Exit(code)


def command() -> str:
    """How this program can be called again from the present directory."""
    program = Path(sys.argv[0])
    if program.name == "__main__.py":
        return f"{sys.executable} -m gateway.cli"
    found = shutil.which("corridor")
    if found is not None and Path(found).resolve() == program.resolve():
        return "corridor"
    resolved = program.resolve()
    here = Path.cwd()
    return os.fspath(resolved.relative_to(here) if resolved.is_relative_to(here) else resolved)
