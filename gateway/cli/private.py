"""Files of the demo that hold secrets."""

import os
from pathlib import Path

__all__ = ["write_private"]


def write_private(file: Path, text: str) -> None:
    """Writes a file for this user alone, whole or not at all."""
    aside = file.with_name(f"{file.name}.new")
    aside.unlink(missing_ok=True)
    with open(aside, "x", encoding="utf-8", opener=lambda path, flags: os.open(path, flags, 0o600)) as opened:
        opened.write(text)
    aside.replace(file)
