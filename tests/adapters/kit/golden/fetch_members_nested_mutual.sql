select row.key, row_to_json(body_24)::text as text, coalesce(row.display_name is null or (row.headcount_min is not null and row.headcount_code is not null and row.size_band is not null and coalesce(row.headcount_min is null or row.size_band is null or row.size_band <> all('{MICRO,SMALL,MEDIUM,LARGE}'::text[]), false)) or coalesce(localized_4.broken, false) or coalesce(related_7.broken, false) or coalesce(related_16.broken, false) or coalesce(related_22.broken, false), false) as broken
from (select * from city.member('MUTUAL')) as row
left join lateral (select row_to_json(body_3) as body, coalesce(text_2.text is null or text_2.lang is null, false) as broken from (select * from city.member_text('MUTUAL')) as text_2
cross join lateral (select text_2.text as "text", text_2.lang as "lang") as body_3
  where text_2.member_key = row.key and text_2.field = 'SUMMARY'
  order by array_position($1::text[], text_2.lang), text_2.lang collate "C" limit 1) as localized_4 on true
left join lateral (select coalesce(json_agg(listed.body), '[]'::json) as body, coalesce(bool_or(listed.broken), false) as broken
  from (select row_to_json(body_6) as body, coalesce(industry_5.code is null or industry_5.system is null or industry_5.version is null or industry_5.code is null, false) as broken from (select * from city.industry('MUTUAL')) as industry_5
cross join lateral (select industry_5.code as "code", (E'\t' || '[0,' || to_json((industry_5.system || ':' || industry_5.version || ':' || industry_5.code)::text)::text || ']' || E'\t')::json as "label") as body_6
    where industry_5.member_key = row.key order by industry_5.system collate "C", industry_5.version collate "C", industry_5.code collate "C") as listed) as related_7 on true
left join lateral (select coalesce(json_agg(listed.body), '[]'::json) as body, coalesce(bool_or(listed.broken), false) as broken
  from (select row_to_json(body_15) as body, coalesce(coalesce(localized_11.broken, false) or localized_11.body is null or coalesce(related_14.broken, false), false) as broken from (select * from city.offer('MUTUAL')) as offer_8
left join lateral (select row_to_json(body_10) as body, coalesce(text_9.text is null or text_9.lang is null, false) as broken from (select * from city.offer_text('MUTUAL')) as text_9
cross join lateral (select text_9.text as "text", text_9.lang as "lang") as body_10
  where text_9.offer_key = offer_8.key and text_9.field = 'TITLE'
  order by array_position($2::text[], text_9.lang), text_9.lang collate "C" limit 1) as localized_11 on true
left join lateral (select row_to_json(body_13) as body, false as broken from (select * from city.member('MUTUAL')) as member_12
cross join lateral (select translate(encode(convert_to('Member:city:' || member_12.key, 'UTF8'), 'base64'), E'+/=\n', '-_') as "id") as body_13
  where member_12.key = offer_8.owner_key) as related_14 on true
cross join lateral (select translate(encode(convert_to('Offer:city:' || offer_8.key, 'UTF8'), 'base64'), E'+/=\n', '-_') as "id", localized_11.body as "title", related_14.body as "owner") as body_15
    where offer_8.owner_key = row.key order by offer_8.updated_at desc, offer_8.key collate "C" limit 3) as listed) as related_16 on true
left join lateral (select coalesce(json_agg(listed.body), '[]'::json) as body, coalesce(bool_or(listed.broken), false) as broken
  from (select row_to_json(body_21) as body, coalesce(programme_17.code is null or coalesce(localized_20.broken, false) or localized_20.body is null, false) as broken from ((select * from city.programme_member('MUTUAL')) as pair_23 join (select * from city.programme('MUTUAL')) as programme_17 on programme_17.key = pair_23.programme_key)
left join lateral (select row_to_json(body_19) as body, coalesce(text_18.text is null or text_18.lang is null, false) as broken from (select * from city.programme_text('MUTUAL')) as text_18
cross join lateral (select text_18.text as "text", text_18.lang as "lang") as body_19
  where text_18.programme_key = programme_17.key and text_18.field = 'NAME'
  order by array_position($3::text[], text_18.lang), text_18.lang collate "C" limit 1) as localized_20 on true
cross join lateral (select programme_17.code as "code", localized_20.body as "name") as body_21
    where pair_23.member_key = row.key order by programme_17.code collate "C", programme_17.key collate "C") as listed) as related_22 on true
cross join lateral (select row.display_name as "displayName", case when row.headcount_min is not null and row.headcount_code is not null and row.size_band is not null then (select row_to_json(body_1) from (select) as here
cross join lateral (select row.headcount_min as "min", row.size_band as "band") as body_1) end as "headcount", localized_4.body as "summary", related_7.body as "industries", related_16.body as "offers", related_22.body as "programmes") as body_24
where row.key = any($4::text[])

-- $1: ['fr-CA', 'fr', 'en', 'es']
-- $2: ['es', 'en', 'fr']
-- $3: ['en', 'fr', 'es']
-- $4: ['M-1', 'M-2']
