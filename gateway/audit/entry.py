"""What is written down of a disclosure, before it is made."""

from typing import NamedTuple, TypeAlias

__all__ = ["Entry", "Occasion"]

Occasion: TypeAlias = tuple[str, str, str, str | None, str, str, tuple[str, ...], str]
"""All of an entry but the members: what entries of one moment have to have in common to be written as one."""


class Entry(NamedTuple):
    """One viewer is about to see fields of members of one cluster.

    ``viewer``, ``viewer_class``, ``viewer_org`` and ``viewer_cluster`` are the viewer's id, kind, organisation and
    cluster. ``cluster`` is the code of the cluster whose registry the values are from. ``fields`` are paths such as
    ``member.legalName``, each once and in order, so that equal disclosures look equal. ``basis`` says what makes it
    right, such as a consent. ``members`` are global IDs, never names or keys in clear; they come last, behind the
    occasion.
    """

    viewer: str
    viewer_class: str
    viewer_org: str
    viewer_cluster: str | None
    cluster: str
    purpose: str
    fields: tuple[str, ...]
    basis: str
    members: tuple[str, ...]

    @property
    def occasion(self) -> Occasion:
        """What may be shared with other entries."""
        return self[:-1]

    def check(self) -> None:
        """ValueError where a text cannot be stored, or no field is named."""
        if not self.fields:
            raise ValueError("a disclosure is of one field at least")
        texts = "".join((
            self.viewer, self.viewer_class, self.viewer_org, self.viewer_cluster or "", self.cluster, self.purpose,
            self.basis, *self.fields, *self.members,
        ))  # fmt: skip
        if "\0" in texts or not (texts.isascii() or _encodable(texts)):
            raise ValueError("Postgres cannot hold a text of this disclosure")


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
