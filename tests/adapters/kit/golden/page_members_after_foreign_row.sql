select page.key, page.name_key as sort, null::text as text, false as broken, null as score, null as hits
from (select row.* from (select * from city.member('CORRIDOR')) as row
where row.name_key collate "C" >= $1::text
  order by row.name_key collate "C", row.key collate "C" limit 21) as page
order by page.name_key collate "C", page.key collate "C"

-- $1: 'axtel'
