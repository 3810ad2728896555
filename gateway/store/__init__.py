"""The corridor store: the gateway's own Postgres, its connections and its migrations."""
