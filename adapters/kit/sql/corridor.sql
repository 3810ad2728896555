-- What the gateway asks of every registry, besides the city's own indexes: two normal forms of text.
-- Run once as the owner of the database, before the city's indexes.sql; running it again is harmless.
-- The same definitions stand in adapters/contract/text.py, and `corridor check` compares them.

create schema if not exists corridor;

-- Case and accents removed. Names are ordered by the bytes of this.
create or replace function corridor.fold(given text) returns text
language sql immutable strict parallel safe
return lower(regexp_replace(
    normalize(
        replace(replace(replace(replace(replace(
            translate($1, 'øØłŁ’', 'oOlL'''), 'œ', 'oe'), 'Œ', 'oe'), 'æ', 'ae'), 'Æ', 'ae'), 'ß', 'ss'),
        nfkd),
    '[\u0300-\u036f]', '', 'g'));

-- The words of a text, folded, one space between; c++, c#, f# and .net stay words, French elisions go.
create or replace function corridor.words(given text) returns text
language sql immutable strict parallel safe
return btrim(regexp_replace(
    regexp_replace(
        regexp_replace(
            regexp_replace(
                regexp_replace(corridor.fold($1), 'c\+\+', 'cplusplus', 'g'),
                '([cf])#', '\1sharp', 'g'),
            '\.net(?![[:alnum:]])', ' dotnet', 'g'),
        '(?<![[:alnum:]_])(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quoiqu)''(?=[[:alnum:]_])', '', 'g'),
    '[^[:alnum:]]+', ' ', 'g'));

-- What a search looks into: stems by the language of the text, whole words for names and languages unknown here.
create or replace function corridor.document(lang text, given text) returns tsvector
language sql immutable parallel safe
return case split_part(coalesce($1, ''), '-', 1)
    when 'fr' then to_tsvector('pg_catalog.french', corridor.words($2))
    when 'en' then to_tsvector('pg_catalog.english', corridor.words($2))
    when 'es' then to_tsvector('pg_catalog.spanish', corridor.words($2))
    else to_tsvector('pg_catalog.simple', corridor.words($2))
end;
