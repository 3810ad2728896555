select page.key, page.name_key as sort, null::text as text, false as broken, null as score, null as hits
from (select row.* from (select * from city.member('CORRIDOR')) as row
where row.sector = any($1::text[])
  and exists (select from (select * from city.capability('CORRIDOR')) as capability_1 where capability_1.member_key = row.key and capability_1.concept = any($2::text[]))
  and exists (select from (select * from city.member_target_markets('CORRIDOR')) as pair_2 where pair_2.member_key = row.key and pair_2.value = any($3::text[]))
  and exists (select from ((select * from city.programme_member('CORRIDOR')) as pair_4 join (select * from city.programme('CORRIDOR')) as programme_3 on programme_3.key = pair_4.programme_key) where pair_4.member_key = row.key and programme_3.code = any($4::text[]))
  and exists (select from (select * from city.offer('CORRIDOR')) as offer_5 where offer_5.owner_key = row.key and offer_5.modes && $5::text[])
  order by row.name_key collate "C", row.key collate "C" limit 21) as page
order by page.name_key collate "C", page.key collate "C"

-- $1: ['PRIVATE']
-- $2: ['urn:a', 'urn:b']
-- $3: ['MX']
-- $4: ['P1']
-- $5: ['LICENSING']
