"""The registry of TechnoMontréal, Montréal: its facts. Everything else is SQL, beside this file."""

from adapters.contract.cluster import Cluster
from adapters.kit.adapter import PostgresAdapter

__all__ = ["ADAPTER"]

ADAPTER = PostgresAdapter.of(
    Cluster(
        code="technomontreal",
        name="TechnoMontréal",
        city="Montréal",
        country="CA",
        subdivision="CA-QC",
        time_zone="America/Toronto",
        languages=("fr", "en"),
        adapter_version="1.2.0",
    ),
    __file__,
    __name__,
)
