select page.key, page.founded as sort, null::text as text, false as broken, null as score, null as hits
from (select row.* from (select * from city.member('CORRIDOR')) as row
where ((row.founded is null and row.key collate "C" > $1::text) or not row.founded is null)
  order by (row.founded is not null), row.founded, row.key collate "C" limit 21) as page
order by (page.founded is not null), page.founded, page.key collate "C"

-- $1: 'M-7'
