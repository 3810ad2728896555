"""The role that gateways run as, and what it may see of the schema's version."""

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Makes the role where the server has none yet: roles are the server's, not the database's."""
    op.execute("""
        do $$
        begin
            if not exists (select from pg_roles where rolname = 'corridor_app') then
                create role corridor_app nologin;
            end if;
        exception
            -- Another database of the same server was migrated at the same moment.
            when duplicate_object or unique_violation then null;
        end
        $$
    """)
    op.execute("revoke all on schema corridor from public")
    op.execute("grant usage on schema corridor to corridor_app")
    op.execute("grant select on corridor.schema_version to corridor_app")
