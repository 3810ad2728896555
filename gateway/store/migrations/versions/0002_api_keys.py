"""API keys: what a gateway checks one against. It reads them only; whoever owns the schema makes and revokes them."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Makes the table. A key is never deleted, so that what was logged of it can be told of whom it was."""
    op.execute("""
        create table corridor.api_keys (
            prefix text primary key check (prefix ~ '^[a-z0-9]{12}$'),
            salt bytea not null check (octet_length(salt) = 16),
            hash bytea not null check (octet_length(hash) = 32),
            class text not null check (class in ('PARTNER_APP', 'MEMBER', 'COORDINATOR', 'PRIVACY_OFFICER')),
            organisation text not null check (organisation <> ''),
            cluster text,
            member text,
            scopes text[] not null,
            created timestamptz not null,
            expires timestamptz not null check (expires > created),
            revoked timestamptz,
            check (cluster is not null or class = 'PARTNER_APP'),
            check ((member is not null) = (class = 'MEMBER'))
        )
    """)
    op.execute("grant select on corridor.api_keys to corridor_app")
