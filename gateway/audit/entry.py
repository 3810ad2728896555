"""What is written down of a disclosure, before it is made."""

from dataclasses import dataclass

__all__ = ["Entry", "Occasion"]

Occasion = tuple[str, str, str, str | None, str, str, tuple[str, ...], str]
"""All of an entry but the members: what entries of one moment have to have in common to be written as one."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One viewer is about to see fields of members of one cluster.

    ``viewer``, ``viewer_class``, ``viewer_org`` and ``viewer_cluster`` are the viewer's id, kind, organisation and
    cluster. ``cluster`` is the code of the cluster whose registry the values are from. ``fields`` are paths such as
    ``member.legalName``, each once and in order, so that equal disclosures look equal. ``basis`` says what makes it
    right, such as a consent. ``members`` are global IDs, never names or keys in clear.

    ValueError where a text cannot be stored, or no field is named.
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

    def __post_init__(self) -> None:
        if not self.fields:
            raise ValueError("a disclosure is of one field at least")
        texts = "".join((
            self.viewer, self.viewer_class, self.viewer_org, self.viewer_cluster or "", self.cluster, self.purpose,
            self.basis, *self.fields, *self.members,
        ))  # fmt: skip
        if "\0" in texts or not (texts.isascii() or _encodable(texts)):
            raise ValueError("Postgres cannot hold a text of this disclosure")

    @property
    def occasion(self) -> Occasion:
        """What may be shared with other entries."""
        return (
            self.viewer,
            self.viewer_class,
            self.viewer_org,
            self.viewer_cluster,
            self.cluster,
            self.purpose,
            self.fields,
            self.basis,
        )


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
