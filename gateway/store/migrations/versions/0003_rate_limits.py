"""Token buckets that gateways share: what each viewer has left of its budget."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Makes the table, and the functions that are all that gateways may do with it."""
    # Unlogged: buckets that a crash empties are full again, and no write of theirs goes through the log.
    op.execute("""
        create unlogged table corridor.rate_buckets (
            key text primary key check (length(key) <= 400),
            level double precision not null,
            at timestamptz not null,
            full_at timestamptz not null
        ) with (fillfactor = 50)
    """)
    op.execute("""
        create function corridor.take_tokens(
            wanted_of text,
            burst double precision,
            per_second double precision,
            at_least double precision,
            at_most double precision,
            moment timestamptz default clock_timestamp(),
            out granted double precision,
            out remaining double precision
        )
        language plpgsql security definer set search_path = pg_catalog, pg_temp
        as $$
        declare
            bucket corridor.rate_buckets;
        begin
            loop
                insert into corridor.rate_buckets (key, level, at, full_at)
                values (wanted_of, burst, moment, moment)
                on conflict (key) do nothing;
                select * into bucket from corridor.rate_buckets where key = wanted_of for update;
                exit when found;  -- else it was purged in between
            end loop;
            moment := greatest(moment, bucket.at);
            remaining := least(burst, bucket.level + per_second * extract(epoch from moment - bucket.at));
            granted := case when remaining >= at_least then least(remaining, at_most) else 0 end;
            remaining := remaining - granted;
            update corridor.rate_buckets
            set level = remaining,
                at = moment,
                full_at = moment + make_interval(secs => (burst - remaining) / per_second)
            where key = wanted_of;
        end
        $$
    """)
    op.execute("""
        create function corridor.purge_rate_buckets(moment timestamptz default clock_timestamp())
        returns bigint
        language sql security definer set search_path = pg_catalog, pg_temp
        as $$
            with gone as (
                delete from corridor.rate_buckets
                where key in (select key from corridor.rate_buckets where full_at < moment for update skip locked)
                returning 1
            )
            select count(*) from gone
        $$
    """)
    for function in (
        "take_tokens(text, double precision, double precision, double precision, double precision, timestamptz)",
        "purge_rate_buckets(timestamptz)",
    ):
        op.execute(f"revoke all on function corridor.{function} from public")
        op.execute(f"grant execute on function corridor.{function} to corridor_app")
