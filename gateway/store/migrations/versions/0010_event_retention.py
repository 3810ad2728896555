"""Events are kept for a while: up to where they are gone is known, so that nobody takes a gap for silence."""

from alembic import op

revision = "0010"
down_revision = "0009"

_HORIZON = """
    create table corridor.event_horizon (
        one boolean primary key default true check (one),
        id bigint not null
    )
"""
# Only the oldest go, and never one of the last day, whatever a gateway asks for; few at a time, so that it takes
# little. Whoever reads the horizon in the statement that reads the events sees both or neither of what this changes.
_FORGET = """
    create function corridor.forget_events(days integer, most integer)
    returns integer
    language plpgsql security definer set search_path = pg_catalog, pg_temp
    as $$
    declare
        young timestamptz := now() - make_interval(days => greatest(days, 1));
        last bigint;
        removed integer;
    begin
        with
            oldest as materialized (
                select id, at
                from corridor.event
                order by id
                limit most
            )
        select max(id)
        into last
        from oldest
        where id < coalesce((select min(id) from oldest where at >= young), 9223372036854775807);
        if last is null then
            return 0;
        end if;
        update corridor.event_horizon set id = greatest(id, last);
        delete from corridor.event where id <= last;
        get diagnostics removed = row_count;
        return removed;
    end
    $$
"""


def upgrade() -> None:
    """Makes the horizon, which gateways can read, and what removes old events for them."""
    op.execute(_HORIZON)
    op.execute("insert into corridor.event_horizon (id) values (0)")
    op.execute(_FORGET)
    op.execute("revoke all on function corridor.forget_events from public")
    op.execute("grant execute on function corridor.forget_events to corridor_app")
    op.execute("grant select on corridor.event_horizon to corridor_app")
