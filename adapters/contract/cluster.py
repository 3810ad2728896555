"""The facts of a cluster that never change between two requests."""

from dataclasses import dataclass

__all__ = ["Cluster"]


@dataclass(frozen=True, slots=True)
class Cluster:
    """A cluster and its registry: ``code`` stands in every global ID and breaks ties in every order.

    Countries are ISO 3166-1 alpha-2, subdivisions ISO 3166-2, languages BCP 47, time zones IANA.
    """

    code: str
    name: str
    city: str
    country: str
    subdivision: str
    time_zone: str
    languages: tuple[str, ...]
    adapter_version: str
