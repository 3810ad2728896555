"""What Alembic runs: the migrations, on the connection and in the transaction that it is given."""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    version_table="schema_version",
    version_table_schema="corridor",
)
context.run_migrations()
