"""Industries: the codes of NAICS Canada and SCIAN México, their labels and what they have in common."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from adapters.contract.languages import choose
from gateway.vocabulary.tables import rows

__all__ = ["Industries", "Industry", "load_industries"]


@dataclass(frozen=True, slots=True)
class Industry:
    """One code of one version of a classification."""

    system: str
    """``NAICS`` (Canada) or ``SCIAN`` (México); a registry may bring others."""
    version: str
    code: str
    labels: Mapping[str, str]
    """The label by language: often in one language only."""
    derived: frozenset[str]
    """The languages whose label no statistical office gave to this code: worded by NACE 2.1 instead."""
    common_code5: str | None
    """The five-digit industry, where Canada and México define it alike; else None, also for shorter codes."""

    def label(self, languages: tuple[str, ...]) -> tuple[str, str]:
        """The label for a chain of languages, and the language it is in.

        The code itself, in ``zxx`` (no language), where no label is known.
        """
        return choose(self.labels, languages) or (self.code, "zxx")


@dataclass(frozen=True, slots=True)
class Industries:
    """Every industry the vocabulary can word, and the five-digit codes that mean the same in both countries."""

    known: Mapping[tuple[str, str, str], Industry]
    """By system, version and code."""
    comparable: frozenset[str]

    def find(self, system: str, version: str, code: str) -> Industry:
        """The industry of a code; an unknown one has no labels."""
        if found := self.known.get((system, version, code)):
            return found
        return Industry(system, version, code, MappingProxyType({}), frozenset(), self.common_code5(system, code))

    def common_code5(self, system: str, code: str) -> str | None:
        """The first five digits, where they are an industry that Canada and México define alike.

        ``comparable`` holds the five-digit codes of NAICS Canada 2017 that Statistics Canada marks
        as comparable in all three countries or with México; SCIAN's are the same codes.
        """
        return code[:5] if system in ("NAICS", "SCIAN") and code[:5] in self.comparable else None


def load_industries() -> Industries:
    """The industries of ``data/industries.csv``."""
    labels: dict[tuple[str, str, str], dict[str, str]] = defaultdict(dict)
    derived: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for system, version, code, lang, label, basis in rows("industries"):
        labels[system, version, code][lang] = label
        if basis == "derived":
            derived[system, version, code].add(lang)
    known: dict[tuple[str, str, str], Industry] = {}
    industries = Industries(MappingProxyType(known), frozenset(code for (code,) in rows("comparable")))
    for (system, version, code), texts in labels.items():
        known[system, version, code] = Industry(
            system=system,
            version=version,
            code=code,
            labels=MappingProxyType(texts),
            derived=frozenset(derived[system, version, code]),
            common_code5=industries.common_code5(system, code),
        )
    return industries
