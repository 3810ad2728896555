"""Expected failures: what a mutation answers where it changed nothing, worded in the corridor's languages."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from adapters.contract.languages import chain, choose
from schemas.codes import FailureCode

__all__ = ["Failed", "Failure", "Wording", "wordings"]


@dataclass(frozen=True, slots=True)
class Wording:
    """One reason of ``failures.toml``: its code, and how it is said in each language."""

    code: FailureCode
    texts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Failure:
    """Why nothing was changed. ``reason`` names a wording; ``path`` is that of the argument at fault in GraphQL.

    >>> Failure("stale", ("expectedVersion",), {"version": "3"}).message("es-MX")
    'Mientras tanto cambió y ahora está en la versión 3. Vuelva a leerlo y decida de nuevo.'
    """

    reason: str
    path: tuple[str, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)

    @property
    def code(self) -> FailureCode:
        """What clients tell failures apart by."""
        return wordings()[self.reason].code

    def message(self, lang: str | None = None) -> str:
        """What people are told."""
        found = choose(wordings()[self.reason].texts, chain(lang))
        assert found is not None  # noqa: S101 - a test holds every reason to have all languages
        return found[0].format_map(self.values)


class Failed(Exception):
    """Ends an act: all that it changed so far is taken back."""

    def __init__(self, *failures: Failure) -> None:
        super().__init__(*failures)
        self.failures = failures

    @classmethod
    def because(cls, reason: str, *path: str, **values: object) -> "Failed":
        """The failure for one reason."""
        return cls(Failure(reason, path, {name: str(value) for name, value in values.items()}))


@cache
def wordings() -> Mapping[str, Wording]:
    """All reasons by name."""
    read = tomllib.loads((files("gateway.corridor") / "failures.toml").read_text("utf-8"))
    return MappingProxyType(
        {name: Wording(FailureCode(each.pop("code")), MappingProxyType(each)) for name, each in read.items()}
    )
