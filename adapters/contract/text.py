"""The two normal forms of text that every registry and the gateway agree on.

Sort keys and search words are compared across registries, so they are defined
here once; ``adapters/kit/sql/corridor.sql`` is the same definition in SQL, and
the conformance suite compares the two on every row a registry serves.
"""

import re
import unicodedata

__all__ = ["STOP_WORDS", "content_words", "fold", "words"]

_MARKS = re.compile("[\u0300-\u036f]")
_LETTERS = str.maketrans(
    {"œ": "oe", "Œ": "oe", "æ": "ae", "Æ": "ae", "ø": "o", "Ø": "o", "ß": "ss", "ł": "l", "Ł": "l", "’": "'"}
)
_SYMBOLS = re.compile(r"c\+\+|([cf])#|\.net(?![^\W_])")
_ELISION = re.compile(r"(?<!\w)(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quoiqu)'(?=\w)")
_WORD = re.compile(r"[^\W_]+")


def fold(text: str) -> str:
    """Case and accents removed: the form in which names are ordered, as UTF-8 bytes.

    >>> fold("Œuvres d’Été SA")
    "oeuvres d'ete sa"
    >>> fold("TECNOLOGÍA ÑANDÚ")
    'tecnologia nandu'
    """
    decomposed = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    return _MARKS.sub("", decomposed).lower()


def _symbol(match: re.Match[str]) -> str:
    if match[1]:
        return f"{match[1]}sharp"
    return "cplusplus" if match[0].startswith("c") else " dotnet"


def words(text: str) -> tuple[str, ...]:
    """The words of a text or a query, folded; ``c++``, ``c#`` and ``.net`` stay words, French elisions go.

    >>> words("L'ingénierie C++ d'aujourd'hui, qu'en .NET")
    ('ingenierie', 'cplusplus', 'aujourd', 'hui', 'en', 'dotnet')
    """
    return tuple(_WORD.findall(_ELISION.sub("", _SYMBOLS.sub(_symbol, fold(text)))))


STOP_WORDS = frozenset(
    words("""
    a an and are as at be by for from in is of on or that the this to with
    au aux avec ce ces cette dans de des du elle en est et il la le les leur leurs nos notre ou par pour que qui sa
    ses son sont sur un une vos votre
    al como con cual de del el en es la las los nuestra nuestro o para por que se sin sobre son su sus u un una y
    """)
)
"""Articles, prepositions and the like of the corridor's languages, which say nothing by themselves; without "it" (IT
security) and "e" (e-learning). Registries may not index them."""


def content_words(text: str) -> tuple[str, ...]:
    """The words of a query that have to be found, each once; all its words where it is made of stop words only.

    >>> content_words("sécurité des données des PME")
    ('securite', 'donnees', 'pme')
    """
    found = tuple(dict.fromkeys(words(text)))
    return tuple(word for word in found if word not in STOP_WORDS) or found
