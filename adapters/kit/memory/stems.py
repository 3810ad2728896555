"""Folded words to what a search compares: their stems."""

from collections.abc import Callable
from functools import cache

import snowballstemmer

__all__ = ["ALGORITHMS", "Stem", "snowball"]

Stem = Callable[[str, str], str]
"""The stem of a folded word by a language (``fr``): the word itself for no language, "" for one too common to find."""

ALGORITHMS = {"en": "english", "fr": "french", "es": "spanish"}
"""The languages that are stemmed, as Snowball and Postgres call them."""

_STEMMERS = {lang: snowballstemmer.stemmer(algorithm) for lang, algorithm in ALGORITHMS.items()}


@cache
def snowball(lang: str, word: str) -> str:
    """Stems by this process: Postgres has another release of Snowball, and leaves common words out besides.

    >>> snowball("fr", "logiciels"), snowball("", "logiciels")
    ('logiciel', 'logiciels')
    """
    return str(_STEMMERS[lang].stemWord(word)) if lang in _STEMMERS else word
