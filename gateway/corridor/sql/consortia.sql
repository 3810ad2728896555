-- Whole consortia, each in the state that it is in now: an invitation past its moment has expired, and a repair past
-- its deadline has failed, also where nobody has written so yet (`due`).
--   $1 uuid[]: their keys; $2 uuid[]: keys of seats of theirs; $3 uuid[]: keys of documents of theirs
--   $4 boolean: also all those in which a member ($5, a reference) or a cluster ($6) has an open seat, and those that
--      the cluster made
--   $7 text: only those in this state; $8 uuid: only those behind this one; $9 integer: how many at most
-- The latest first.
with wanted as (
    select unnest($1::uuid[]) as id
    union
    select consortium from corridor.seat where id = any($2::uuid[])
    union
    select consortium from corridor.consortium_document where id = any($3::uuid[])
    union
    select consortium
    from corridor.seat
    where $4
        and (member = $5 or cluster = $6)
        and (state in ('APPLIED', 'ACCEPTED') or (state = 'INVITED' and expires_at > now()))
    union
    select id from corridor.consortium where $4 and cluster = $6
),
standing as (
    select
        consortium.*,
        coalesce(repair_until <= now(), false) as due
    from corridor.consortium
    join wanted using (id)
)
select
    id,
    cluster,
    title,
    lang,
    opportunity,
    target_markets,
    requirements,
    rules,
    case when due then 'DISSOLVED' else state end as state,
    due,
    repair_until,
    version,
    (
        select json_agg(
            json_build_object(
                'key', seat.id,
                'member', member,
                'cluster', seat.cluster,
                'role', role,
                'state', case when state = 'INVITED' and expires_at <= now() then 'EXPIRED' else state end,
                'due', state = 'INVITED' and expires_at <= now(),
                'covers', covers,
                'invited_by', invited_by,
                'expires_at', to_char(expires_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
                'version', seat.version
            )
            order by seat.created_at, seat.id
        )
        from corridor.seat
        where seat.consortium = standing.id
    ) as seats,
    (
        select json_agg(
            json_build_object(
                'key', document.id,
                'kind', kind,
                'sha256', sha256,
                'custodian', custodian,
                'signatures', (
                    select json_agg(
                        json_build_object(
                            'seat', seat,
                            'method', method,
                            'signed_at', to_char(signed_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
                        )
                        order by signed_at, seat
                    )
                    from corridor.signature
                    where signature.document = document.id
                )
            )
            order by document.created_at, document.id
        )
        from corridor.consortium_document as document
        where document.consortium = standing.id
    ) as documents
from standing
where ($7::text is null or case when due then 'DISSOLVED' else state end = $7)
    and ($8::uuid is null or (created_at, id) < (select created_at, id from corridor.consortium where id = $8))
order by created_at desc, id desc
limit $9
