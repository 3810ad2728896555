-- The contacts of other members that are released to a member now, one for each. $1: the member. $2: the others.
select distinct on (released.other)
    released.other,
    released.id,
    released.contact,
    released.valid_until
from (
    select
        interest.receiver as other,
        interest.id,
        interest.receiver_contact as contact,
        contact_release.valid_until
    from corridor.interest
    join corridor.contact_release on contact_release.id = interest.id
    where interest.sender = $1
        and interest.receiver = any($2)
        and interest.sender_contact is not null
        and interest.receiver_contact is not null
        and contact_release.state = 'ACTIVE'
        and contact_release.valid_until > now()
    union all
    select
        interest.sender,
        interest.id,
        interest.sender_contact,
        contact_release.valid_until
    from corridor.interest
    join corridor.contact_release on contact_release.id = interest.id
    where interest.receiver = $1
        and interest.sender = any($2)
        and interest.sender_contact is not null
        and interest.receiver_contact is not null
        and contact_release.state = 'ACTIVE'
        and contact_release.valid_until > now()
) as released
order by
    released.other,
    released.valid_until desc,
    released.id
