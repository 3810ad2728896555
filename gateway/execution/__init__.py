"""Where GraphQL meets shapes: the only folder that knows both."""
