"""The corridor gateway: one GraphQL schema over the living member registries of partner clusters."""
