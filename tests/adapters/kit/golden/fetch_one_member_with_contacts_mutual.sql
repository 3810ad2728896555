select row.key, row_to_json(body_1)::text as text, false as broken
from (select * from city.member('MUTUAL')) as row
cross join lateral (select translate(encode(convert_to('Member:city:' || row.key, 'UTF8'), 'base64'), E'+/=\n', '-_') as "id", '[]'::json as "contacts") as body_1
where row.key = $1::text

-- $1: 'M-1'
