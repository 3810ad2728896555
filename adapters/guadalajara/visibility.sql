-- Who sees what of the padrón: the one place that says so. Run as the owner after corridor.sql; running it again is harmless.
--
-- Whoever asks, the gateway asks under a view. Every projection hands the view to corridor.sees, with the level of the row
-- (visibilidad) or of a field that has a level of its own (visibilidad_campos):
--
--   view       who asks                                        sees the levels
--   PUBLIC     anybody                                         público
--   CORRIDOR   viewers of the partner clusters                 público, corredor
--   CLUSTER    viewers of this cluster                         público, corredor, afiliados
--   MUTUAL     members that a contact is released to, by key   público, corredor, mutuo
--   PRIVATE    the member itself, by key                       all
--
-- A view or a level that is not in this list sees nothing and is not seen. Consent and the state of a membership are asked
-- for besides, under every view, in the projections.
--
-- In a projection the view is :'view', which psql fills in by itself:
--
--   \set view CORRIDOR
--   \i projections/member.sql
--
-- The view is a constant to Postgres, so that a call becomes the one comparison of its branch when a statement is planned:
-- "explain" shows (visibilidad = ANY ('{público,corredor}')) and no function. That ends where the function is no longer
-- immutable, or the reader may not execute it. PUBLIC has a list of one level: by "= 'público'" Postgres would take all levels
-- of a statement for one and the same value, try joins by it, and plan longer. A new level is a line in
-- native/codes/catalogo.csv, its place here, and its code in projections/member.sql.

create schema if not exists corridor;

create or replace function corridor.sees(view text, level text) returns boolean
language sql immutable parallel safe
return case $1
    when 'PUBLIC' then $2 = any (array['público'])
    when 'CORRIDOR' then $2 in ('público', 'corredor')
    when 'CLUSTER' then $2 in ('público', 'corredor', 'afiliados')
    when 'MUTUAL' then $2 in ('público', 'corredor', 'mutuo')
    when 'PRIVATE' then true
end;
