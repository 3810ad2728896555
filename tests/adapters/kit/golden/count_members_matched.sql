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
)
select count(*) as count from candidate

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
