select count(*) as count from (select * from city.need('CLUSTER')) as row
where exists (select from (select * from city.requirement('CLUSTER')) as requirement_1 where requirement_1.need_key = row.key and requirement_1.concept = any($1::text[]))

-- $1: ['urn:a']
