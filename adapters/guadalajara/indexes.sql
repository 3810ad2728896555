-- The indexes that the projections in this folder are read through, and fresh statistics. Run as the owner after visibility.sql;
-- running it again is harmless. An index on an expression serves only the very same expression: change both together.


-- Members: by key, then in each order that a list may have, the key last.
create unique index if not exists afiliado_clave
    on padron.afiliado ((id::text));
create unique index if not exists afiliado_clave_orden
    on padron.afiliado ((id::text) collate "C");
create index if not exists afiliado_nombre_orden
    on padron.afiliado (corridor.fold(btrim(nombre)) collate "C", (id::text) collate "C");
create index if not exists afiliado_actualizado_orden
    on padron.afiliado (timezone('America/Mexico_City', actualizado), (id::text) collate "C");
create index if not exists afiliado_fundacion_orden
    on padron.afiliado ((anio_fundacion is null), anio_fundacion, (id::text) collate "C");
create index if not exists afiliado_fundacion_inverso
    on padron.afiliado ((anio_fundacion is not null), anio_fundacion, (id::text) collate "C");
create index if not exists afiliado_personal_orden
    on padron.afiliado (((substring(per_ocu from '^[0-9]+')::integer) is null), (substring(per_ocu from '^[0-9]+')::integer), (id::text) collate "C");
create index if not exists afiliado_personal_inverso
    on padron.afiliado (((substring(per_ocu from '^[0-9]+')::integer) is not null), (substring(per_ocu from '^[0-9]+')::integer), (id::text) collate "C");

-- Members: filters; what is a search's too, of those alone that some list may show.
create index if not exists afiliado_giro
    on padron.afiliado (giro);
create index if not exists afiliado_tipo
    on padron.afiliado (tipo_organizacion);
create index if not exists afiliado_per_ocu
    on padron.afiliado (per_ocu);
create index if not exists afiliado_actividad
    on padron.afiliado (codigo_comun5);
create index if not exists afiliado_idiomas
    on padron.afiliado using gin (idiomas);
create index if not exists afiliado_mercados
    on padron.afiliado using gin (mercados);
create index if not exists afiliado_intereses
    on padron.afiliado using gin (intereses)
    where visibilidad in ('público', 'corredor', 'afiliados')
        and estatus in ('vigente', 'suspendido')
        and consentimiento @> '{"intercambio_de_perfil": {"vigente": true}}';

-- Members: whether the viewer may see one, asked of every row that a search finds. With the level, so that the answer
-- stands in the index. Its levels are those of the widest view that lists are asked for under, CLUSTER: a narrower
-- one takes what is its own from them. The other two conditions are those of the projections.
create unique index if not exists afiliado_compartido
    on padron.afiliado (id) include (visibilidad)
    where visibilidad in ('público', 'corredor', 'afiliados')
        and estatus in ('vigente', 'suspendido')
        and consentimiento @> '{"intercambio_de_perfil": {"vigente": true}}';

-- Contacts: by their own key, and by the member's.
create unique index if not exists contacto_clave
    on padron.contacto ((afiliado_id::text || '/' || clave));
create index if not exists contacto_afiliado
    on padron.contacto ((afiliado_id::text));

-- Members: words, of those alone that some list may show.
create index if not exists afiliado_nombre_palabras
    on padron.afiliado using gin (corridor.document(null, btrim(nombre)))
    where visibilidad in ('público', 'corredor', 'afiliados')
        and estatus in ('vigente', 'suspendido')
        and consentimiento @> '{"intercambio_de_perfil": {"vigente": true}}';
create index if not exists afiliado_razon_palabras
    on padron.afiliado using gin (corridor.document(null, btrim(razon_social)))
    where visibilidad in ('público', 'corredor', 'afiliados')
        and estatus in ('vigente', 'suspendido')
        and consentimiento @> '{"intercambio_de_perfil": {"vigente": true}}';
create index if not exists otro_nombre_palabras
    on padron.otro_nombre using gin (corridor.document(null, nombre));
create index if not exists establecimiento_palabras
    on padron.establecimiento using gin (corridor.document(null, nombre_propio))
    where nombre_propio <> '';
