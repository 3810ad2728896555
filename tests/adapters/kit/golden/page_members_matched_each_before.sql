with met as (
  select capability.member_key as key, sought.place, sought.weight, max(case capability.level when 'AWARENESS' then sought.at_awareness when 'WORKING' then sought.at_working when 'ADVANCED' then sought.at_advanced when 'EXPERT' then sought.at_expert end) as best
  from (select * from city.capability('CORRIDOR')) as capability join unnest($1::integer[], $2::integer[], $3::text[], $4::integer[], $5::integer[], $6::integer[], $7::integer[]) as sought (place, weight, concept, at_awareness, at_working, at_advanced, at_expert) on sought.concept = capability.concept
  group by capability.member_key, sought.place, sought.weight
), fitting as (
  select key, (sum(best * weight) / $8::integer)::integer as fit, array_agg(place order by place) filter (where best >= 7000) as covered
  from met
  group by key
), candidate as (
  select base.key, base.org_type, fitting.fit, fitting.covered,
    coalesce((select 10000 * count(*) / nullif(cardinality($9::text[]), 0) from unnest($9::text[]) as asked where asked = any(base.target_markets)), 0)::integer as market,
    case when exists (select from unnest(base.languages) as spoken (tag) where lower(split_part(spoken.tag, '-', 1)) = any($10::text[])) then 10000 else 0 end as language,
    greatest(10000 - 10000 * greatest($12::date - (base.updated_at at time zone 'UTC')::date, 0) / 365, 0) as freshness
  from fitting join (select * from city.member('CORRIDOR')) as base on base.key = fitting.key
  where fitting.fit > 0 and base.purposes && array['PARTNER_MATCHING'] and base.key <> all($11::text[]) and base.org_type = any($13::text[])
), answered as (
  select requirement.need_key as key, sum(requirement.weight * case requirement.min_level when 'AWARENESS' then able.at_awareness when 'WORKING' then able.at_working when 'ADVANCED' then able.at_advanced when 'EXPERT' then able.at_expert end) as met
  from (select * from city.requirement('CORRIDOR')) as requirement join unnest($14::text[], $15::integer[], $16::integer[], $17::integer[], $18::integer[]) as able (concept, at_awareness, at_working, at_advanced, at_expert) on able.concept = requirement.concept
  group by requirement.need_key
), returned as (
  select distinct on (need.owner_key) need.owner_key as key, share.reverse, case when share.reverse > 0 then need.key end as need
  from candidate join (select * from city.need('CORRIDOR')) as need on need.owner_key = candidate.key
  left join answered on answered.key = need.key
  cross join lateral (select coalesce(answered.met / nullif(sum(requirement.weight), 0), 0)::integer as reverse
    from (select * from city.requirement('CORRIDOR')) as requirement where requirement.need_key = answered.key) as share
  where need.status = 'PUBLISHED' and need.valid_until >= $19::date
  order by need.owner_key, share.reverse desc, need.key collate "C"
), working as (
  select offer.owner_key as key, (10000 * count(distinct pair_1.value) / cardinality($20::text[]))::integer as mode
  from candidate join (select * from city.offer('CORRIDOR')) as offer on offer.owner_key = candidate.key
cross join lateral unnest(offer.modes) as pair_1 (value)
  where offer.status = 'PUBLISHED' and offer.valid_until >= $21::date and pair_1.value = any($20::text[])
  group by offer.owner_key
), themed as (
  select distinct pair_2.member_key as key
  from ((select * from city.programme_member('CORRIDOR')) as pair_2 join (select * from city.programme('CORRIDOR')) as programme on programme.key = pair_2.programme_key)
cross join lateral unnest(programme.themes) as pair_3 (value)
  where pair_3.value = any($22::text[])
), total as (
  select key, max(org_type) as org_type, max(fit) as fit, max(covered) as covered, max(market) as market,
    max(language) as language, max(freshness) as freshness, coalesce(max(reverse), 0) as reverse, max(need) as need,
    max(reverse) is null as one_sided, coalesce(max(mode), 0) as mode, coalesce(max(programme), 0) as programme
  from (
    select key, org_type, fit, covered, market, language, freshness,
      null::integer as reverse, null::text as need, null::integer as mode, null::integer as programme from candidate
    union all select key, null, null, null, null, null, null, reverse, need, null, null from returned
    union all select key, null, null, null, null, null, null, null, null, mode, null from working
    union all select key, null, null, null, null, null, null, null, null, null, 10000 from themed
  ) as part
  group by key
  having max(fit) is not null
), ranked as (
  select total.*, $24::text || lpad((10000 - total.score)::text, 5, '0') || ':' || encode(sha256(convert_to($23::text || ':Member:city:' || total.key, 'UTF8')), 'hex') as sort
  from (select total.*, (60 * case when one_sided then 6 * fit / 10 else 2 * fit * reverse / (fit + reverse) end + 12 * market + 10 * mode + 8 * programme + 6 * language + 4 * freshness) / 100 as score
    from total) as total
), scored as (
  select * from (select ranked.*, row_number() over (partition by covered, org_type order by sort collate "C") as place
    from ranked) as alike
  where place <= $25::integer
)
select page.key, page.sort as sort, null::text as text, false as broken, page.score as score, null as hits
from (select base.*, best.score, best.sort, best.fit, best.reverse, best.market, best.mode, best.programme, best.language, best.freshness, best.need, best.one_sided
from (select row.* from scored as row
where (row.sort collate "C", row.key collate "C") < ($26::text, $27::text)
  order by row.sort collate "C" desc, row.key collate "C" desc limit 21) as best join (select * from city.member('CORRIDOR')) as base on base.key = best.key) as page
order by page.sort collate "C" desc, page.key collate "C" desc

-- $1: [1, 1, 2]
-- $2: [5, 5, 2]
-- $3: ['urn:cloud', 'urn:containers', 'urn:design']
-- $4: [0, 0, 6000]
-- $5: [6000, 4200, 10000]
-- $6: [10000, 7000, 10000]
-- $7: [10000, 7000, 10000]
-- $8: 7
-- $9: ['CA', 'MX']
-- $10: ['fr', 'en']
-- $11: ['M-7']
-- $12: datetime.date(2026, 11, 3)
-- $13: ['SME']
-- $14: ['urn:games', 'urn:art']
-- $15: [10000, 7000]
-- $16: [10000, 7000]
-- $17: [10000, 4200]
-- $18: [10000, 0]
-- $19: datetime.date(2026, 11, 3)
-- $20: ['JOINT_BID']
-- $21: datetime.date(2026, 11, 3)
-- $22: ['urn:games']
-- $23: '1'
-- $24: '020760:'
-- $25: 3
-- $26: '020760:04000:ab'
-- $27: 'M-3'
