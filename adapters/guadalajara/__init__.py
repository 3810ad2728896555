"""The registry of CANIETI Occidente, Guadalajara: its facts. Everything else is SQL, beside this file."""

from adapters.contract.cluster import Cluster
from adapters.kit.adapter import PostgresAdapter

__all__ = ["ADAPTER"]

ADAPTER = PostgresAdapter.of(
    Cluster(
        code="canieti-occidente",
        name="CANIETI Occidente",
        city="Guadalajara",
        country="MX",
        subdivision="MX-JAL",
        time_zone="America/Mexico_City",
        languages=("es",),
        adapter_version="1.2.0",
    ),
    __file__,
    __name__,
)
