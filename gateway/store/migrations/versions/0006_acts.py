"""Acts: who did what, once for each key; what changed by it; and the events that tell others so."""

from alembic import op

revision = "0006"
down_revision = "0005"

_TABLES = (
    """
    create table corridor.act (
        id bigint primary key,
        at timestamptz not null default clock_timestamp(),
        actor text not null,
        actor_class text not null,
        organisation text not null,
        cluster text,
        member text,
        name text not null,
        key text check (length(key) between 1 and 200),
        digest bytea check (octet_length(digest) = 32),
        result jsonb not null,
        constraint act_key unique (actor, key),
        constraint act_digest check ((key is null) = (digest is null))
    )
    """,
    """
    create sequence corridor.act_id owned by corridor.act.id
    """,
    """
    create table corridor.transition (
        id bigint generated always as identity primary key,
        act bigint not null,
        at timestamptz not null default transaction_timestamp(),
        entity text not null,
        entity_key uuid not null,
        from_state text,
        to_state text not null,
        by text not null,
        by_role text not null,
        reason text
    )
    """,
    """
    create index transition_entity on corridor.transition (entity, entity_key, id)
    """,
    """
    create table corridor.event (
        id bigint generated always as identity primary key,
        at timestamptz not null default clock_timestamp(),
        act bigint not null,
        entity text not null,
        entity_key uuid not null,
        version integer not null,
        topics text[] not null check (cardinality(topics) > 0)
    )
    """,
    """
    create index event_topics on corridor.event using gin (topics)
    """,
)
# Events are numbered in the order in which they are committed: whoever writes one holds a lock until its transaction
# ends. So whoever has seen an event has seen all with smaller numbers, and can go on behind it.
_TELL = """
    create function corridor.tell(of_act bigint, of_entity text, of_key uuid, of_version integer, to_topics text[])
    returns bigint
    language plpgsql security definer set search_path = pg_catalog, pg_temp
    as $$
    declare
        number bigint;
    begin
        perform pg_advisory_xact_lock(x'636F727265766E74'::bigint);
        insert into corridor.event (act, entity, entity_key, version, topics)
        values (of_act, of_entity, of_key, of_version, to_topics)
        returning id into number;
        perform pg_notify('corridor_event', number::text);
        return number;
    end
    $$
"""


def upgrade() -> None:
    """Makes the tables, which gateways can read and add to, and in no other way change."""
    for statement in (*_TABLES, _TELL):
        op.execute(statement)
    op.execute("revoke all on function corridor.tell from public")
    op.execute("grant execute on function corridor.tell to corridor_app")
    op.execute("grant usage on sequence corridor.act_id to corridor_app")
    op.execute("grant select, insert on corridor.act, corridor.transition to corridor_app")
    op.execute("grant select on corridor.event to corridor_app")
