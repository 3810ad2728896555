"""Mistakes of every kind that can be made in a city's folder or database, and what has to be said of each."""

from dataclasses import dataclass

from adapters.kit.check import Status

__all__ = ["MISTAKES", "Mistake"]

OWNER = "case when o.anonima and :'view' <> 'PRIVATE' then null else o.afiliado_id::text end as owner_key"
SEES = "corridor.sees(:'view', a.visibilidad)"
WEBSITE = "case when corridor.sees(:'view', coalesce(a.visibilidad_campos ->> 'sitio_web', a.visibilidad))"
FUNCTION = (
    "create or replace function corridor.sees(view text, level text) returns boolean language {language} immutable"
)


@dataclass(frozen=True)
class Mistake:
    """What is done to the copy, and what has to be said of it.

    ``file`` has ``old`` replaced by ``new`` in it; ``sql`` is run in the database as its owner. ``check``
    is the check that fails, with all of ``said`` in one of its sentences; ``promise`` is that of the suite.
    """

    name: str
    check: str
    said: tuple[str, ...]
    promise: str = ""
    file: str = ""
    old: str = ""
    new: str = ""
    sql: str = ""
    status: Status = Status.FAIL


MISTAKES = (
    Mistake(
        "sort key not folded",
        "sort key",
        ("projections/member.sql line", "name_key is not the folded display_name", "corridor.fold"),
        promise="sort_keys_are_folded",
        file="member",
        old="corridor.fold(btrim(a.nombre)) as name_key",
        new="lower(a.nombre) as name_key",
    ),
    Mistake(
        "index in the city's own collation",
        "index",
        ("padron.afiliado is sorted whole", "name_key", 'collate "C"'),
        sql="""
            drop index padron.afiliado_nombre_orden;
            create index afiliado_nombre_orden on padron.afiliado (corridor.fold(btrim(nombre)), (id::text));
        """,
    ),
    Mistake(
        "code without translation",
        "nulls",
        ("org_type is null in", "such as key", "add it to the list of values", "STARTUP"),
        promise="required_columns_are_filled",
        file="member",
        old="    ('PYME', 'SME'),\n",
        new="",
    ),
    Mistake(
        "code without translation in a list",
        "codes",
        ("projections/offer.sql line", "modes holds null in a list", "add it to the list of values"),
        promise="codes_are_known",
        file="offer",
        old="            ('licencia', 'LICENSING'),\n",
        new="",
    ),
    Mistake(
        "code without translation in a group",
        "groups",
        ("size_band is null in", "headcount_code", "such as key"),
        promise="groups_are_whole",
        file="member",
        old="            ('6 a 10 personas', 'MICRO'),\n",
        new="",
    ),
    Mistake(
        "code that the contract does not have",
        "codes",
        ("org_type holds 'PYME'", "no code of the contract", "Translate it to one of STARTUP, SME"),
        promise="codes_are_known",
        file="member",
        old="('PYME', 'SME')",
        new="('PYME', 'PYME')",
    ),
    Mistake(
        "missing column",
        "columns",
        ("projections/member.sql", "the column founded (integer) is missing", "as founded"),
        file="member",
        old="    a.anio_fundacion as founded,\n",
        new="",
    ),
    Mistake(
        "mistyped column",
        "columns",
        ("projections/member.sql line 27", "founded is text, the contract has integer", "::integer as founded"),
        file="member",
        old="a.anio_fundacion as founded",
        new="a.anio_fundacion::text as founded",
    ),
    Mistake(
        "native column renamed",
        "columns",
        ("projections/member.sql does not run", "anio_fundacion", "write its present name"),
        sql="alter table padron.afiliado rename column anio_fundacion to fundada",
    ),
    Mistake(
        "extra column",
        "columns",
        ("the contract has no column fundada", "Take it out"),
        file="member",
        old="    a.anio_fundacion as founded,\n",
        new="    a.anio_fundacion as founded,\n    a.anio_fundacion as fundada,\n",
        status=Status.WARN,
    ),
    Mistake(
        "duplicate key",
        "keys",
        ("projections/member.sql line", "stand for more than one row", "A join repeats the row"),
        promise="keys_are_unique",
        file="member",
        old="left join padron.denue_unidad_economica u on u.id = a.matriz_id\n",
        new="left join padron.denue_unidad_economica u on u.id = a.matriz_id\ncross join generate_series(1, 2)\n",
    ),
    Mistake(
        "unstable order",
        "stability",
        ("projections/offer.sql line", "updated_at change from one read to the next"),
        file="offer",
        old="timezone('America/Mexico_City', o.actualizada) as updated_at",
        new="o.actualizada at time zone 'UTC' + random() * interval '1 hour' as updated_at",
    ),
    Mistake(
        "nested list without an order",
        "nested order",
        ("projections/identifier.sql", "scheme, value, verified_at", "their order is chance"),
        promise="lists_have_one_order",
        file="identifier",
        old="    case when nivel.visto then i.verificado_por end as verified_by\nfrom padron.identificador i\n",
        new="    n::text as verified_by\nfrom padron.identificador i\ncross join generate_series(1, 2) as n\n",
    ),
    Mistake(
        "private member served",
        "privacy",
        (
            "projections/member.sql",
            "rows that are PRIVATE would be served as PUBLIC",
            "Leave them out in the where clause",
        ),
        promise="only_shared_rows_are_served",
        file="member",
        old=f"    {SEES}\n",
        new=f"    ({SEES} or a.visibilidad = 'privado')\n",
    ),
    Mistake(
        "draft served",
        "privacy",
        ("projections/offer.sql", "rows that are DRAFT would be served"),
        promise="only_shared_rows_are_served",
        file="offer",
        old="o.estatus in ('publicada'",
        new="o.estatus in ('borrador', 'publicada'",
    ),
    Mistake(
        "private offer served",
        "languages",
        ("projections/offer_text.sql", "no TITLE for"),
        promise="one_text_for_each_language",
        file="offer",
        old="    corridor.sees(:'view', o.visibilidad)\n    and ",
        new="    ",
    ),
    Mistake(
        "owner of an anonymous offer named",
        "privacy",
        ("projections/offer.sql line", "anonymous rows name their owner", "such as key"),
        promise="anonymous_postings_hide_their_owner",
        file="offer",
        old=OWNER,
        new="o.afiliado_id::text as owner_key",
    ),
    Mistake(
        "capabilities of members who are not served",
        "links",
        (
            "projections/capability.sql line",
            "belong to a member that projections/member.sql",
            "Put the same conditions on both",
        ),
        promise="links_end_at_rows",
        file="capability",
        old=f"    {SEES}\n    and ",
        new="    ",
    ),
    Mistake(
        "contact without a column",
        "columns",
        (
            "projections/contact.sql: the column preferred_language (text) is missing",
            "null::text as preferred_language",
        ),
        file="contact",
        old=" as phone,\n    nullif(btrim(c.idioma), '') as preferred_language",
        new=" as phone",
    ),
    Mistake(
        "two contacts with one key",
        "keys",
        ("projections/contact.sql line", "keys stand for more than one row"),
        promise="keys_are_unique",
        file="contact",
        old="c.afiliado_id::text || '/' || c.clave as key",
        new="c.afiliado_id::text || '/contacto-1' as key",
    ),
    Mistake(
        "key of a contact without its reference",
        "contacts",
        ("projections/contact.sql line", "keys are not that of the member, a slash and ref"),
        promise="contacts_are_in_form",
        file="contact",
        old="c.clave as ref",
        new="upper(c.clave) as ref",
    ),
    Mistake(
        "telephone number as it was written",
        "contacts",
        ("projections/contact.sql line", "phone has not the form of the contract in", "+15145550100", "give null"),
        promise="contacts_are_in_form",
        file="contact",
        old="'+52' || right(marcado.numero, 10)",
        new="c.telefono",
    ),
    Mistake(
        "e-mail address that is none",
        "contacts",
        ("projections/contact.sql line", "email has not the form of the contract in", "one @ and no space"),
        promise="contacts_are_in_form",
        sql="update padron.contacto set correo = replace(correo, '@', ' en ')",
    ),
    Mistake(
        "language that is no tag",
        "contacts",
        ("projections/contact.sql line", "'español' is no language tag", "BCP 47"),
        promise="contacts_are_in_form",
        sql="update padron.contacto set idioma = 'español' where idioma = 'es-MX'",
    ),
    Mistake(
        "contacts shown to everybody who sees the member",
        "contacts",
        ("contacts would be served as CORRIDOR", "Ask corridor.sees for the level that MUTUAL and PRIVATE see"),
        promise="contacts_need_a_release",
        file="contact",
        old="corridor.sees(:'view', 'mutuo')",
        new="corridor.sees(:'view', 'corredor')",
    ),
    Mistake(
        "contacts released without consent",
        "contacts",
        ("contacts would be released without the member's consent", "every view but PRIVATE"),
        promise="contacts_need_a_release",
        file="contact",
        old="(:'view' = 'PRIVATE' or a.consentimiento @> '{\"entrega_de_contacto\": {\"vigente\": true}}')",
        new="true",
    ),
    Mistake(
        "contacts of members who are not seen",
        "contacts",
        ("contacts are of a member that projections/member.sql", "as MUTUAL", "Put the same conditions on both"),
        file="contact",
        old=f"    and {SEES}\n",
        new="",
    ),
    Mistake(
        "no index for the key of a contact",
        "index",
        ("padron.contacto is read from end to end", "key of projections/contact.sql line"),
        sql="drop index padron.contacto_clave",
    ),
    Mistake(
        "no index for an order",
        "index",
        ("padron.oferta is sorted whole", "valid_until", "indexes.sql has no index in the order of"),
        sql="drop index padron.oferta_vigencia_orden",
    ),
    Mistake(
        "no index for a filter",
        "index",
        ("padron.oferta is read from end to end", "conceptos", "concepts of projections/offer.sql line"),
        sql="drop index padron.oferta_conceptos",
    ),
    Mistake(
        "no index for a match",
        "index",
        ("padron.necesidad is read from end to end", "-- no index: match of member"),
        sql="drop index padron.necesidad_titular",
    ),
    Mistake(
        "no index for words",
        "index",
        ("padron.afiliado is read from end to end", "semblanza", "projections/member_text.sql"),
        sql="drop index padron.afiliado_semblanza_es",
    ),
    Mistake(
        "no index for a key",
        "index",
        ("padron.oferta is read from end to end", "key of projections/offer.sql line"),
        sql="drop index padron.oferta_clave; drop index padron.oferta_clave_orden",
    ),
    Mistake(
        "native schema drifted",
        "drift",
        ("correo (text) is new", "--record"),
        sql="alter table padron.afiliado add column correo text",
        status=Status.WARN,
    ),
    Mistake(
        "another corridor.fold",
        "text forms",
        ("corridor.fold is not that of the contract", "corridor.sql"),
        sql="create or replace function corridor.fold(given text) returns text language sql immutable strict"
        " parallel safe return lower($1)",
    ),
    Mistake(
        "no function of levels",
        "levels",
        ("there are 0 functions corridor.sees", "visibility.sql as the owner"),
        sql="drop function corridor.sees",
    ),
    Mistake(
        "level that a wider view does not see",
        "levels",
        ("visibility.sql: PUBLIC sees afiliados, and CORRIDOR does not", "A wider view sees all"),
        sql=FUNCTION.format(language="sql")
        + " return case $1 when 'PUBLIC' then $2 in ('público', 'afiliados') when 'PRIVATE' then true"
        " else $2 in ('público', 'corredor') end",
    ),
    Mistake(
        "view that there is not",
        "levels",
        ("a view that there is not sees something", "leave out else"),
        sql=FUNCTION.format(language="sql")
        + " return case $1 when 'PUBLIC' then $2 = 'público' when 'PRIVATE' then true"
        " else $2 in ('público', 'corredor') end",
    ),
    Mistake(
        "function of levels that stays a call",
        "views",
        ("projections/member.sql: the database calls corridor.sees for every row", "one immutable expression"),
        sql=FUNCTION.format(language="plpgsql")
        + " as $$ begin return case $1 when 'PUBLIC' then $2 = 'público' when 'CORRIDOR' then $2 in ('público',"
        " 'corredor') when 'CLUSTER' then $2 in ('público', 'corredor', 'afiliados') when 'MUTUAL' then $2 in"
        " ('público', 'corredor', 'mutuo') when 'PRIVATE' then true end; end $$",
    ),
    Mistake(
        "value that a wider view does not see",
        "views",
        ("projections/member.sql", "rows are seen as PUBLIC and not, or otherwise, as CORRIDOR"),
        file="member",
        old=WEBSITE,
        new="case when :'view' = 'PUBLIC'",
    ),
    Mistake(
        "projection that asks for no view",
        "views",
        ("projections/programme.sql does not ask for the view", "corridor.sees(:'view', ...)"),
        file="programme",
        old="corridor.sees(:'view', p.visibilidad)",
        new="p.visibilidad in ('público', 'corredor')",
    ),
    Mistake(
        "view without its quotes",
        "columns",
        ("projections/programme.sql does not run", "The viewer's view is written :'view', quotes and all"),
        file="programme",
        old=":'view'",
        new=":view",
    ),
    Mistake(
        "nothing mapped",
        "unmapped",
        ("projections/member.sql line", "website is null in every row"),
        file="member",
        old=f"{WEBSITE}\n        then sitio.url end as website",
        new="null::text as website",
        status=Status.WARN,
    ),
)
