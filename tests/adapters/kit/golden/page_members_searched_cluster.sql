with hit as (
  select key, key collate "C" as place, max(word_0) + max(word_1) + max(concept) * 3 as score
  from (select text_1.member_key, case text_1.field when 'NAME' then 400 + case when strpos(lower(text_1.text), $1::text) > 0 then 40 else 0 end when 'OTHER_NAME' then 300 + case when strpos(lower(text_1.text), $1::text) > 0 then 30 else 0 end when 'SUMMARY' then 100 + case when strpos(lower(text_1.text), $1::text) > 0 then 10 else 0 end else 0 end, 0, 0 from (select * from city.member_text('CLUSTER')) as text_1 where text_1.words @@ (plainto_tsquery('pg_catalog.simple', $2::text) || plainto_tsquery('pg_catalog.english', $2::text) || plainto_tsquery('pg_catalog.french', $2::text) || plainto_tsquery('pg_catalog.spanish', $2::text))
  union all select text_2.member_key, 0, case text_2.field when 'NAME' then 400 + case when strpos(lower(text_2.text), $3::text) > 0 then 40 else 0 end when 'OTHER_NAME' then 300 + case when strpos(lower(text_2.text), $3::text) > 0 then 30 else 0 end when 'SUMMARY' then 100 + case when strpos(lower(text_2.text), $3::text) > 0 then 10 else 0 end else 0 end, 0 from (select * from city.member_text('CLUSTER')) as text_2 where text_2.words @@ (plainto_tsquery('pg_catalog.simple', $4::text) || plainto_tsquery('pg_catalog.english', $4::text) || plainto_tsquery('pg_catalog.french', $4::text) || plainto_tsquery('pg_catalog.spanish', $4::text))
  union all select capability_4.member_key, 0, 0, sought_3.weight from (select * from city.capability('CLUSTER')) as capability_4 join unnest($5::text[], $6::integer[]) as sought_3 (concept, weight) on capability_4.concept = sought_3.concept where capability_4.concept = any($5::text[])
  union all select pair_6.key, 0, 0, sought_5.weight from (select * from city.member('CLUSTER')) as pair_6 cross join lateral unnest(pair_6.interests) as held_7 (concept) join unnest($5::text[], $6::integer[]) as sought_5 (concept, weight) on held_7.concept = sought_5.concept where pair_6.interests && $5::text[]) as found (key, word_0, word_1, concept)
  group by key having max(word_0) > 0 and max(word_1) > 0 or max(concept) > 0
  order by score desc, place desc
)
select page.key, page.score as sort, row_to_json(body_8)::text as text, coalesce(page.display_name is null or page.sector is null or page.sector <> all('{PRIVATE,INSTITUTIONAL,PUBLIC}'::text[]) or page.updated_at is null or page.languages is null or page.interests is null, false) as broken, page.score as score, found_12.body::text as hits
from (select row.* from (select base.*, hit.place, hit.score from (select * from city.member('CLUSTER')) as base join hit on hit.key = base.key) as row
where row.score < $7::integer
  order by row.score desc, row.place collate "C" desc limit 21) as page
cross join lateral (select 'Member'::text as "__typename", translate(encode(convert_to('Member:city:' || page.key, 'UTF8'), 'base64'), E'+/=\n', '-_') as "id", page.display_name as "name", page.sector as "sector", (E'\t' || '[0,' || to_json(('city')::text)::text || ']' || E'\t')::json as "cluster", to_char(page.updated_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as "updatedAt", page.languages as "languages", (select coalesce(json_agg((E'\t' || '[1,' || to_json((code)::text)::text || ']' || E'\t')::json order by place), '[]'::json) from unnest(page.interests) with ordinality as listed (code, place)) as "interests") as body_8
left join lateral (select coalesce(json_agg(row_to_json(hits) order by hits.field collate "C", hits.lang collate "C", hits.concept collate "C", hits.snippet collate "C"), '[]'::json) as body from (select text_9.field, text_9.lang, regexp_replace(regexp_replace(substr(text_9.text, place.start, 160), case when place.start > 1 then '^[^ ]+ ' else '^' end, case when place.start > 1 then '… ' else '' end), case when char_length(text_9.text) >= place.start + 160 then ' [^ ]*$' else '$' end, case when char_length(text_9.text) >= place.start + 160 then ' …' else '' end), (select bool_or(strpos(lower(text_9.text), word) > 0) from unnest($10::text[]) as typed (word)), null::text from (select * from city.member_text('CLUSTER')) as text_9 cross join lateral (select greatest(coalesce(min(nullif(strpos(corridor.fold(text_9.text), word), 0)), 1) - 40, 1) as start from unnest($11::text[]) as folded (word)) as place where text_9.member_key = page.key and text_9.words @@ ((plainto_tsquery('pg_catalog.simple', $8::text) || plainto_tsquery('pg_catalog.english', $8::text) || plainto_tsquery('pg_catalog.french', $8::text) || plainto_tsquery('pg_catalog.spanish', $8::text)) || (plainto_tsquery('pg_catalog.simple', $9::text) || plainto_tsquery('pg_catalog.english', $9::text) || plainto_tsquery('pg_catalog.french', $9::text) || plainto_tsquery('pg_catalog.spanish', $9::text))) and text_9.field = any('{NAME,OTHER_NAME,SUMMARY}'::text[])
    union select 'CAPABILITIES', null::text, null::text, false, capability_10.concept from (select) as here
join (select * from city.capability('CLUSTER')) as capability_10 on capability_10.member_key = page.key where capability_10.concept = any($12::text[])
    union select 'INTERESTS', null::text, null::text, false, pair_11.value from (select) as here
cross join lateral unnest(page.interests) as pair_11 (value) where pair_11.value = any($12::text[])) as hits (field, lang, snippet, exact, concept)) as found_12 on true
order by page.score desc, page.place collate "C" desc

-- $1: 'ingénierie'
-- $2: 'ingenierie'
-- $3: 'cloud'
-- $4: 'cloud'
-- $5: ['urn:a', 'urn:b']
-- $6: [100, 60]
-- $7: 460
-- $8: 'ingenierie'
-- $9: 'cloud'
-- $10: ['ingénierie', 'cloud']
-- $11: ['ingenierie', 'cloud']
-- $12: ['urn:a', 'urn:b']
