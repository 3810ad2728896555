with hit as (
  select key, key collate "C" as place, max(word_0) as score
  from (select text_1.member_key, case text_1.field when 'NAME' then 400 + case when strpos(lower(text_1.text), $2::text) > 0 then 40 else 0 end when 'OTHER_NAME' then 300 + case when strpos(lower(text_1.text), $2::text) > 0 then 30 else 0 end when 'SUMMARY' then 100 + case when strpos(lower(text_1.text), $2::text) > 0 then 10 else 0 end else 0 end from (select * from city.member_text('CORRIDOR')) as text_1 where text_1.words @@ (plainto_tsquery('pg_catalog.simple', $3::text) || plainto_tsquery('pg_catalog.english', $3::text) || plainto_tsquery('pg_catalog.french', $3::text) || plainto_tsquery('pg_catalog.spanish', $3::text))) as found (key, word_0)
  group by key having max(word_0) > 0
)
select count(*) as count from (select base.*, hit.place, hit.score from (select * from city.member('CORRIDOR')) as base join hit on hit.key = base.key) as row
where row.sector = any($1::text[])

-- $1: ['PUBLIC']
-- $2: 'nube'
-- $3: 'nube'
