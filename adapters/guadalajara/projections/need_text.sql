-- Title and summary of each need, in each language it has. "words" is written exactly as in indexes.sql.
select
    n.id::text as need_key,
    'TITLE'::text as field,
    'es'::text as lang,
    n.titulo ->> 'es' as text,
    'es' = any(n.traduccion_automatica) as machine,
    corridor.document('es', n.titulo ->> 'es') as words
from padron.necesidad n
join padron.afiliado a on a.id = n.afiliado_id
where
    n.titulo ->> 'es' is not null
    and corridor.sees(:'view', n.visibilidad)
    and n.estatus in ('publicada', 'en pausa', 'vencida')
    and corridor.sees(:'view', a.visibilidad)
    and a.estatus in ('vigente', 'suspendido')
    and a.consentimiento @> '{"intercambio_de_perfil": {"vigente": true}}'
union all
select
    n.id::text as need_key,
    'TITLE'::text as field,
    'en'::text as lang,
    n.titulo ->> 'en' as text,
    'en' = any(n.traduccion_automatica) as machine,
    corridor.document('en', n.titulo ->> 'en') as words
from padron.necesidad n
join padron.afiliado a on a.id = n.afiliado_id
where
    n.titulo ->> 'en' is not null
    and corridor.sees(:'view', n.visibilidad)
    and n.estatus in ('publicada', 'en pausa', 'vencida')
    and corridor.sees(:'view', a.visibilidad)
    and a.estatus in ('vigente', 'suspendido')
    and a.consentimiento @> '{"intercambio_de_perfil": {"vigente": true}}'
union all
select
    n.id::text as need_key,
    'TITLE'::text as field,
    'fr'::text as lang,
    n.titulo ->> 'fr' as text,
    'fr' = any(n.traduccion_automatica) as machine,
    corridor.document('fr', n.titulo ->> 'fr') as words
from padron.necesidad n
join padron.afiliado a on a.id = n.afiliado_id
where
    n.titulo ->> 'fr' is not null
    and corridor.sees(:'view', n.visibilidad)
    and n.estatus in ('publicada', 'en pausa', 'vencida')
    and corridor.sees(:'view', a.visibilidad)
    and a.estatus in ('vigente', 'suspendido')
    and a.consentimiento @> '{"intercambio_de_perfil": {"vigente": true}}'
union all
select
    n.id::text as need_key,
    'SUMMARY'::text as field,
    'es'::text as lang,
    n.resumen ->> 'es' as text,
    'es' = any(n.traduccion_automatica) as machine,
    corridor.document('es', n.resumen ->> 'es') as words
from padron.necesidad n
join padron.afiliado a on a.id = n.afiliado_id
where
    n.resumen ->> 'es' is not null
    and corridor.sees(:'view', n.visibilidad)
    and n.estatus in ('publicada', 'en pausa', 'vencida')
    and corridor.sees(:'view', a.visibilidad)
    and a.estatus in ('vigente', 'suspendido')
    and a.consentimiento @> '{"intercambio_de_perfil": {"vigente": true}}'
union all
select
    n.id::text as need_key,
    'SUMMARY'::text as field,
    'en'::text as lang,
    n.resumen ->> 'en' as text,
    'en' = any(n.traduccion_automatica) as machine,
    corridor.document('en', n.resumen ->> 'en') as words
from padron.necesidad n
join padron.afiliado a on a.id = n.afiliado_id
where
    n.resumen ->> 'en' is not null
    and corridor.sees(:'view', n.visibilidad)
    and n.estatus in ('publicada', 'en pausa', 'vencida')
    and corridor.sees(:'view', a.visibilidad)
    and a.estatus in ('vigente', 'suspendido')
    and a.consentimiento @> '{"intercambio_de_perfil": {"vigente": true}}'
union all
select
    n.id::text as need_key,
    'SUMMARY'::text as field,
    'fr'::text as lang,
    n.resumen ->> 'fr' as text,
    'fr' = any(n.traduccion_automatica) as machine,
    corridor.document('fr', n.resumen ->> 'fr') as words
from padron.necesidad n
join padron.afiliado a on a.id = n.afiliado_id
where
    n.resumen ->> 'fr' is not null
    and corridor.sees(:'view', n.visibilidad)
    and n.estatus in ('publicada', 'en pausa', 'vencida')
    and corridor.sees(:'view', a.visibilidad)
    and a.estatus in ('vigente', 'suspendido')
    and a.consentimiento @> '{"intercambio_de_perfil": {"vigente": true}}'
