-- Title and summary of each offer, in each language it has. "words" is written exactly as in indexes.sql.
select
    o.id::text as offer_key,
    'TITLE'::text as field,
    'es'::text as lang,
    o.titulo ->> 'es' as text,
    'es' = any(o.traduccion_automatica) as machine,
    corridor.document('es', o.titulo ->> 'es') as words
from padron.oferta o
join padron.afiliado a on a.id = o.afiliado_id
where
    o.titulo ->> 'es' is not null
    and corridor.sees(:'view', o.visibilidad)
    and o.estatus in ('publicada', 'en pausa', 'vencida')
    and corridor.sees(:'view', a.visibilidad)
    and a.estatus in ('vigente', 'suspendido')
    and a.consentimiento @> '{"intercambio_de_perfil": {"vigente": true}}'
union all
select
    o.id::text as offer_key,
    'TITLE'::text as field,
    'en'::text as lang,
    o.titulo ->> 'en' as text,
    'en' = any(o.traduccion_automatica) as machine,
    corridor.document('en', o.titulo ->> 'en') as words
from padron.oferta o
join padron.afiliado a on a.id = o.afiliado_id
where
    o.titulo ->> 'en' is not null
    and corridor.sees(:'view', o.visibilidad)
    and o.estatus in ('publicada', 'en pausa', 'vencida')
    and corridor.sees(:'view', a.visibilidad)
    and a.estatus in ('vigente', 'suspendido')
    and a.consentimiento @> '{"intercambio_de_perfil": {"vigente": true}}'
union all
select
    o.id::text as offer_key,
    'TITLE'::text as field,
    'fr'::text as lang,
    o.titulo ->> 'fr' as text,
    'fr' = any(o.traduccion_automatica) as machine,
    corridor.document('fr', o.titulo ->> 'fr') as words
from padron.oferta o
join padron.afiliado a on a.id = o.afiliado_id
where
    o.titulo ->> 'fr' is not null
    and corridor.sees(:'view', o.visibilidad)
    and o.estatus in ('publicada', 'en pausa', 'vencida')
    and corridor.sees(:'view', a.visibilidad)
    and a.estatus in ('vigente', 'suspendido')
    and a.consentimiento @> '{"intercambio_de_perfil": {"vigente": true}}'
union all
select
    o.id::text as offer_key,
    'SUMMARY'::text as field,
    'es'::text as lang,
    o.resumen ->> 'es' as text,
    'es' = any(o.traduccion_automatica) as machine,
    corridor.document('es', o.resumen ->> 'es') as words
from padron.oferta o
join padron.afiliado a on a.id = o.afiliado_id
where
    o.resumen ->> 'es' is not null
    and corridor.sees(:'view', o.visibilidad)
    and o.estatus in ('publicada', 'en pausa', 'vencida')
    and corridor.sees(:'view', a.visibilidad)
    and a.estatus in ('vigente', 'suspendido')
    and a.consentimiento @> '{"intercambio_de_perfil": {"vigente": true}}'
union all
select
    o.id::text as offer_key,
    'SUMMARY'::text as field,
    'en'::text as lang,
    o.resumen ->> 'en' as text,
    'en' = any(o.traduccion_automatica) as machine,
    corridor.document('en', o.resumen ->> 'en') as words
from padron.oferta o
join padron.afiliado a on a.id = o.afiliado_id
where
    o.resumen ->> 'en' is not null
    and corridor.sees(:'view', o.visibilidad)
    and o.estatus in ('publicada', 'en pausa', 'vencida')
    and corridor.sees(:'view', a.visibilidad)
    and a.estatus in ('vigente', 'suspendido')
    and a.consentimiento @> '{"intercambio_de_perfil": {"vigente": true}}'
union all
select
    o.id::text as offer_key,
    'SUMMARY'::text as field,
    'fr'::text as lang,
    o.resumen ->> 'fr' as text,
    'fr' = any(o.traduccion_automatica) as machine,
    corridor.document('fr', o.resumen ->> 'fr') as words
from padron.oferta o
join padron.afiliado a on a.id = o.afiliado_id
where
    o.resumen ->> 'fr' is not null
    and corridor.sees(:'view', o.visibilidad)
    and o.estatus in ('publicada', 'en pausa', 'vencida')
    and corridor.sees(:'view', a.visibilidad)
    and a.estatus in ('vigente', 'suspendido')
    and a.consentimiento @> '{"intercambio_de_perfil": {"vigente": true}}'
