-- The keys of the expressions of interest that a viewer may know of, the latest first.
-- $1: the member that it acts for. $2: the cluster that it acts for. $3: the state. $4: only those behind this one.
-- $5: how many at most. Null stands for none, and for any state and place.
with shown as not materialized (
    select
        interest.*,
        case
            when interest.expires_at <= now() and interest.state in ('DRAFT', 'SUBMITTED', 'SCREENING', 'FORWARDED')
            then 'EXPIRED'
            else interest.state
        end as state_now
    from corridor.interest
    where interest.place < case
        when $4::uuid is null then 9223372036854775807
        else coalesce((select place from corridor.interest where id = $4), 0)
    end
)
select known.id
from (
    -- Each branch goes down an index of its own, no further than it is needed.
    (
        select shown.id, shown.place
        from shown
        where shown.sender = $1 and ($3::text is null or shown.state_now = $3)
        order by shown.place desc
        limit $5
    )
    union
    (
        select shown.id, shown.place
        from shown
        where shown.receiver = $1 and shown.arrived_at is not null and ($3::text is null or shown.state_now = $3)
        order by shown.place desc
        limit $5
    )
    union
    (
        select shown.id, shown.place
        from shown
        where shown.sender_cluster = $2 and ($3::text is null or shown.state_now = $3)
        order by shown.place desc
        limit $5
    )
    union
    (
        select shown.id, shown.place
        from shown
        where shown.receiver_cluster = $2
            and shown.submitted_at is not null
            and ($3::text is null or shown.state_now = $3)
        order by shown.place desc
        limit $5
    )
) as known
order by known.place desc
limit $5
