"""The disclosure log: a chain of hashes that the gateway can make longer, and in no other way change."""

from alembic import op

revision = "0005"
down_revision = "0004"

_TABLES = (
    """
    create table corridor.disclosure (
        seq bigint primary key,
        at timestamptz not null,
        viewer text not null,
        viewer_class text not null,
        viewer_org text not null,
        viewer_cluster text,
        cluster text not null,
        purpose text not null,
        fields text[] not null check (cardinality(fields) > 0 and array_position(fields, null) is null),
        members text[] not null check (cardinality(members) > 0 and array_position(members, null) is null),
        basis text not null,
        previous bytea not null check (octet_length(previous) = 32),
        hash bytea not null check (octet_length(hash) = 32)
    )
    """,
    """
    create index disclosure_cluster on corridor.disclosure (cluster, seq)
    """,
    """
    create index disclosure_members on corridor.disclosure using gin (members) with (gin_pending_list_limit = 256)
    """,
    """
    create table corridor.disclosure_head (
        only_one boolean primary key default true check (only_one),
        seq bigint not null,
        at timestamptz not null,
        hash bytea not null
    )
    """,
    """
    insert into corridor.disclosure_head (seq, at, hash) values (0, '-infinity', decode(repeat('00', 32), 'hex'))
    """,
    """
    create table corridor.disclosure_checkpoint (
        seq bigint primary key,
        hash bytea not null,
        removed bigint not null check (removed > 0),
        before timestamptz not null,
        at timestamptz not null
    )
    """,
)

_PROTECTION = (
    """
    create function corridor.refuse_change() returns trigger
    language plpgsql set search_path = pg_catalog, pg_temp as $$
    begin
        if tg_op = 'DELETE' and current_setting('corridor.expiring', true) = 'on' then
            return old;
        end if;
        raise insufficient_privilege using message = 'the disclosure log is only ever added to';
    end
    $$
    """,
    """
    create trigger no_change before update or delete on corridor.disclosure
        for each row execute function corridor.refuse_change()
    """,
    """
    create trigger no_truncate before truncate on corridor.disclosure
        for each statement execute function corridor.refuse_change()
    """,
)

# A part is the length of a text in bytes, a colon and the text; a hyphen for null. A list is the part of its length,
# followed by its parts. gateway/audit/chain.py says the same in Python, and a test that both agree.
_SERIALIZATION = (
    """
    create function corridor.disclosure_part(value text) returns text language sql immutable as $$
        select coalesce(octet_length(convert_to(value, 'UTF8')) || ':' || value, '-')
    $$
    """,
    """
    create function corridor.disclosure_list(value text[]) returns text language sql immutable as $$
        select corridor.disclosure_part(cardinality(value)::text)
            || coalesce(string_agg(corridor.disclosure_part(each), '' order by place), '')
        from unnest(value) with ordinality as listed (each, place)
    $$
    """,
    """
    create function corridor.disclosure_hash(entry corridor.disclosure) returns bytea language sql immutable as $$
        select sha256(
            convert_to(
                corridor.disclosure_part('corridor-disclosure-1')
                || corridor.disclosure_part(entry.seq::text)
                || corridor.disclosure_part(((extract(epoch from entry.at) * 1000000)::bigint)::text)
                || corridor.disclosure_part(entry.viewer)
                || corridor.disclosure_part(entry.viewer_class)
                || corridor.disclosure_part(entry.viewer_org)
                || corridor.disclosure_part(entry.viewer_cluster)
                || corridor.disclosure_part(entry.cluster)
                || corridor.disclosure_part(entry.purpose)
                || corridor.disclosure_list(entry.fields)
                || corridor.disclosure_list(entry.members)
                || corridor.disclosure_part(entry.basis),
                'UTF8'
            ) || entry.previous
        )
    $$
    """,
)

# The lock on the head lasts for this one statement: no gateway that falls silent can hold up the others.
_APPEND = """
create function corridor.disclose(entries json) returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    head corridor.disclosure_head;
    next corridor.disclosure;
begin
    select * into strict head from corridor.disclosure_head for update;
    head.at := greatest(head.at, clock_timestamp());
    for next in
        select * from json_populate_recordset(null::corridor.disclosure, entries)
    loop
        head.seq := head.seq + 1;
        next.seq := head.seq;
        next.at := head.at;
        next.previous := head.hash;
        head.hash := corridor.disclosure_hash(next);
        next.hash := head.hash;
        insert into corridor.disclosure values (next.*);
    end loop;
    update corridor.disclosure_head set seq = head.seq, at = head.at, hash = head.hash;
    return head.seq;
end
$$
"""

_RETENTION = """
create function corridor.expire_disclosures(older_than timestamptz) returns bigint
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
    last corridor.disclosure;
    gone bigint;
begin
    perform from corridor.disclosure_head for update;
    select * into last from corridor.disclosure where at < older_than order by seq desc limit 1;
    if not found then
        return 0;
    end if;
    perform set_config('corridor.expiring', 'on', true);
    delete from corridor.disclosure where seq <= last.seq;
    get diagnostics gone = row_count;
    perform set_config('corridor.expiring', 'off', true);
    insert into corridor.disclosure_checkpoint (seq, hash, removed, before, at)
    values (last.seq, last.hash, gone, older_than, clock_timestamp());
    return gone;
end
$$
"""

_RIGHTS = (
    """
    revoke all on function
        corridor.refuse_change, corridor.disclosure_part, corridor.disclosure_list, corridor.disclosure_hash,
        corridor.disclose, corridor.expire_disclosures
        from public
    """,
    """
    grant execute on function corridor.disclose to corridor_app
    """,
    """
    grant select on corridor.disclosure, corridor.disclosure_head, corridor.disclosure_checkpoint to corridor_app
    """,
)


def upgrade() -> None:
    """Makes the tables, what guards them, and the two functions that may write."""
    for statement in (*_TABLES, *_PROTECTION, *_SERIALIZATION, _APPEND, _RETENTION, *_RIGHTS):
        op.execute(statement)
