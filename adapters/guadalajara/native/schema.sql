-- Padrón de afiliados del clúster de TIC de Guadalajara: registro de referencia, con las columnas del DENUE del INEGI.
-- Fuente de los establecimientos: INEGI, DENUE 2021-05 (transformado; véase data/PROVENANCE.txt).
-- Las fechas con hora son locales (America/Mexico_City), sin zona, como las captura la mesa de afiliación.

create schema padron;

-- Un renglón por establecimiento, tal como lo publica el INEGI: cadenas vacías en vez de nulos, todo en mayúsculas.
create table padron.denue_unidad_economica (
    id bigint primary key,
    clee text not null,
    nom_estab text not null,
    raz_social text not null,
    codigo_act text not null,
    nombre_act text not null,
    per_ocu text not null,
    tipo_vial text not null default '',
    nom_vial text not null default '',
    tipo_v_e_1 text not null default '',
    nom_v_e_1 text not null default '',
    tipo_v_e_2 text not null default '',
    nom_v_e_2 text not null default '',
    tipo_v_e_3 text not null default '',
    nom_v_e_3 text not null default '',
    numero_ext text not null default '',
    letra_ext text not null default '',
    edificio text not null default '',
    edificio_e text not null default '',
    numero_int text not null default '',
    letra_int text not null default '',
    tipo_asent text not null default '',
    nomb_asent text not null default '',
    "tipoCenCom" text not null default '',
    "nom_CenCom" text not null default '',
    num_local text not null default '',
    cod_postal text not null default '',
    cve_ent text not null,
    entidad text not null,
    cve_mun text not null,
    municipio text not null,
    cve_loc text not null default '',
    localidad text not null default '',
    ageb text not null default '',
    manzana text not null default '',
    www text not null default '',
    "tipoUniEco" text not null default '',
    latitud text not null default '',
    longitud text not null default '',
    fecha_alta text not null default ''
);

-- Las claves del padrón y lo que significan; nadie las cambia sin avisar a quien lee los datos.
create table padron.catalogo (
    lista text,
    codigo text,
    descripcion text not null,
    primary key (lista, codigo)
);

-- Una empresa es un afiliado, aunque el DENUE la repita: matriz_id señala su establecimiento principal.
create table padron.afiliado (
    id uuid primary key,
    matriz_id bigint unique references padron.denue_unidad_economica,
    nombre text not null,
    razon_social text,
    giro text not null,
    tipo_organizacion text not null,
    per_ocu text,
    codigo_comun5 text,
    anio_fundacion integer,
    municipio text,
    cve_ent text,
    sitio_web text,
    semblanza jsonb not null default '{}',
    traduccion_automatica text[] not null default '{}',
    idiomas text[] not null default '{}',
    mercados text[] not null default '{}',
    intereses text[] not null default '{}',
    estatus text not null,
    visibilidad text not null,
    visibilidad_campos jsonb not null default '{}',
    consentimiento jsonb not null default '{}',
    actualizado timestamp without time zone not null,
    notas_internas text
);

comment on column padron.afiliado.nombre is 'Nombre comercial. La captura a mano deja espacios al final.';
comment on column padron.afiliado.per_ocu is 'Personal ocupado, en las palabras del DENUE.';
comment on column padron.afiliado.codigo_comun5 is
    'Actividad de la matriz en los cinco dígitos del SCIAN comparables con Canadá; nulo si no lo son. Se asienta al afiliar.';
comment on column padron.afiliado.semblanza is 'Texto por idioma: {"es": "...", "en": "...", "fr": "..."}.';
comment on column padron.afiliado.traduccion_automatica is 'Idiomas de la semblanza traducidos por una máquina.';
comment on column padron.afiliado.visibilidad_campos is 'Nivel propio de sitio_web, razon_social o identificadores; sin él vale el del afiliado.';
comment on column padron.afiliado.consentimiento is 'Por finalidad: {"intercambio_de_perfil": {"vigente": true, "desde": "2025-03-01"}}.';

-- Los establecimientos de cada afiliado, agrupados por razón social.
create table padron.establecimiento (
    unidad_id bigint primary key references padron.denue_unidad_economica,
    afiliado_id uuid not null references padron.afiliado,
    papel text not null,
    nombre_propio text
);

comment on column padron.establecimiento.nombre_propio is
    'Nombre del establecimiento; nulo si repite el del afiliado o su razón social. Se asienta al afiliar.';

create table padron.otro_nombre (
    afiliado_id uuid not null references padron.afiliado,
    nombre text not null,
    primary key (afiliado_id, nombre)
);

