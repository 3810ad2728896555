"""Horizontal federation: one type, its rows in many registries. Knows shapes; no GraphQL, no HTTP."""
