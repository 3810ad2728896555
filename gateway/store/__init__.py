"""The corridor store: the gateway's own Postgres, and the migrations of its schema."""

from gateway.store.connections import Connection, Store, unavailable
from gateway.store.schema import NEEDED, SchemaMismatch, SchemaState

__all__ = ["NEEDED", "Connection", "SchemaMismatch", "SchemaState", "Store", "unavailable"]