create table padron.identificador (
    afiliado_id uuid not null references padron.afiliado,
    esquema text not null,
    valor text not null,
    digito_valido boolean,
    verificado timestamp without time zone,
    verificado_por text,
    primary key (afiliado_id, esquema, valor)
);

create table padron.capacidad (
    afiliado_id uuid not null references padron.afiliado,
    concepto text not null,
    nivel text not null,
    primary key (afiliado_id, concepto)
);

create table padron.oferta (
    id uuid primary key,
    afiliado_id uuid not null references padron.afiliado,
    tipo text not null,
    titulo jsonb not null,
    resumen jsonb not null default '{}',
    traduccion_automatica text[] not null default '{}',
    conceptos text[] not null default '{}',
    nivel_trl integer,
    anonima boolean not null default false,
    estatus text not null,
    visibilidad text not null,
    vigente_hasta date not null,
    actualizada timestamp without time zone not null
);

create table padron.oferta_modalidad (
    oferta_id uuid not null references padron.oferta,
    modalidad text not null,
    primary key (oferta_id, modalidad)
);

create table padron.necesidad (
    id uuid primary key,
    afiliado_id uuid not null references padron.afiliado,
    tipo text not null,
    titulo jsonb not null,
    resumen jsonb not null default '{}',
    traduccion_automatica text[] not null default '{}',
    requisitos jsonb not null default '[]',
    mercados text[] not null default '{}',
    anonima boolean not null default false,
    estatus text not null,
    visibilidad text not null,
    vigente_hasta date not null,
    actualizada timestamp without time zone not null
);

comment on column padron.necesidad.requisitos is
    'Arreglo de {"clave", "concepto", "nivel", "peso", "obligatorio"}.';

create table padron.necesidad_modalidad (
    necesidad_id uuid not null references padron.necesidad,
    modalidad text not null,
    primary key (necesidad_id, modalidad)
);

-- Qué concepto está en qué lugar de requisitos: un índice que mantienen los disparadores, porque un arreglo jsonb
-- no se puede buscar por elemento y leer por elemento a la vez.
create table padron.necesidad_concepto (
    necesidad_id uuid not null references padron.necesidad on delete cascade,
    lugar integer not null,
    concepto text not null,
    primary key (necesidad_id, lugar)
);

create function padron.indizar_requisitos() returns trigger
language plpgsql as $$
begin
    if tg_op = 'UPDATE' then
        delete from padron.necesidad_concepto
        where necesidad_id in (select id from cambiadas);
    end if;
    insert into padron.necesidad_concepto (necesidad_id, lugar, concepto)
    select c.id, r.lugar - 1, r.requisito ->> 'concepto'
    from cambiadas c
    cross join lateral jsonb_array_elements(c.requisitos) with ordinality as r (requisito, lugar);
    return null;
end;
$$;

create trigger indizar_al_insertar after insert on padron.necesidad
referencing new table as cambiadas
for each statement execute function padron.indizar_requisitos();

create trigger indizar_al_cambiar after update on padron.necesidad
referencing new table as cambiadas
for each statement execute function padron.indizar_requisitos();

create table padron.programa (
    id uuid primary key,
    clave text not null unique,
    nombre jsonb not null,
    temas text[] not null default '{}',
    estatus text not null,
    visibilidad text not null
);

create table padron.programa_afiliado (
    programa_id uuid not null references padron.programa,
    afiliado_id uuid not null references padron.afiliado,
    primary key (programa_id, afiliado_id)
);

-- Personas de contacto. Solo salen del padrón para el propio afiliado, y para quien recibe una entrega de contacto mientras
-- el afiliado la consiente (entrega_de_contacto). Como en el DENUE, lo que no se sabe es una cadena vacía.
create table padron.contacto (
    afiliado_id uuid not null references padron.afiliado,
    clave text not null,
    nombre text not null,
    cargo text not null default '',
    correo text not null default '',
    telefono text not null default '',
    idioma text not null default '',
    celular text not null default '',
    primary key (afiliado_id, clave)
);

comment on column padron.contacto.clave is 'Distingue los contactos de un afiliado; no cambia aunque cambie la persona.';
comment on column padron.contacto.telefono is 'Del trabajo, como se captura: «33 1234 5678 ext. 12», «+52 (33) 1234-5678».';
comment on column padron.contacto.idioma is 'En el que prefiere que se le escriba, como en afiliado.idiomas.';
comment on column padron.contacto.celular is 'Personal, para uso del clúster. El lector no tiene permiso y ninguna proyección lo lee.';
