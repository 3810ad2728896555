select row.key, row_to_json(body_1)::text as text, coalesce(row.ref is null, false) as broken, row.member_key as subject
from (select * from city.contact('MUTUAL')) as row
cross join lateral (select 'ContactPoint'::text as "__typename", row.ref as "ref", row.name as "name", row.role as "role", row.email as "email", row.phone as "phone", row.preferred_language as "lang") as body_1
where row.key = $1::text

-- $1: 'M-1/contact-2'
