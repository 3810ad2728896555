select row.key, ('{' || '"kind":' || coalesce(to_json(row.kind)::text, 'null') || ',' || '"a_response_key_that_is_longer_than_any_name_that_postgres_keeps_whole":' || coalesce(to_json(row.valid_until)::text, 'null') || ',' || '"requirements":' || coalesce(to_json(related_3.body)::text, 'null') || '}')::json::text as text, coalesce(row.kind is null or row.kind <> all('{BUSINESS_REQUEST,TECHNOLOGY_REQUEST,RD_PARTNER_REQUEST,CHALLENGE,TALENT_REQUEST,FUNDING_REQUEST}'::text[]) or row.valid_until is null or coalesce(related_3.broken, false), false) as broken, row.owner_key as subject
from (select * from city.need('PRIVATE')) as row
left join lateral (select coalesce(json_agg(listed.body), '[]'::json) as body, coalesce(bool_or(listed.broken), false) as broken
  from (select row_to_json(body_2) as body, coalesce(requirement_1.concept is null or requirement_1.weight is null, false) as broken from (select * from city.requirement('PRIVATE')) as requirement_1
cross join lateral (select (E'\t' || '[0,' || to_json((requirement_1.concept)::text)::text || ']' || E'\t')::json as "concept", requirement_1.weight as "weight") as body_2
    where requirement_1.need_key = row.key order by requirement_1.key collate "C") as listed) as related_3 on true
where row.key = $1::text

-- $1: 'N-1'
