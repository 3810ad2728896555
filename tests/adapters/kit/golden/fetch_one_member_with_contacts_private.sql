select row.key, row_to_json(body_4)::text as text, coalesce(coalesce(related_3.broken, false), false) as broken
from (select * from city.member('PRIVATE')) as row
left join lateral (select coalesce(json_agg(listed.body), '[]'::json) as body, coalesce(bool_or(listed.broken), false) as broken
  from (select row_to_json(body_2) as body, coalesce(contact_1.ref is null, false) as broken from (select * from city.contact('PRIVATE')) as contact_1
cross join lateral (select 'ContactPoint'::text as "__typename", contact_1.ref as "ref", contact_1.name as "name", contact_1.role as "role", contact_1.email as "email", contact_1.phone as "phone", contact_1.preferred_language as "lang") as body_2
    where contact_1.member_key = row.key order by contact_1.ref collate "C") as listed) as related_3 on true
cross join lateral (select translate(encode(convert_to('Member:city:' || row.key, 'UTF8'), 'base64'), E'+/=\n', '-_') as "id", related_3.body as "contacts") as body_4
where row.key = $1::text

-- $1: 'M-1'
