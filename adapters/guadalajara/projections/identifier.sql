-- Identifier: registration numbers of a member. A member may hide the values; the scheme then stands without one.
select
    i.afiliado_id::text as member_key,
    esquema.code as scheme,
    case when coalesce(a.visibilidad_campos ->> 'identificadores', a.visibilidad) in ('público', 'corredor')
        then esquema.prefijo || i.valor end as value,
    i.digito_valido as checksum_valid,
    timezone('America/Mexico_City', i.verificado) as verified_at,
    i.verificado_por as verified_by
from padron.identificador i
join padron.afiliado a on a.id = i.afiliado_id
left join (values
    ('RFC', 'MX_RFC', ''),
    ('LEI', 'LEI', ''),
    ('ROR', 'OTHER', 'ror:'),
    ('ISIN', 'OTHER', 'isin:'),
    ('WIKIDATA', 'OTHER', 'wikidata:')
) as esquema (codigo, code, prefijo) on esquema.codigo = i.esquema
where
    a.visibilidad in ('público', 'corredor')
    and a.estatus in ('vigente', 'suspendido')
    and a.consentimiento @> '{"intercambio_de_perfil": {"vigente": true}}'
