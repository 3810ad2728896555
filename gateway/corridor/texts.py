"""Texts that users type: what of them the store can hold."""

from gateway.corridor.failures import Failed

__all__ = ["LONGEST_TEXT", "check_text", "storable"]

LONGEST_TEXT = 2000
"""Characters of a message, and of a reason."""


def storable(text: str, most: int = LONGEST_TEXT) -> bool:
    """Whether a text has so many characters at most and one at least, and Postgres can hold all of them.

    >>> storable("é"), storable(""), storable("a" + chr(0)), storable(chr(0xD83D)), storable("abc", 2)
    (True, False, False, False, False)
    """
    return 1 <= len(text) <= most and not any(each == "\0" or "\ud800" <= each <= "\udfff" for each in text)


def check_text(text: str | None, path: str) -> None:
    """Raises Failed for a text that the store cannot hold; none at all is fine."""
    if text is not None and not storable(text):
        raise Failed.because("text", path, most=LONGEST_TEXT)
