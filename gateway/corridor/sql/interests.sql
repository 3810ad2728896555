-- Whole expressions of interest, each with its release and its history, as they are now: what is overdue has expired,
-- also where nobody has written so yet. $1: their keys.
select
    interest.id,
    interest.about,
    interest.anonymous,
    interest.sender,
    interest.sender_cluster,
    interest.sender_contact,
    interest.receiver,
    interest.receiver_cluster,
    interest.receiver_contact,
    interest.message,
    interest.lang,
    case
        when interest.expires_at <= now() and interest.state in ('DRAFT', 'SUBMITTED', 'SCREENING', 'FORWARDED')
        then 'EXPIRED'
        else interest.state
    end as state,
    interest.state as written,
    interest.submitted_at is not null as submitted,
    interest.arrived_at is not null as arrived,
    interest.expires_at,
    interest.version,
    case
        when contact_release.valid_until <= now() and contact_release.state = 'ACTIVE'
        then 'EXPIRED'
        else contact_release.state
    end as release_state,
    contact_release.state as release_written,
    contact_release.granted_at,
    contact_release.valid_until,
    contact_release.revoked_at,
    array(
        select row(
            transition.at,
            transition.from_state,
            transition.to_state,
            case when transition.by_role <> 'SYSTEM' then act.member end,
            case when transition.by_role <> 'SYSTEM' then act.cluster end,
            transition.by_role,
            transition.reason
        )
        from corridor.transition
        left join corridor.act on act.id = transition.act
        where transition.entity = 'ExpressionOfInterest' and transition.entity_key = interest.id
        order by transition.id
    ) as history
from corridor.interest
left join corridor.contact_release on contact_release.id = interest.id
where interest.id = any($1)
