"""Expressions of interest, the releases of contacts that come of them, and how a member is forgotten."""

from alembic import op

revision = "0008"
down_revision = "0007"

_OPEN = "('DRAFT', 'SUBMITTED', 'SCREENING', 'FORWARDED')"

# The sender and the receiver are members by global ID, what it is about is a need, an offer or a member by its own. Of
# a contact there is what its owner shares it by, and nothing of what it says. A release is of one interest, under the
# same key: it has no sides of its own, so both are released or neither is.
_TABLES = (
    f"""
    create table corridor.interest (
        id uuid primary key,
        place bigint generated always as identity,
        about text not null,
        anonymous boolean not null,
        sender text not null,
        sender_cluster text not null,
        sender_contact text,
        receiver text not null,
        receiver_cluster text not null,
        receiver_contact text,
        message text check (length(message) between 1 and 2000),
        lang text not null check (length(lang) between 1 and 64),
        state text not null check (state in {_OPEN[:-1]}, 'MUTUAL', 'DECLINED', 'EXPIRED', 'WITHDRAWN')),
        submitted_at timestamptz,
        arrived_at timestamptz,
        expires_at timestamptz not null,
        version integer not null default 1,
        constraint interest_sides check (sender <> receiver),
        constraint interest_contact check (sender_contact is not null or state not in {_OPEN}),
        constraint interest_submitted check (submitted_at is not null or state in ('DRAFT', 'EXPIRED', 'WITHDRAWN')),
        constraint interest_arrived check (arrived_at is not null or state not in ('SUBMITTED', 'FORWARDED', 'MUTUAL'))
    )
    """,
    f"""
    create unique index interest_open on corridor.interest (sender, about) where state in {_OPEN}
    """,
    """
    create index interest_sender on corridor.interest (sender, place)
    """,
    """
    create index interest_receiver on corridor.interest (receiver, place)
    """,
    """
    create index interest_sender_cluster on corridor.interest (sender_cluster, place)
    """,
    """
    create index interest_receiver_cluster on corridor.interest (receiver_cluster, place)
    """,
    f"""
    create index interest_expires on corridor.interest (expires_at) where state in {_OPEN}
    """,
    """
    create table corridor.contact_release (
        id uuid primary key references corridor.interest,
        state text not null check (state in ('ACTIVE', 'REVOKED', 'EXPIRED')),
        granted_at timestamptz not null default now(),
        valid_until timestamptz not null check (valid_until > granted_at),
        revoked_at timestamptz,
        constraint contact_release_revoked check ((revoked_at is not null) = (state = 'REVOKED'))
    )
    """,
    """
    create index contact_release_ends on corridor.contact_release (valid_until) where state = 'ACTIVE'
    """,
    # What a member did, and where it stands in what was done: so that it can be forgotten without reading everything.
    """
    create index act_member on corridor.act (member) where member is not null
    """,
    """
    create index transition_by on corridor.transition (by) where by_role <> 'SYSTEM'
    """,
)

# All that names the member names the tombstone afterwards: in each column of each table, so that a table that is added
# later is not overlooked. What gateways can only add to is named one by one; of the disclosure log nothing changes.
# The tombstone is made here and from chance, so that nothing can be rewritten to what a caller likes.
_FORGET = """
    create function corridor.forget(gone text) returns text
    language plpgsql security definer set search_path = pg_catalog, pg_temp
    as $$
    declare
        reference text;
        tombstone text;
        place record;
    begin
        reference := convert_from(
            decode(
                rpad(translate(gone, '-_', '+/'), (length(gone) + 3) / 4 * 4, '='),
                'base64'
            ),
            'UTF8'
        );
        if reference !~ '^Member:[^:]+:.' or reference ~ '^Member:[^:]+\\:forgotten-' then
            raise invalid_parameter_value using message = 'only a member can be forgotten, and only once';
        end if;
        tombstone := translate(
            encode(
                convert_to(
                    'Member:' || split_part(reference, ':', 2)
                    || '\\:forgotten-' || replace(gen_random_uuid()::text, '-', ''),
                    'UTF8'
                ),
                'base64'
            ),
            E'+/=\\n',
            '-_'
        );
        perform pg_advisory_xact_lock(x'636F7272666F7267'::bigint);  -- one after the other: they share rows

        update corridor.transition set reason = null
        where reason is not null and by_role <> 'SYSTEM' and by = gone;
        update corridor.transition set by = tombstone where by_role <> 'SYSTEM' and by = gone;
        update corridor.act
        set actor = tombstone, organisation = tombstone, member = tombstone, key = null, digest = null
        where member = gone;
        update corridor.event set topics = array_replace(topics, 'Interest:' || gone, 'Interest:' || tombstone)
        where topics @> array['Interest:' || gone];
        update corridor.api_keys
        set member = tombstone, organisation = tombstone, revoked = coalesce(revoked, now())
        where member = gone;

        for place in
            select
                class.oid::regclass as held_in,
                string_agg(
                    format(
                        case
                            when attribute.atttypid = 'text'::regtype
                            then '%1$I = case when %1$I = $1 then $2 else %1$I end'
                            else '%1$I = array_replace(%1$I, $1, $2)'
                        end,
                        attribute.attname
                    ),
                    ', '
                ) as changes,
                string_agg(
                    format(
                        case
                            when attribute.atttypid = 'text'::regtype then '%1$I = $1'
                            else '%1$I @> array[$1]'
                        end,
                        attribute.attname
                    ),
                    ' or '
                ) as found
            from pg_class as class
            join pg_attribute as attribute on attribute.attrelid = class.oid
            where class.relnamespace = 'corridor'::regnamespace
                and class.relkind in ('r', 'p')
                and not class.relispartition
                and class.relname not in (
                    'act', 'transition', 'event', 'api_keys', 'documents', 'rate_buckets', 'schema_version',
                    'disclosure', 'disclosure_head', 'disclosure_checkpoint'
                )
                and attribute.attnum > 0
                and not attribute.attisdropped
                and attribute.attgenerated = ''
                and attribute.atttypid in ('text'::regtype, 'text[]'::regtype)
            group by class.oid
            order by class.relname
        loop
            execute format('update %s set %s where %s', place.held_in, place.changes, place.found)
            using gone, tombstone;
        end loop;
        return tombstone;
    end
    $$
"""


def upgrade() -> None:
    """Makes the tables: a gateway changes states, and who a sender is only by forgetting it."""
    for statement in (*_TABLES, _FORGET):
        op.execute(statement)
    op.execute("grant select, insert on corridor.interest, corridor.contact_release to corridor_app")
    op.execute(
        "grant update (about, anonymous, sender_contact, receiver, receiver_contact, message, state, submitted_at,"
        " arrived_at, expires_at, version) on corridor.interest to corridor_app"
    )
    op.execute("grant update (state, revoked_at) on corridor.contact_release to corridor_app")
    op.execute("revoke all on function corridor.forget from public")
    op.execute("grant execute on function corridor.forget to corridor_app")
