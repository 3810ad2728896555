-- Who sees what of the grappe: the one place that says so. Run once as the owner of the database, after corridor.sql and
-- before roles.sql and indexes.sql; running it again is harmless.
--
-- The gateway asks every question under a view, which it takes from who asks. Each projection hands that view to
-- corridor.sees, with the level (cod_visibilite) of the row, or of a field that has one of its own (vis_site and others):
--
--   view       who asks                                                            sees the levels
--   PUBLIC     anybody                                                             P
--   CORRIDOR   whoever may read profiles, from another cluster                     P C
--   CLUSTER    whoever may read profiles, from this cluster                        P C G
--   MUTUAL     of single members: those whose contacts are released to who asks    P C M
--   PRIVATE    of one member: the member itself                                    all
--
-- Another view or level sees nothing. Consent and membership are conditions of the projections, under every view.
--
-- The view is a constant in each statement, so Postgres replaces a call by the one comparison that counts, and finds the
-- index for it: "explain" shows no call of the function. Leave it "immutable" and one expression, or it stays a call.
-- PUBLIC is written as the others are: by "= 'P'" Postgres would take all levels of a statement for one and the same
-- value, think of joins by it, and plan three times as long.
-- A new level is a row of grappe.visibilite, its place here, and its translation in projections/member.sql.

create schema if not exists corridor;

create or replace function corridor.sees(view text, level text) returns boolean
language sql immutable parallel safe
return case $1
    when 'PUBLIC' then $2 = any (array['P'])
    when 'CORRIDOR' then $2 in ('P', 'C')
    when 'CLUSTER' then $2 in ('P', 'C', 'G')
    when 'MUTUAL' then $2 in ('P', 'C', 'M')
    when 'PRIVATE' then true
end;

-- Whether a name has the same letters as a corporate name (type M) of the same file: where that is hidden, so is the name.
-- It is asked of few rows, and stays a call: written out in the projection, it would look dear to Postgres, which then
-- reads all members for one name.
create or replace function corridor.repeats_corporate_name(file integer, name text) returns boolean
language sql stable parallel safe
return exists (
    select
    from registre.nom as corporate
    where corporate.no_dossier = $1
        and corporate.typ_nom_assuj = 'M'
        and replace(corridor.words($2), ' ', '') in (
            replace(corridor.words(corporate.nom_assuj), ' ', ''),
            replace(corridor.words(corporate.nom_assuj_lang_etrng), ' ', '')
        )
);
