-- Programme: the cluster's programmes that the viewer may see.
select
    p.id::text as key,
    p.clave as code,
    p.temas as themes,
    estatus.code as status
from padron.programa p
left join (values
    ('anunciado', 'ANNOUNCED'),
    ('en marcha', 'ACTIVE'),
    ('demorado', 'DELAYED'),
    ('relanzado', 'RELAUNCHED'),
    ('concluido', 'COMPLETED'),
    ('cancelado', 'CANCELLED')
) as estatus (codigo, code) on estatus.codigo = p.estatus
where
    corridor.sees(:'view', p.visibilidad)
