"""The code lists of the reference registry, as its own CSV files give them."""

import csv
from collections.abc import Mapping
from pathlib import Path

__all__ = ["Codes", "classes", "rows"]

_FOLDER = Path(__file__).parent / "codes"


def rows(name: str) -> tuple[dict[str, str], ...]:
    """The rows of a list in the folder ``codes``, by its file's name without the ending."""
    with (_FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return tuple(csv.DictReader(lines))


def classes() -> Mapping[str, Mapping[str, str]]:
    """The classes of SCIAN 2018 by their code, with title and shared digits.

    >>> classes()["541510"]["codigo_comun5"]
    '54151'
    """
    return {row["codigo"]: row for row in rows("scian_clase")}


class Codes:
    """The registry's own word for each code of the contract, list by list.

    >>> Codes().word("giro", "PUBLIC")
    'GUBERNAMENTAL'
    """

    def __init__(self) -> None:
        self._words: Mapping[tuple[str, str], str] = {
            (row["lista"], row["contrato"]): row["codigo"] for row in rows("catalogo")
        }

    def word(self, codelist: str, code: str) -> str:
        """The native word; raises :class:`KeyError` for a code that the list does not have."""
        return self._words[codelist, code]
