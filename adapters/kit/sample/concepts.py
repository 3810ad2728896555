"""The concepts that sample members know, offer and need: a selection of ESCO with labels in three languages."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

__all__ = ["CONCEPTS", "SampleConcept"]


@dataclass(frozen=True, slots=True)
class SampleConcept:
    """A concept's URI and its label in each language (``en``, ``fr``, ``es``)."""

    uri: str
    labels: Mapping[str, str]


def _read() -> tuple[SampleConcept, ...]:
    source = files("adapters.kit.sample").joinpath("concepts.csv")
    rows = csv.DictReader(source.read_text(encoding="utf-8").splitlines())
    return tuple(SampleConcept(row.pop("uri"), row) for row in rows)


CONCEPTS: tuple[SampleConcept, ...] = _read()
"""The concepts, from the most to the least popular."""
