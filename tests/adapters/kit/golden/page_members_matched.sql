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
  where fitting.fit > 0 and base.purposes && array['PARTNER_MATCHING'] and base.key <> all($11::text[])
), answered as (
  select requirement.need_key as key, sum(requirement.weight * case requirement.min_level when 'AWARENESS' then able.at_awareness when 'WORKING' then able.at_working when 'ADVANCED' then able.at_advanced when 'EXPERT' then able.at_expert end) as met
  from (select * from city.requirement('CORRIDOR')) as requirement join unnest($13::text[], $14::integer[], $15::integer[], $16::integer[], $17::integer[]) as able (concept, at_awareness, at_working, at_advanced, at_expert) on able.concept = requirement.concept
  group by requirement.need_key
), returned as (
  select distinct on (need.owner_key) need.owner_key as key, share.reverse, case when share.reverse > 0 then need.key end as need
  from candidate join (select * from city.need('CORRIDOR')) as need on need.owner_key = candidate.key
  left join answered on answered.key = need.key
  cross join lateral (select coalesce(answered.met / nullif(sum(requirement.weight), 0), 0)::integer as reverse
    from (select * from city.requirement('CORRIDOR')) as requirement where requirement.need_key = answered.key) as share
  where need.status = 'PUBLISHED' and need.valid_until >= $18::date
  order by need.owner_key, share.reverse desc, need.key collate "C"
), working as (
  select offer.owner_key as key, (10000 * count(distinct pair_1.value) / cardinality($19::text[]))::integer as mode
  from candidate join (select * from city.offer('CORRIDOR')) as offer on offer.owner_key = candidate.key
cross join lateral unnest(offer.modes) as pair_1 (value)
  where offer.status = 'PUBLISHED' and offer.valid_until >= $20::date and pair_1.value = any($19::text[])
  group by offer.owner_key
), themed as (
  select distinct pair_2.member_key as key
  from ((select * from city.programme_member('CORRIDOR')) as pair_2 join (select * from city.programme('CORRIDOR')) as programme on programme.key = pair_2.programme_key)
cross join lateral unnest(programme.themes) as pair_3 (value)
  where pair_3.value = any($21::text[])
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
  select total.*, $23::text || lpad((10000 - total.score)::text, 5, '0') || ':' || encode(sha256(convert_to($22::text || ':Member:city:' || total.key, 'UTF8')), 'hex') as sort
  from (select total.*, (60 * case when one_sided then 6 * fit / 10 else 2 * fit * reverse / (fit + reverse) end + 12 * market + 10 * mode + 8 * programme + 6 * language + 4 * freshness) / 100 as score
    from total) as total
), scored as (
  select * from ranked
)
select page.key, page.sort as sort, row_to_json(body_4)::text as text, coalesce(page.display_name is null, false) as broken, page.score as score, json_build_object('requirements', met_5.body, 'fit', page.fit, 'reverse', page.reverse, 'market', page.market, 'mode', page.mode, 'programme', page.programme, 'language', page.language, 'freshness', page.freshness, 'oneSided', page.one_sided, 'need', page.need, 'orgType', page.org_type, 'country', page.country)::text as hits
from (select base.*, best.score, best.sort, best.fit, best.reverse, best.market, best.mode, best.programme, best.language, best.freshness, best.need, best.one_sided
from (select row.* from scored as row
  order by row.sort collate "C", row.key collate "C" limit 21) as best join (select * from city.member('CORRIDOR')) as base on base.key = best.key) as page
cross join lateral (select translate(encode(convert_to('Member:city:' || page.key, 'UTF8'), 'base64'), E'+/=\n', '-_') as "id", page.display_name as "name") as body_4
cross join lateral (select coalesce(json_agg(json_build_object('key', ($31::text[])[best.place], 'best', best.points, 'concept', best.concept, 'level', best.level, 'covers', best.points >= 7000) order by best.place), '[]'::json) as body
  from (select distinct on (held.place) held.*
    from (select sought.place, case capability_6.level when 'AWARENESS' then sought.at_awareness when 'WORKING' then sought.at_working when 'ADVANCED' then sought.at_advanced when 'EXPERT' then sought.at_expert end as points, capability_6.concept, capability_6.level
      from (select * from city.capability('CORRIDOR')) as capability_6 join unnest($24::integer[], $25::integer[], $26::text[], $27::integer[], $28::integer[], $29::integer[], $30::integer[]) as sought (place, weight, concept, at_awareness, at_working, at_advanced, at_expert) on sought.concept = capability_6.concept where capability_6.member_key = page.key) as held
    where held.points > 0
    order by held.place, held.points desc, held.concept collate "C", held.level collate "C") as best) as met_5
order by page.sort collate "C", page.key collate "C"

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
-- $13: ['urn:games', 'urn:art']
-- $14: [10000, 7000]
-- $15: [10000, 7000]
-- $16: [10000, 4200]
-- $17: [10000, 0]
-- $18: datetime.date(2026, 11, 3)
-- $19: ['JOINT_BID']
-- $20: datetime.date(2026, 11, 3)
-- $21: ['urn:games']
-- $22: '1'
-- $23: '020760:'
-- $24: [1, 1, 2]
-- $25: [5, 5, 2]
-- $26: ['urn:cloud', 'urn:containers', 'urn:design']
-- $27: [0, 0, 6000]
-- $28: [6000, 4200, 10000]
-- $29: [10000, 7000, 10000]
-- $30: [10000, 7000, 10000]
-- $31: ['1', '2']