create index if not exists afiliado_semblanza_es
    on padron.afiliado using gin (corridor.document('es', semblanza ->> 'es'))
    where visibilidad in ('público', 'corredor', 'afiliados')
        and estatus in ('vigente', 'suspendido')
        and consentimiento @> '{"intercambio_de_perfil": {"vigente": true}}';
create index if not exists afiliado_semblanza_en
    on padron.afiliado using gin (corridor.document('en', semblanza ->> 'en'))
    where visibilidad in ('público', 'corredor', 'afiliados')
        and estatus in ('vigente', 'suspendido')
        and consentimiento @> '{"intercambio_de_perfil": {"vigente": true}}';
create index if not exists afiliado_semblanza_fr
    on padron.afiliado using gin (corridor.document('fr', semblanza ->> 'fr'))
    where visibilidad in ('público', 'corredor', 'afiliados')
        and estatus in ('vigente', 'suspendido')
        and consentimiento @> '{"intercambio_de_perfil": {"vigente": true}}';

-- What belongs to a member, by the key of the member; and the filters on it.
create index if not exists otro_nombre_afiliado
    on padron.otro_nombre ((afiliado_id::text));
create index if not exists establecimiento_afiliado
    on padron.establecimiento ((afiliado_id::text));
create index if not exists identificador_afiliado
    on padron.identificador ((afiliado_id::text));
create index if not exists capacidad_afiliado
    on padron.capacidad ((afiliado_id::text));
create index if not exists programa_afiliado_afiliado
    on padron.programa_afiliado ((afiliado_id::text));
create index if not exists establecimiento_afiliado_id
    on padron.establecimiento (afiliado_id);
create index if not exists capacidad_concepto
    on padron.capacidad (concepto) include (afiliado_id);
create index if not exists programa_afiliado_programa
    on padron.programa_afiliado ((programa_id::text));
create index if not exists programa_afiliado_afiliado_id
    on padron.programa_afiliado (afiliado_id);

-- Offers: by key and owner (for the owner itself, the anonymous ones too), orders, filters; words, of those alone that some
-- list may show: so a search takes no longer, either, for a word that stands in drafts and private offers only.
create unique index if not exists oferta_clave
    on padron.oferta ((id::text));
create unique index if not exists oferta_clave_orden
    on padron.oferta ((id::text) collate "C");
create index if not exists oferta_titular
    on padron.oferta ((case when anonima then null else afiliado_id::text end));
create index if not exists oferta_titular_propio
    on padron.oferta ((afiliado_id::text));
create index if not exists oferta_afiliado_id
    on padron.oferta (afiliado_id);
create index if not exists oferta_actualizada_orden
    on padron.oferta (timezone('America/Mexico_City', actualizada), (id::text) collate "C");
create index if not exists oferta_vigencia_orden
    on padron.oferta (vigente_hasta, (id::text) collate "C");
create index if not exists oferta_tipo
    on padron.oferta (tipo);
create index if not exists oferta_conceptos
    on padron.oferta using gin (conceptos);
create index if not exists oferta_modalidad_clave
    on padron.oferta_modalidad ((oferta_id::text));
create index if not exists oferta_modalidad_modalidad
    on padron.oferta_modalidad (modalidad);
create index if not exists oferta_titulo_es
    on padron.oferta using gin (corridor.document('es', titulo ->> 'es'))
    where visibilidad in ('público', 'corredor', 'afiliados') and estatus in ('publicada', 'en pausa', 'vencida');
create index if not exists oferta_titulo_en
    on padron.oferta using gin (corridor.document('en', titulo ->> 'en'))
    where visibilidad in ('público', 'corredor', 'afiliados') and estatus in ('publicada', 'en pausa', 'vencida');
create index if not exists oferta_titulo_fr
    on padron.oferta using gin (corridor.document('fr', titulo ->> 'fr'))
    where visibilidad in ('público', 'corredor', 'afiliados') and estatus in ('publicada', 'en pausa', 'vencida');
create index if not exists oferta_resumen_es
    on padron.oferta using gin (corridor.document('es', resumen ->> 'es'))
    where visibilidad in ('público', 'corredor', 'afiliados') and estatus in ('publicada', 'en pausa', 'vencida');
