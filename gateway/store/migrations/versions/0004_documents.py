"""Trusted documents: the operations that the operator has registered."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Makes the table. Gateways only read it: what may run is for the owner to say."""
    op.execute("""
        create table corridor.documents (
            hash text primary key,
            text text not null check (octet_length(text) between 1 and 262144),
            name text not null check (length(name) <= 255),
            registered_at timestamptz not null default now(),
            check (hash = encode(sha256(convert_to(text, 'UTF8')), 'hex'))
        )
    """)
    op.execute("grant select on corridor.documents to corridor_app")
