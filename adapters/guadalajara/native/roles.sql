-- El rol con el que lee la puerta de enlace: solo lo que las proyecciones necesitan, nunca las notas.
-- Otórguelo a la cuenta de conexión: grant corridor_reader to <cuenta>;

do $$
begin
    create role corridor_reader nologin;
exception
    when duplicate_object or unique_violation then null;
end;
$$;

grant usage on schema padron, corridor to corridor_reader;
grant execute on all functions in schema corridor to corridor_reader;

grant select on
    padron.establecimiento,
    padron.otro_nombre,
    padron.identificador,
    padron.capacidad,
    padron.oferta,
    padron.oferta_modalidad,
    padron.necesidad,
    padron.necesidad_modalidad,
    padron.necesidad_concepto,
    padron.programa,
    padron.programa_afiliado
to corridor_reader;

-- De un contacto, lo que da projections/contact.sql: en PRIVATE para el propio afiliado, en MUTUAL mientras consienta la
-- entrega_de_contacto. No celular, que es de la persona.
grant select (afiliado_id, clave, nombre, cargo, correo, telefono, idioma) on padron.contacto to corridor_reader;

grant select (id, codigo_act, cve_ent, municipio, www)
on padron.denue_unidad_economica to corridor_reader;

grant select (
    id, matriz_id, nombre, razon_social, giro, tipo_organizacion, per_ocu, codigo_comun5, anio_fundacion, municipio,
    cve_ent, sitio_web, semblanza, traduccion_automatica, idiomas, mercados, intereses, estatus, visibilidad,
    visibilidad_campos, consentimiento, actualizado
) on padron.afiliado to corridor_reader;
