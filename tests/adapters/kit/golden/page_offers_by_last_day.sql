select page.key, page.valid_until - date '1970-01-01' as sort, null::text as text, false as broken, null as score, null as hits, page.owner_key as subject
from (select row.* from (select * from city.offer('CORRIDOR')) as row
where row.kind = any($1::text[])
  and (row.valid_until, row.key collate "C") > ($2::date, $3::text)
  order by row.valid_until, row.key collate "C" limit 21) as page
order by page.valid_until, page.key collate "C"

-- $1: ['FACILITY_OFFER']
-- $2: datetime.date(2026, 10, 31)
-- $3: 'O-1'
