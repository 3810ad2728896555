select programme_1.code as value, count(distinct row.key) as count from (select * from city.member('CORRIDOR')) as row
join ((select * from city.programme_member('CORRIDOR')) as pair_2 join (select * from city.programme('CORRIDOR')) as programme_1 on programme_1.key = pair_2.programme_key) on pair_2.member_key = row.key
where programme_1.code is not null
group by programme_1.code
