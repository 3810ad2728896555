"""Texts that users type: what of them can be read, and what the store can hold."""

from gateway.corridor.failures import Failed, Failure

__all__ = ["LONGEST_TEXT", "check_text", "storable", "text_failures"]

LONGEST_TEXT = 2000
"""Characters of a message, and of a reason."""


def storable(text: str, most: int = LONGEST_TEXT) -> bool:
    """Whether a text has so many characters at most, Postgres can hold all of them, and one at least is to be seen.

    >>> storable("é"), storable(""), storable(" " + chr(0x200B)), storable("a" + chr(0)), storable(chr(0xD83D))
    (True, False, False, False, False)
    """
    seen = any(each.isprintable() and not each.isspace() for each in text)
    return seen and len(text) <= most and not any(each == "\0" or "\ud800" <= each <= "\udfff" for each in text)


def text_failures(text: str | None, most: int, *path: str) -> list[Failure]:
    """What is wrong with a text that is not storable; none at all is fine."""
    return [] if text is None or storable(text, most) else [Failure("text", path, {"most": str(most)})]


def check_text(text: str | None, path: str, most: int = LONGEST_TEXT) -> None:
    """Raises Failed for such a text."""
    if failures := text_failures(text, most, path):
        raise Failed(*failures)
