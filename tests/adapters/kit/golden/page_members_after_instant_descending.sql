select page.key, (extract(epoch from page.updated_at) * 1000000)::bigint as sort, null::text as text, false as broken, null as score, null as hits
from (select row.* from (select * from city.member('CORRIDOR')) as row
where (row.updated_at, row.key collate "C") < ($1::timestamp with time zone, $2::text)
  order by row.updated_at desc, row.key collate "C" desc limit 21) as page
order by page.updated_at desc, page.key collate "C" desc

-- $1: datetime.datetime(2026, 11, 1, 0, 0, tzinfo=datetime.timezone.utc)
-- $2: 'M-7'
