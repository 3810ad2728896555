select row.size_band as value, count(distinct row.key) as count from (select * from city.member('CORRIDOR')) as row
where row.size_band is not null
group by row.size_band
