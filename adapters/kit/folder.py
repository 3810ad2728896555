"""A city's folder of projections, read once."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from adapters.contract.errors import ContractBroken
from adapters.kit.columns import OPTIONAL, PROJECTIONS

__all__ = ["Projections", "load"]


@dataclass(frozen=True, slots=True)
class Projections:
    """The SELECTs of a folder by name; an optional relation is there only where its file is."""

    folder: Path
    texts: Mapping[str, str]

    def __contains__(self, name: str) -> bool:
        return name in self.texts

    def __getitem__(self, name: str) -> str:
        return self.texts[name]


@cache
def load(folder: Path) -> Projections:
    """Reads ``projections/*.sql``; raises ContractBroken naming every file that is missing or not of the contract."""
    found = {path.stem: _select(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("projections/*.sql"))}
    missing = sorted(PROJECTIONS.keys() - found.keys())
    unknown = sorted(found.keys() - PROJECTIONS.keys() - OPTIONAL.keys())
    if missing or unknown:
        parts = [f"missing: {', '.join(missing)}"] if missing else []
        parts += [f"not of the contract: {', '.join(unknown)}"] if unknown else []
        raise ContractBroken(f"{folder}/projections: {'; '.join(parts)}")
    return Projections(folder, found)


def _select(text: str) -> str:
    """The SELECT without its comment lines, safe to stand in parentheses."""
    kept = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("--")]
    return "\n".join(kept).rstrip().removesuffix(";") + "\n"
