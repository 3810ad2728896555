"""The kit that Postgres adapters are built with: projections to statements, checks, the conformance suite."""
