with hit as (
  select key, key collate "C" as place, max(concept) * 3 as score
  from (select pair_2.key, sought_1.weight from (select * from city.offer('CORRIDOR')) as pair_2 cross join lateral unnest(pair_2.concepts) as held_3 (concept) join unnest($1::text[], $2::integer[]) as sought_1 (concept, weight) on held_3.concept = sought_1.concept where pair_2.concepts && $1::text[]) as found (key, concept)
  group by key having max(concept) > 0
  order by score desc, place desc
)
select page.key, page.score as sort, null::text as text, false as broken, page.score as score, found_5.body::text as hits, page.owner_key as subject
from (select row.* from (select base.*, hit.place, hit.score from (select * from city.offer('CORRIDOR')) as base join hit on hit.key = base.key) as row
  order by row.score desc, row.place collate "C" desc limit 21) as page
left join lateral (select coalesce(json_agg(row_to_json(hits) order by hits.field collate "C", hits.lang collate "C", hits.concept collate "C", hits.snippet collate "C"), '[]'::json) as body from (select 'CONCEPTS', null::text, null::text, false, pair_4.value from (select) as here
cross join lateral unnest(page.concepts) as pair_4 (value) where pair_4.value = any($3::text[])) as hits (field, lang, snippet, exact, concept)) as found_5 on true
order by page.score desc, page.place collate "C" desc

-- $1: ['urn:a']
-- $2: [100]
-- $3: ['urn:a']