create index if not exists oferta_resumen_en
    on padron.oferta using gin (corridor.document('en', resumen ->> 'en'))
    where visibilidad in ('público', 'corredor', 'afiliados') and estatus in ('publicada', 'en pausa', 'vencida');
create index if not exists oferta_resumen_fr
    on padron.oferta using gin (corridor.document('fr', resumen ->> 'fr'))
    where visibilidad in ('público', 'corredor', 'afiliados') and estatus in ('publicada', 'en pausa', 'vencida');

-- Needs: likewise.
create unique index if not exists necesidad_clave
    on padron.necesidad ((id::text));
create unique index if not exists necesidad_clave_orden
    on padron.necesidad ((id::text) collate "C");
create index if not exists necesidad_titular
    on padron.necesidad ((case when anonima then null else afiliado_id::text end));
create index if not exists necesidad_titular_propio
    on padron.necesidad ((afiliado_id::text));
create index if not exists necesidad_afiliado_id
    on padron.necesidad (afiliado_id);
create index if not exists necesidad_actualizada_orden
    on padron.necesidad (timezone('America/Mexico_City', actualizada), (id::text) collate "C");
create index if not exists necesidad_vigencia_orden
    on padron.necesidad (vigente_hasta, (id::text) collate "C");
create index if not exists necesidad_tipo
    on padron.necesidad (tipo);
create index if not exists necesidad_mercados
    on padron.necesidad using gin (mercados);
create index if not exists necesidad_modalidad_clave
    on padron.necesidad_modalidad ((necesidad_id::text));
create index if not exists necesidad_modalidad_modalidad
    on padron.necesidad_modalidad (modalidad);
create index if not exists necesidad_titulo_es
    on padron.necesidad using gin (corridor.document('es', titulo ->> 'es'))
    where visibilidad in ('público', 'corredor', 'afiliados') and estatus in ('publicada', 'en pausa', 'vencida');
create index if not exists necesidad_titulo_en
    on padron.necesidad using gin (corridor.document('en', titulo ->> 'en'))
    where visibilidad in ('público', 'corredor', 'afiliados') and estatus in ('publicada', 'en pausa', 'vencida');
create index if not exists necesidad_titulo_fr
    on padron.necesidad using gin (corridor.document('fr', titulo ->> 'fr'))
    where visibilidad in ('público', 'corredor', 'afiliados') and estatus in ('publicada', 'en pausa', 'vencida');
create index if not exists necesidad_resumen_es
    on padron.necesidad using gin (corridor.document('es', resumen ->> 'es'))
    where visibilidad in ('público', 'corredor', 'afiliados') and estatus in ('publicada', 'en pausa', 'vencida');
create index if not exists necesidad_resumen_en
    on padron.necesidad using gin (corridor.document('en', resumen ->> 'en'))
    where visibilidad in ('público', 'corredor', 'afiliados') and estatus in ('publicada', 'en pausa', 'vencida');
create index if not exists necesidad_resumen_fr
    on padron.necesidad using gin (corridor.document('fr', resumen ->> 'fr'))
    where visibilidad in ('público', 'corredor', 'afiliados') and estatus in ('publicada', 'en pausa', 'vencida');

-- Requirements of needs.
create index if not exists necesidad_concepto_clave
    on padron.necesidad_concepto ((necesidad_id::text));
create index if not exists necesidad_concepto_concepto
    on padron.necesidad_concepto (concepto);

-- Programmes.
create unique index if not exists programa_clave_texto
    on padron.programa ((id::text));
create index if not exists programa_clave_orden
    on padron.programa (clave collate "C", (id::text) collate "C");

-- The planner has to know the expressions above.
analyze padron.denue_unidad_economica;
analyze padron.afiliado;
analyze padron.establecimiento;
analyze padron.otro_nombre;
analyze padron.identificador;
analyze padron.capacidad;
analyze padron.oferta;
analyze padron.oferta_modalidad;
analyze padron.necesidad;
analyze padron.necesidad_modalidad;
analyze padron.necesidad_concepto;
analyze padron.programa;
analyze padron.programa_afiliado;
