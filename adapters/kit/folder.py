"""A city's folder of projections, read once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import MappingProxyType

from adapters.contract.codes import Visibility
from adapters.contract.errors import ContractBroken
from adapters.kit.columns import OPTIONAL, PROJECTIONS
from adapters.kit.statement import literal

__all__ = ["VIEW", "Projections", "Selects", "load"]

VIEW = ":'view'"
"""Where a projection needs the viewer's view: psql's variable ``view``, quoted (``\\set view CORRIDOR``)."""

Selects = Mapping[str, str]
"""SELECTs by the name of their projection; an optional one is there only where its file is."""


@dataclass(frozen=True, slots=True)
class Projections:
    """The projections of a folder by name. ``texts`` are as written; to be run they are asked for under a view."""

    folder: Path
    texts: Selects
    _under: Mapping[Visibility, Selects] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        under = {
            view: MappingProxyType({name: text.replace(VIEW, literal(view)) for name, text in self.texts.items()})
            for view in Visibility
        }
        object.__setattr__(self, "_under", under)

    def under(self, view: Visibility) -> Selects:
        """The SELECTs that give what may be seen under a view. A view that there is not is a KeyError.

        >>> Projections(Path(), {"offer": "select :'view'::text"}).under(Visibility.PUBLIC)["offer"]
        "select 'PUBLIC'::text"
        """
        return self._under[view]


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
