"""Opportunities, and consortia: their seats, and the hashes of their documents with the signatures."""

from alembic import op

revision = "0009"
down_revision = "0008"

# Requirements and rules are values: written once with what they belong to, and read with it.
_TABLES = (
    """
    create table corridor.opportunity (
        id uuid primary key,
        cluster text not null,
        kind text not null check (kind in ('TENDER', 'FUNDING_CALL', 'CHALLENGE', 'MARKET_ENTRY', 'EVENT')),
        title text not null check (length(title) between 1 and 200),
        lang text not null,
        issuer text check (length(issuer) between 1 and 200),
        market text not null check (market ~ '^[A-Z]{2}$'),
        requirements jsonb not null check (jsonb_typeof(requirements) = 'array'),
        rules jsonb check (jsonb_typeof(rules) = 'object'),
        budget numeric check (budget >= 0),
        currency text check (currency ~ '^[A-Z]{3}$'),
        opens_on date,
        closes_at timestamptz not null,
        source_url text check (length(source_url) <= 2000),
        created_at timestamptz not null default now(),
        constraint opportunity_budget check ((budget is null) = (currency is null))
    )
    """,
    """
    create index opportunity_closing on corridor.opportunity (closes_at, id)
    """,
    """
    create table corridor.consortium (
        id uuid primary key,
        cluster text not null,
        title text not null check (length(title) between 1 and 200),
        lang text not null,
        opportunity uuid references corridor.opportunity,
        target_markets text[] not null,
        requirements jsonb not null check (jsonb_typeof(requirements) = 'array'),
        rules jsonb not null check (jsonb_typeof(rules) = 'object'),
        state text not null check (
            state in (
                'DRAFT', 'RECRUITING', 'FORMED', 'REPAIR', 'LOI_SIGNED', 'AGREEMENT_SIGNED', 'ACTIVE', 'CLOSED',
                'DISSOLVED'
            )
        ),
        repair_until timestamptz,
        version integer not null default 1,
        created_at timestamptz not null default now(),
        constraint consortium_repair check ((repair_until is not null) = (state = 'REPAIR'))
    )
    """,
    """
    create index consortium_cluster on corridor.consortium (cluster)
    """,
    """
    create index consortium_repair_until on corridor.consortium (repair_until) where repair_until is not null
    """,
    """
    create table corridor.seat (
        id uuid primary key,
        consortium uuid not null references corridor.consortium,
        member text not null,
        cluster text not null,
        role text not null check (role in ('LEAD', 'PARTNER', 'ASSOCIATE', 'ADVISER')),
        state text not null check (
            state in (
                'SHORTLISTED', 'INVITED', 'APPLIED', 'ACCEPTED', 'DECLINED', 'EXPIRED', 'REVOKED', 'LEFT', 'REMOVED'
            )
        ),
        covers text[] not null,
        invited_by text,
        expires_at timestamptz,
        version integer not null default 1,
        created_at timestamptz not null default clock_timestamp(),
        constraint seat_of unique (consortium, id),
        constraint seat_invitation check (state <> 'INVITED' or expires_at is not null)
    )
    """,
    """
    create unique index seat_open on corridor.seat (consortium, member)
        where state in ('INVITED', 'APPLIED', 'ACCEPTED')
    """,
    # Apart from the others, so that who applies does not learn that it was considered.
    """
    create unique index seat_considered on corridor.seat (consortium, member) where state = 'SHORTLISTED'
    """,
    """
    create unique index seat_lead on corridor.seat (consortium)
        where role = 'LEAD' and state in ('INVITED', 'ACCEPTED')
    """,
    """
    create index seat_member on corridor.seat (member)
    """,
    """
    create index seat_cluster on corridor.seat (cluster)
    """,
    """
    create index seat_expires on corridor.seat (expires_at) where state = 'INVITED'
    """,
    """
    create table corridor.consortium_document (
        id uuid primary key,
        consortium uuid not null references corridor.consortium,
        kind text not null check (kind in ('NDA', 'LOI', 'MOU', 'CONSORTIUM_AGREEMENT', 'BID', 'CONTRACT')),
        sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
        custodian text not null,
        created_at timestamptz not null default clock_timestamp(),
        constraint document_once unique (consortium, kind, sha256),
        constraint document_of unique (consortium, id)
    )
    """,
    """
    create table corridor.signature (
        consortium uuid not null,
        document uuid not null,
        seat uuid not null,
        method text not null check (length(method) between 1 and 50),
        signed_at timestamptz not null default now(),
        constraint signature_once primary key (document, seat),
        foreign key (consortium, document) references corridor.consortium_document (consortium, id),
        foreign key (consortium, seat) references corridor.seat (consortium, id)
    )
    """,
)


def upgrade() -> None:
    """Makes the tables: a gateway changes the states of consortia and seats, and neither their terms nor documents."""
    for statement in _TABLES:
        op.execute(statement)
    op.execute(
        "grant select, insert on corridor.opportunity, corridor.consortium, corridor.seat,"
        " corridor.consortium_document, corridor.signature to corridor_app"
    )
    op.execute("grant update (state, repair_until, version) on corridor.consortium to corridor_app")
    op.execute("grant update (state, role, covers, invited_by, expires_at, version) on corridor.seat to corridor_app")
