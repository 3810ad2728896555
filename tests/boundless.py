"""Settings for tests of meaning, which ask for more than any client should."""

__all__ = ["BOUNDLESS"]

BOUNDLESS = {
    "max_tokens": 100_000,
    "max_depth": 50,
    "max_fields": 100_000,
    "max_document": 1_000_000,
    "max_aliases": 10_000,
    "max_directives": 10_000,
    "max_roots": 10_000,
    "max_directives_at_place": 1000,
    "max_items": 100_000,
    "max_repeats": 10_000,
    "max_cost": 10_000_000,
    "max_nodes": 10_000_000,
}
"""Limits that no generated operation meets."""
