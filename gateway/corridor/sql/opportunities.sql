-- Opportunities, those that close soonest first.
--   $1 uuid[]: only these; $2 text[]: only those of these clusters; $3 uuid: only those behind this one
--   $4 date: only those open on this day; $5 jsonb[]: only those whose requirements contain one of these values
--   $6 integer: how many at most
select
    id as key,
    cluster,
    kind,
    title,
    lang,
    issuer,
    market,
    requirements,
    rules,
    budget,
    currency,
    opens_on,
    closes_at,
    source_url,
    closes_at <= now() as closed
from corridor.opportunity
where ($1::uuid[] is null or id = any($1))
    and cluster = any($2::text[])
    and ($3::uuid is null or (closes_at, id) > (select closes_at, id from corridor.opportunity where id = $3))
    and ($4::date is null or (coalesce(opens_on, '-infinity') <= $4 and closes_at >= $4::timestamp at time zone 'UTC'))
    and ($5::jsonb[] is null or requirements @> any($5))
order by closes_at, id
limit $6
