"""What a city's folder of SELECTs has to give: projections, columns, codes."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from adapters.contract.catalogue import CATALOGUE, path_of
from adapters.contract.objects import Kind, Object
from adapters.kit.columns import OPTIONAL, PROJECTIONS, Column
from reference_pages.markdown import SCHEMA, camel, said, table

__all__ = ["codes", "optional_projections", "projections"]

_PLAIN: Mapping[str, str] = {
    "key": "The row's own key: stable, unique, never a tax or business number. Part of the global ID; breaks ties.",
    "member_key": "The `key` of the member it belongs to.",
    "offer_key": "The `key` of the offer it belongs to.",
    "need_key": "The `key` of the need it belongs to.",
    "programme_key": "The `key` of the programme.",
    "owner_key": "The `key` of the member behind it; null where it is anonymous.",
    "name_key": "`corridor.fold(display_name)`: what the order NAME compares, byte by byte.",
    "field": "Which text it is: see above.",
    "lang": "The language of the text as BCP 47 (`fr`, `es-MX`); null for names.",
    "text": "The text, as people read it. A language that has none has no row.",
    "machine": "Whether a machine translated it.",
    "words": "`corridor.document(lang, text)`: what a search looks into, and what the index is on.",
    "value": "One value of the list.",
    "purposes": "What the member consents to now; no query shows it. Who consents to PARTNER_MATCHING is matched.",
}
"""The columns that are no field of the schema."""


def projections() -> Iterator[str]:
    """Every required projection with its columns."""
    described, used = _described(), _used()
    for name, columns in PROJECTIONS.items():
        yield from (f"## {name}", "", _purpose(name), "", *_columns(name, columns, described, used), "")


def optional_projections() -> Iterator[str]:
    """The projections of pairs that a folder may hold."""
    used = _used()
    for name, columns in OPTIONAL.items():
        owner = columns[0].name.removesuffix("_key")
        field = name.removeprefix(f"{owner}_")
        own = {(name, "value"): used.get((owner, field), "")}
        yield from (f"### {name}", "", f"The column `{field}` of `{owner}`, a row for each value.", "")
        yield from (*_columns(name, columns, {}, own), "")


def codes() -> Iterator[str]:
    """The code lists that columns are closed by."""
    lists = {each.codelist for columns in PROJECTIONS.values() for each in columns if each.codelist}
    for codelist in sorted(lists, key=lambda each: each.__name__):
        rows = ([f"`{code.value}`", code.doc] for code in codelist)
        yield from (f"### {codelist.__name__}", "", str(codelist.__doc__), "")
        yield from (*table(["code", "what it means"], rows), "")


def _columns(
    name: str, columns: Iterable[Column], described: Mapping[tuple[str, str], str], used: Mapping[tuple[str, str], str]
) -> Iterator[str]:
    rows = []
    for column in columns:
        what = said(described.get((name, column.name)) or _PLAIN.get(column.name), f"{name}.{column.name}")
        if column.codelist:
            listed = column.codelist.__name__
            what += f" {'Each one' if column.type == 'text[]' else 'One'} of [{listed}](#{listed.lower()})."
        null = "no" if column.required else "yes"
        rows.append([f"`{column.name}`", column.type, null, what, used.get((name, column.name), "")])
    return table(["column", "type", "null", "what it is", "used for"], rows)


def _purpose(name: str) -> str:
    if name in CATALOGUE:
        typename = CATALOGUE[name].typename
        return f"{said(SCHEMA.type_map[typename].description, typename)} One row each."
    owner = CATALOGUE.get(name.removesuffix("_text"))
    if owner is not None:
        kinds = ", ".join(f"`{each}`" for each in owner.texts)
        return f"The texts of each {owner.name}, a row for each text and language. `field` is one of {kinds}."
    return "Which members take part in which programme, a row for each pair."


def _described() -> Mapping[tuple[str, str], str]:
    """The schema's description of the field behind each column, by projection and column."""
    found: dict[tuple[str, str], str] = {}

    def describe(projection: str, of: Object) -> None:
        type_: Any = SCHEMA.type_map[of.typename]
        for field in of.fields.values():
            if field.kind is Kind.GROUP:
                describe(projection, CATALOGUE[field.target])
            for column in () if field.internal else field.columns:
                if column == field.name or (projection, column) not in found:
                    found[projection, column] = type_.fields[camel(field.name)].description

    for name in PROJECTIONS.keys() & CATALOGUE.keys():
        describe(name, CATALOGUE[name])
    return {place: said for place, said in found.items() if place[1] != "owner_key"}


def _used() -> Mapping[tuple[str, str], str]:
    """What compares each column: the orders, filters and facets of lists, and searches; by projection and column."""
    found: dict[tuple[str, str], list[str]] = {}
    for each in CATALOGUE.values():
        lists = f"{each.name}s"
        paths = [(f"filter `{camel(one.name)}` of {lists}", one.path) for one in each.filters.values()]
        paths += [(f"facet {one.name} of {lists}", one.path) for one in each.facets.values()]
        paths += [(f"search of {lists}", path) for path in each.concepts]
        for order in each.orders.values():
            found.setdefault((each.name, order.column), []).append(f"order {order.name} of {lists}")
        for use, path in paths:
            steps = path_of(each.name, path)
            projection = next(of.name for of, _ in reversed(steps) if of.name in PROJECTIONS)
            for column in steps[-1][1].columns:
                found.setdefault((projection, column), []).append(use)
        if any(text.points for text in each.texts.values()):
            found.setdefault((f"{each.name}_text", "words"), []).append(f"search of {lists}")
    return {place: ", ".join(uses) for place, uses in found.items()}
