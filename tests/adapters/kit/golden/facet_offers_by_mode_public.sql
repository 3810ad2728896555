select pair_1.value as value, count(distinct row.key) as count from (select * from city.offer('PUBLIC')) as row
cross join lateral unnest(row.modes) as pair_1 (value)
where pair_1.value is not null
group by pair_1.value
