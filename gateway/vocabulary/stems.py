"""Folded words to their stems, by language."""

import snowballstemmer

from gateway.vocabulary.tables import rows

__all__ = ["NAMES", "Stems"]

NAMES = ""
"""The "language" of proper names, which are not stemmed."""

_ALGORITHMS = {"en": "english", "fr": "french", "es": "spanish"}


class Stems:
    """The stems of words: those of the vocabulary's own words are read from a file, since computing them starts slowly.

    Not for use from several threads at once: a stemmer keeps state while it works.
    """

    def __init__(self) -> None:
        """Read ``data/stems.csv``."""
        self._known = {(lang, word): stem for lang, word, stem in rows("stems")}
        self._stemmers = {lang: snowballstemmer.stemmer(algorithm) for lang, algorithm in _ALGORITHMS.items()}

    def of(self, lang: str, word: str) -> str:
        """The stem of a folded word by the language; the word itself for ``NAMES``."""
        if lang == NAMES:
            return word
        known = self._known.get((lang, word))
        return str(self._stemmers[lang].stemWord(word)) if known is None else known
