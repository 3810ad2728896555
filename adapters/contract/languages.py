"""In which language a text is given: BCP 47 lookup, the same for registries and vocabularies.

A text that exists in several languages is a mapping from language tags to texts.
Who asks for ``fr-CA`` is given that, else ``fr``, else one of the corridor's
languages in a fixed order, and is always told which one it is.
"""

import re
from collections.abc import Iterator, Mapping

__all__ = ["LANGUAGES", "chain", "choose"]

LANGUAGES = ("en", "fr", "es")
"""The corridor's languages, in the order of last resort."""

_LONGEST = 64
_REGION, _SCRIPT = 2, 4  # letters
_TAG = re.compile(
    r"[a-z]{2,3}(-[a-z]{3}){0,3}"  # language and its extensions
    r"(-[a-z]{4})?"  # script
    r"(-(?:[a-z]{2}|\d{3}))?"  # region
    r"(-(?:[a-z\d]{5,8}|\d[a-z\d]{3}))*"  # variants
    r"(-[a-wyz\d](-[a-z\d]{2,8})+)*"  # extensions
    r"(-x(-[a-z\d]{1,8})+)?",  # private use
    re.ASCII,
)


def chain(lang: str | None) -> tuple[str, ...]:
    """The languages to try for a reader of ``lang``: it, its parents (RFC 4647, 3.4), then the corridor's languages.

    Tags come out in the customary case. No tag, or an empty one, asks for nothing in particular.
    Raises ValueError for what is no well-formed tag.

    >>> chain("fr-ca")
    ('fr-CA', 'fr', 'en', 'es')
    >>> chain("zh-hant-tw")
    ('zh-Hant-TW', 'zh-Hant', 'zh', 'en', 'fr', 'es')
    >>> chain(None)
    ('en', 'fr', 'es')
    """
    if not lang:
        return LANGUAGES
    if len(lang) > _LONGEST or not _TAG.fullmatch(lang.lower()):
        shown = ascii(lang if len(lang) <= _LONGEST else f"{lang[:_LONGEST]}...")
        message = f"{shown} is not a language tag: expected BCP 47, such as 'fr' or 'es-MX'"
        raise ValueError(message)
    return tuple(dict.fromkeys((*_parents(lang), *LANGUAGES)))


def choose(texts: Mapping[str, str], languages: tuple[str, ...]) -> tuple[str, str] | None:
    """The text for the first of the languages that has one, and its language; None when there is no text at all.

    A language also finds the text of one of its regions, and any text is better than none.

    >>> choose({"es-MX": "nube", "en": "cloud"}, chain("es"))
    ('nube', 'es-MX')
    >>> choose({"pt": "nuvem"}, chain("fr"))
    ('nuvem', 'pt')
    """
    for lang in languages:
        if lang in texts:
            return texts[lang], lang
        regional = min((tag for tag in texts if tag.startswith(f"{lang}-")), default=None)
        if regional is not None:
            return texts[regional], regional
    first = min(texts, default=None)
    return None if first is None else (texts[first], first)


def _parents(lang: str) -> Iterator[str]:
    """The tag and its truncations; a single letter goes with what followed it."""
    subtags = _customary(lang)
    while subtags:
        yield "-".join(subtags)
        subtags.pop()
        if subtags and len(subtags[-1]) == 1:
            subtags.pop()


def _customary(lang: str) -> list[str]:
    """The subtags: language in small letters, script in title case, region in capitals (RFC 5646, 2.1.1)."""
    first, *rest = lang.lower().split("-")
    subtags = [first]
    for subtag in rest:
        if any(len(before) == 1 for before in subtags):  # within an extension every subtag stays small
            subtags.append(subtag)
        else:
            subtags.append({_REGION: subtag.upper(), _SCRIPT: subtag.title()}.get(len(subtag), subtag))
    return subtags
