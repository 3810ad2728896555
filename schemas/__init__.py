"""Everything a client sees: the GraphQL types, a file for each concept. Resolvers are one line and call the context."""

from schemas import enums as enums  # Code lists become GraphQL enums before any type names one.
