-- The name of each programme, in each language it has. Programmes are not searched by words.
select
    p.id::text as programme_key,
    'NAME'::text as field,
    'es'::text as lang,
    p.nombre ->> 'es' as text,
    false as machine,
    null::tsvector as words
from padron.programa p
where
    p.nombre ->> 'es' is not null
    and corridor.sees(:'view', p.visibilidad)
union all
select
    p.id::text as programme_key,
    'NAME'::text as field,
    'en'::text as lang,
    p.nombre ->> 'en' as text,
    false as machine,
    null::tsvector as words
from padron.programa p
where
    p.nombre ->> 'en' is not null
    and corridor.sees(:'view', p.visibilidad)
union all
select
    p.id::text as programme_key,
    'NAME'::text as field,
    'fr'::text as lang,
    p.nombre ->> 'fr' as text,
    false as machine,
    null::tsvector as words
from padron.programa p
where
    p.nombre ->> 'fr' is not null
    and corridor.sees(:'view', p.visibilidad)
