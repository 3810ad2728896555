"""Agreements between clusters, as data: parties, signatures, and the privacy assessment of each direction."""

from alembic import op

revision = "0007"
down_revision = "0006"

_TABLES = (
    """
    create table corridor.agreement (
        id uuid primary key,
        series text not null check (series ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(series) <= 100),
        ordinal integer not null check (ordinal > 0),
        purposes text[] not null check (cardinality(purposes) > 0),
        state text not null
            check (state in ('NEGOTIATION', 'SIGNED', 'IN_FORCE', 'SUSPENDED', 'EXPIRED', 'TERMINATED')),
        signed_on date,
        valid_until date,
        document_hash text check (document_hash ~ '^[0-9a-f]{64}$'),
        version integer not null default 1,
        constraint agreement_ordinal unique (series, ordinal),
        constraint agreement_signed check ((signed_on is null) = (state = 'NEGOTIATION'))
    )
    """,
    """
    create table corridor.agreement_party (
        agreement uuid not null references corridor.agreement,
        cluster text not null,
        signed_on date,
        primary key (agreement, cluster)
    )
    """,
    # An assessment is never rewritten: the latest one of a direction counts.
    """
    create table corridor.privacy_assessment (
        id bigint generated always as identity primary key,
        agreement uuid not null,
        from_cluster text not null,
        to_cluster text not null check (to_cluster <> from_cluster),
        data_categories text[] not null check (cardinality(data_categories) > 0),
        outcome text not null check (length(outcome) between 1 and 2000),
        assessed_on date not null,
        review_by date not null check (review_by > assessed_on),
        foreign key (agreement, from_cluster) references corridor.agreement_party,
        foreign key (agreement, to_cluster) references corridor.agreement_party
    )
    """,
    """
    create index privacy_assessment_direction
        on corridor.privacy_assessment (agreement, from_cluster, to_cluster, id)
    """,
)


def upgrade() -> None:
    """Makes the tables: a gateway changes the state of what is there, and neither its terms nor what was assessed."""
    for statement in _TABLES:
        op.execute(statement)
    op.execute(
        "grant select, insert on corridor.agreement, corridor.agreement_party, corridor.privacy_assessment"
        " to corridor_app"
    )
    op.execute("grant update (state, signed_on, version) on corridor.agreement to corridor_app")
    op.execute("grant update (signed_on) on corridor.agreement_party to corridor_app")
