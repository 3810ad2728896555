-- Texts of members, for reading and for search: one NAME each, then legal name, other names and names of establishments, then the
-- summary in each language. "words" is written exactly as in indexes.sql, so that a search uses the index.
-- A legal name that is hidden is not given away by another name of the same letters; those of establishments never repeat it.
select
    a.id::text as member_key,
    'NAME'::text as field,
    null::text as lang,
    btrim(a.nombre) as text,
    false as machine,
    corridor.document(null, btrim(a.nombre)) as words
from padron.afiliado a
where
    corridor.sees(:'view', a.visibilidad)
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
    and corridor.sees(:'view', coalesce(a.visibilidad_campos ->> 'razon_social', a.visibilidad))
    and corridor.sees(:'view', a.visibilidad)
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
    (
        corridor.sees(:'view', coalesce(a.visibilidad_campos ->> 'razon_social', a.visibilidad))
        or replace(corridor.words(o.nombre), ' ', '') is distinct from replace(corridor.words(a.razon_social), ' ', '')
    )
    and corridor.sees(:'view', a.visibilidad)
    and a.estatus in ('vigente', 'suspendido')
    and a.consentimiento @> '{"intercambio_de_perfil": {"vigente": true}}'
union all
select
    e.afiliado_id::text as member_key,
    'OTHER_NAME'::text as field,
    null::text as lang,
    e.nombre_propio as text,
    false as machine,
    corridor.document(null, e.nombre_propio) as words
from padron.establecimiento e
join padron.afiliado a on a.id = e.afiliado_id
where
    e.nombre_propio <> ''
    and corridor.sees(:'view', a.visibilidad)
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
    and corridor.sees(:'view', a.visibilidad)
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
    and corridor.sees(:'view', a.visibilidad)
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
    and corridor.sees(:'view', a.visibilidad)
    and a.estatus in ('vigente', 'suspendido')
    and a.consentimiento @> '{"intercambio_de_perfil": {"vigente": true}}'
