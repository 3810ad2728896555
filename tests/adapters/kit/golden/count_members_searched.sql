with hit as (
  select key, max(word_0) + max(concept) * 3 as score
  from (select text_1.member_key, case text_1.field when 'NAME' then 400 + case when strpos(lower(text_1.text), $4::text) > 0 then 40 else 0 end when 'OTHER_NAME' then 300 + case when strpos(lower(text_1.text), $4::text) > 0 then 30 else 0 end when 'SUMMARY' then 100 + case when strpos(lower(text_1.text), $4::text) > 0 then 10 else 0 end else 0 end, 0 from (select * from city.member_text) as text_1 where text_1.words @@ (plainto_tsquery('pg_catalog.simple', $5::text) || plainto_tsquery('pg_catalog.english', $5::text) || plainto_tsquery('pg_catalog.french', $5::text) || plainto_tsquery('pg_catalog.spanish', $5::text))
  union all select capability_3.member_key, 0, sought_2.weight from (select * from city.capability) as capability_3 join unnest($2::text[], $3::integer[]) as sought_2 (concept, weight) on capability_3.concept = sought_2.concept where capability_3.concept = any($2::text[])
  union all select pair_5.key, 0, sought_4.weight from (select * from city.member) as pair_5 join unnest($2::text[], $3::integer[]) as sought_4 (concept, weight) on pair_5.interests @> array[sought_4.concept] where pair_5.interests && $2::text[]) as found (key, word_0, concept)
  group by key having (max(word_0) > 0) or max(concept) > 0
)
select count(*) as count from (select base.*, hit.score from (select * from city.member) as base join hit on hit.key = base.key) as row
where row.sector = any($1::text[])

-- $1: ['PUBLIC']
-- $2: []
-- $3: []
-- $4: 'nube'
-- $5: 'nube'
