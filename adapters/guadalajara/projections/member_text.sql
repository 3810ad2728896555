-- Texts of members, for reading and for search: one NAME each, then legal name, other names and names of establishments, then the
-- summary in each language. "words" is written exactly as in indexes.sql, so that a search uses the index.
select
    a.id::text as member_key,
    'NAME'::text as field,
    null::text as lang,
    btrim(a.nombre) as text,
    false as machine,
    corridor.document(null, btrim(a.nombre)) as words
from padron.afiliado a
where
    a.visibilidad in ('público', 'corredor')
    and a.estatus in ('vigente', 'suspendido')
    and a.consentimiento @> '{"intercambio_de_perfil": {"vigente": true}}'
union all
select
    a.id::text as member_key,
    'OTHER_NAME'::text as field,
    null::text as lang,
    btrim(a.razon_social) as text,
    false as machine,
    corridor.document(null, btrim(a.razon_social)) as words
from padron.afiliado a
where
    a.razon_social <> ''
    and coalesce(a.visibilidad_campos ->> 'razon_social', a.visibilidad) in ('público', 'corredor')
    and a.visibilidad in ('público', 'corredor')
    and a.estatus in ('vigente', 'suspendido')
    and a.consentimiento @> '{"intercambio_de_perfil": {"vigente": true}}'
union all
select
    o.afiliado_id::text as member_key,
    'OTHER_NAME'::text as field,
    null::text as lang,
    o.nombre as text,
    false as machine,
    corridor.document(null, o.nombre) as words
from padron.otro_nombre o
join padron.afiliado a on a.id = o.afiliado_id
where
    a.visibilidad in ('público', 'corredor')
    and a.estatus in ('vigente', 'suspendido')
    and a.consentimiento @> '{"intercambio_de_perfil": {"vigente": true}}'
union all
select
    e.afiliado_id::text as member_key,
    'OTHER_NAME'::text as field,
    null::text as lang,
    btrim(u.nom_estab) as text,
    false as machine,
    corridor.document(null, btrim(u.nom_estab)) as words
from padron.establecimiento e
join padron.denue_unidad_economica u on u.id = e.unidad_id
join padron.afiliado a on a.id = e.afiliado_id
where
    btrim(u.nom_estab) <> btrim(a.nombre)
    and a.visibilidad in ('público', 'corredor')
    and a.estatus in ('vigente', 'suspendido')
    and a.consentimiento @> '{"intercambio_de_perfil": {"vigente": true}}'
union all
select
    a.id::text as member_key,
    'SUMMARY'::text as field,
    'es'::text as lang,
    a.semblanza ->> 'es' as text,
    'es' = any(a.traduccion_automatica) as machine,
    corridor.document('es', a.semblanza ->> 'es') as words
from padron.afiliado a
where
    a.semblanza ->> 'es' is not null
    and a.visibilidad in ('público', 'corredor')
    and a.estatus in ('vigente', 'suspendido')
    and a.consentimiento @> '{"intercambio_de_perfil": {"vigente": true}}'
union all
select
    a.id::text as member_key,
    'SUMMARY'::text as field,
    'en'::text as lang,
    a.semblanza ->> 'en' as text,
    'en' = any(a.traduccion_automatica) as machine,
    corridor.document('en', a.semblanza ->> 'en') as words
from padron.afiliado a
where
    a.semblanza ->> 'en' is not null
    and a.visibilidad in ('público', 'corredor')
    and a.estatus in ('vigente', 'suspendido')
    and a.consentimiento @> '{"intercambio_de_perfil": {"vigente": true}}'
union all
select
    a.id::text as member_key,
    'SUMMARY'::text as field,
    'fr'::text as lang,
    a.semblanza ->> 'fr' as text,
    'fr' = any(a.traduccion_automatica) as machine,
    corridor.document('fr', a.semblanza ->> 'fr') as words
from padron.afiliado a
where
    a.semblanza ->> 'fr' is not null
    and a.visibilidad in ('público', 'corredor')
    and a.estatus in ('vigente', 'suspendido')
    and a.consentimiento @> '{"intercambio_de_perfil": {"vigente": true}}'
