"""Writes into the pages of docs/reference what the code says.

    python scripts/build_docs.py           writes
    python scripts/build_docs.py --check   names the pages that are old, and ends with 1 where there are any

What stands between ``<!-- begin NAME -->`` and ``<!-- end NAME -->`` is written by the function of that name here; the
rest of a page is written by people. Two runs give the same bytes. The prose of the error codes is in errors.toml there.
"""

import re
import sys
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, get_args

import typer
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLUnionType,
    Undefined,
    is_specified_scalar_type,
)
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from adapters.contract.catalogue import CATALOGUE, path_of
from adapters.contract.objects import Kind, Object
from adapters.kit.columns import OPTIONAL, PROJECTIONS, Column
from gateway.cli import app
from gateway.errors import ErrorCode
from gateway.http.errors import STATUS
from gateway.limits.weights import Weight
from gateway.settings import (
    AuthSettings,
    ProviderSettings,
    RateSettings,
    RatesSettings,
    RegistrySettings,
    Settings,
    StoreSettings,
)
from schemas.schema import build

__all__ = ["REFERENCE", "SECTIONS", "main", "written"]

REFERENCE = Path(__file__).parents[1] / "docs" / "reference"
_SECTION = re.compile(r"(<!-- begin (\w+) -->\n).*?(<!-- end \2 -->)", re.DOTALL)
_SCHEMA: GraphQLSchema = build()._schema  # noqa: SLF001 - Strawberry hands out graphql-core's schema no other way


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    titles = list(head)
    yield f"| {' | '.join(titles)} |"
    yield "|" + "---|" * len(titles)
    for row in rows:
        yield "| " + " | ".join(" ".join(cell.replace("|", "\\|").split()) for cell in row) + " |"


GROUPS: Mapping[str, tuple[type[BaseModel], str]] = {
    "settings": (Settings, ""),
    "registry_settings": (RegistrySettings, "registries.<city>."),
    "store_settings": (StoreSettings, "store."),
    "auth_settings": (AuthSettings, "auth."),
    "provider_settings": (ProviderSettings, "auth.providers.<name>."),
    "rates_settings": (RatesSettings, "rates."),
    "rate_settings": (RateSettings, "rates.<class>."),
}
"""The groups of settings by the section that lists them: the model of each, and where it stands."""


def plain(model: type[BaseModel]) -> Mapping[str, FieldInfo]:
    """The settings of a group that are no groups themselves.

    >>> list(plain(RateSettings)), "registries" in plain(Settings)
    (['burst', 'per_second'], False)
    """
    models = {each for each, _ in GROUPS.values()}
    return {name: field for name, field in model.model_fields.items() if not models & set(_types(field.annotation))}


def _types(annotation: object) -> Iterator[object]:
    """A type and all that it is made of."""
    yield annotation
    for part in get_args(annotation):
        yield from _types(part)


def _settings(model: type[BaseModel], prefix: str) -> Iterator[str]:
    variable = "CORRIDOR_" + prefix.upper().replace(".", "__")
    return _table(
        ["setting", "environment variable", "default", "what it does"],
        (
            [f"`{prefix}{name}`", f"`{variable}{name.upper()}`", _default(field), _limited(field)]
            for name, field in plain(model).items()
        ),
    )


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True)
    return "none" if value is None or value == "" else f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _limited(field: FieldInfo) -> str:
    signs = {"gt": "more than", "ge": "at least", "lt": "less than", "le": "at most"}
    limits = [
        f"{words} {getattr(each, sign)}"
        for each in field.metadata
        for sign, words in signs.items()
        if getattr(each, sign, None) is not None
    ]
    return f"{field.description} Allowed: {', '.join(limits)}." if limits else str(field.description)


def limits() -> Iterator[str]:
    """The settings that limit what may be asked, each with the codes of its errors."""
    prose = _prose()
    return _table(
        ["setting", "default", "what it limits", "code"],
        (
            [
                f"`{name}`",
                _default(field),
                str(field.description),
                ", ".join(
                    f"[`{code}`](errors.md#{code.lower()})"
                    for code, each in prose.items()
                    if f"`{name}`" in each["means"]
                ),
            ]
            for name, field in Settings.model_fields.items()
            if name.startswith("max_")
        ),
    )


def rates() -> Iterator[str]:
    """The budgets of the viewers, by class, and how they are kept."""
    found = RatesSettings()
    return _table(
        ["setting", "default", "what it does"],
        (
            [
                f"`rates.{name}`",
                f"`{value.burst}` at once, `{value.per_second:g}` a second"
                if isinstance(value := getattr(found, name), RateSettings)
                else _default(field),
                str(field.description),
            ]
            for name, field in RatesSettings.model_fields.items()
        ),
    )


def weights() -> Iterator[str]:
    """What things cost."""
    return _table(["cost", "what for"], ([f"{each.tenths / 10:g}", each.about] for each in Weight))


def error_table() -> Iterator[str]:
    """Every error code in a line."""
    return _table(
        ["code", "HTTP status", "path", "in short"],
        (
            [f"[`{code}`](#{code.lower()})", _status(code, each["stage"]), _PATH[each["stage"]], _first(each["means"])]
            for code, each in _prose().items()
        ),
    )


def errors() -> Iterator[str]:
    """Every error code: what it means and what to do."""
    for code, each in _prose().items():
        yield from (f"## {code}", "", each["means"], "", f"**What to do.** {each['act']}", "")
        yield from (f"**Worth asking again?** {each['retry']}", "")


_PATH = {"request": "no", "document": "no", "field": "yes", "any": "either", "socket": "no"}


def _prose() -> Mapping[ErrorCode, Mapping[str, str]]:
    prose = tomllib.loads((REFERENCE / "errors.toml").read_text(encoding="utf-8"))
    missing, idle = set(ErrorCode) - prose.keys(), prose.keys() - set(ErrorCode)
    if missing or idle:
        raise SystemExit(f"errors.toml: without an entry are {sorted(missing)}, without a code {sorted(idle)}")
    return {ErrorCode(code): each for code, each in prose.items()}


def _status(code: ErrorCode, stage: str) -> str:
    match stage:
        case "field":
            return "200"
        case "socket":
            return "none"
        case "any":
            return f"{STATUS[code]}, or 200 with a path"
        case "document" if code not in STATUS:
            return "400 or 200"
        case _:
            return str(STATUS.get(code, 400))


def _first(text: str) -> str:
    """The first sentence, or what stands before its colon.

    >>> _first("The body is wrong: it is empty. Mend it.")
    'The body is wrong.'
    """
    return re.split(r"[.:] ", text, maxsplit=1)[0].rstrip(".") + "."


def commands() -> Iterator[str]:
    """Every command with its arguments and options."""
    return _commands(typer.main.get_command(app), "corridor")


def _commands(group: Any, path: str) -> Iterator[str]:
    for name, command in group.commands.items():
        called = f"{path} {name}"
        yield from (f"{'##' if path == 'corridor' else '###'} {called}", "", " ".join(command.help.split()), "")
        if hasattr(command, "commands"):
            yield from _commands(command, called)
            continue
        arguments = [each for each in command.params if each.param_type_name == "argument"]
        options = [each for each in command.params if each.param_type_name == "option" and not each.hidden]
        usage = [called, *(each.name.upper() for each in arguments), *(["[OPTIONS]"] if options else [])]
        yield from (f"`{' '.join(usage)}`", "")
        rows = [[f"`{each.name.upper()}`", _shown(each), each.help or ""] for each in arguments]
        rows += [[f"`{', '.join(each.opts)}`", _shown(each), each.help or ""] for each in options]
        yield from (*_table(["argument or option", "default", "what it does"], rows), "")


def _shown(parameter: Any) -> str:
    if parameter.required:
        return "required"
    return {None: "none", False: "off"}.get(parameter.default, f"`{parameter.default}`")


def queries() -> Iterator[str]:
    """The root fields."""
    query = _SCHEMA.query_type
    assert query is not None  # noqa: S101 - a schema without queries is none
    for name, field in query.fields.items():
        if not name.startswith("_"):
            yield from (f"### {name}", "", f"`{field.type}`. {_said(field.description, name)}", "")
            rows = [
                [f"`{argument}`", _typed(given), _said(given.description, f"{name}({argument})")]
                for argument, given in field.args.items()
            ]
            yield from ((*_table(["argument", "type", "what it is"], rows), "") if rows else ())


def types() -> Iterator[str]:
    """Every type with its fields, arguments and values."""
    kinds: list[tuple[str, type[GraphQLNamedType]]] = [
        ("Objects", GraphQLObjectType),
        ("Interfaces", GraphQLInterfaceType),
        ("Unions", GraphQLUnionType),
        ("Inputs", GraphQLInputObjectType),
        ("Enums", GraphQLEnumType),
        ("Scalars", GraphQLScalarType),
    ]
    for title, kind in kinds:
        yield from (f"## {title}", "")
        for name, each in sorted(_SCHEMA.type_map.items()):
            named_by_others = "_" in name or is_specified_scalar_type(each)  # introspection, federation, GraphQL itself
            if isinstance(each, kind) and each is not _SCHEMA.query_type and not named_by_others:
                yield from (f"### {name}", "", _said(each.description, name), "", *_parts(each))


def _parts(of: GraphQLNamedType) -> Iterator[str]:
    match of:
        case GraphQLObjectType() | GraphQLInterfaceType():
            rows = []
            for name, field in of.fields.items():
                rows.append([f"`{name}`", f"`{field.type}`", _said(field.description, f"{of.name}.{name}")])
                for argument, given in field.args.items():
                    said = _said(given.description, f"{of.name}.{name}({argument})")
                    rows.append([f"`{name}({argument}:)`", _typed(given), said])
            implements = ", ".join(f"`{each.name}`" for each in of.interfaces)
            yield from ((f"Implements {implements}.", "") if implements else ())
            yield from (*_table(["field", "type", "what it is"], rows), "")
        case GraphQLUnionType():
            yield from (f"One of {', '.join(f'`{each.name}`' for each in of.types)}.", "")
        case GraphQLInputObjectType():
            rows = [[f"`{n}`", f"`{f.type}`", _said(f.description, f"{of.name}.{n}")] for n, f in of.fields.items()]
            yield from (*_table(["field", "type", "what it is"], rows), "")
        case GraphQLEnumType():
            rows = [[f"`{n}`", _said(v.description, f"{of.name}.{n}")] for n, v in of.values.items()]
            yield from (*_table(["value", "what it means"], rows), "")


def _typed(argument: Any) -> str:
    """An argument's type, with its default where the schema states one."""
    default = "" if argument.default_value is Undefined else f" = {argument.default_value}"
    return f"`{argument.type}{default}`"


def _said(description: str | None, what: str) -> str:
    if not description:
        raise SystemExit(f"{what} has no description")
    return description


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
        yield from (*_table(["code", "what it means"], rows), "")


def _columns(
    name: str, columns: Iterable[Column], described: Mapping[tuple[str, str], str], used: Mapping[tuple[str, str], str]
) -> Iterator[str]:
    rows = []
    for column in columns:
        said = _said(described.get((name, column.name)) or _PLAIN.get(column.name), f"{name}.{column.name}")
        if column.codelist:
            listed = column.codelist.__name__
            said += f" {'Each one' if column.type == 'text[]' else 'One'} of [{listed}](#{listed.lower()})."
        null = "no" if column.required else "yes"
        rows.append([f"`{column.name}`", column.type, null, said, used.get((name, column.name), "")])
    return _table(["column", "type", "null", "what it is", "used for"], rows)


def _purpose(name: str) -> str:
    if name in CATALOGUE:
        typename = CATALOGUE[name].typename
        return f"{_said(_SCHEMA.type_map[typename].description, typename)} One row each."
    owner = CATALOGUE.get(name.removesuffix("_text"))
    if owner is not None:
        kinds = ", ".join(f"`{each}`" for each in owner.texts)
        return f"The texts of each {owner.name}, a row for each text and language. `field` is one of {kinds}."
    return "Which members take part in which programme, a row for each pair."


def _described() -> Mapping[tuple[str, str], str]:
    """The schema's description of the field behind each column, by projection and column."""
    found: dict[tuple[str, str], str] = {}

    def describe(projection: str, of: Object) -> None:
        type_: Any = _SCHEMA.type_map[of.typename]
        for field in of.fields.values():
            if field.kind is Kind.GROUP:
                describe(projection, CATALOGUE[field.target])
            for column in field.columns:
                if column == field.name or (projection, column) not in found:
                    found[projection, column] = type_.fields[_camel(field.name)].description

    for name in PROJECTIONS.keys() & CATALOGUE.keys():
        describe(name, CATALOGUE[name])
    return {place: said for place, said in found.items() if place[1] != "owner_key"}


def _used() -> Mapping[tuple[str, str], str]:
    """What compares each column: the orders, filters and facets of lists, and searches; by projection and column."""
    found: dict[tuple[str, str], list[str]] = {}
    for each in CATALOGUE.values():
        lists = f"{each.name}s"
        paths = [(f"filter `{_camel(one.name)}` of {lists}", one.path) for one in each.filters.values()]
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


def _camel(name: str) -> str:
    """A contract's name as GraphQL has it.

    >>> _camel("common_code5")
    'commonCode5'
    """
    first, *rest = name.split("_")
    return first + "".join(part.title() for part in rest)


SECTIONS: Mapping[str, Callable[[], Iterator[str]]] = {
    name: partial(_settings, *group) for name, group in GROUPS.items()
} | {
    each.__name__: each
    for each in (
        limits,
        rates,
        weights,
        error_table,
        errors,
        commands,
        queries,
        types,
        projections,
        optional_projections,
        codes,
    )
}
"""What writes each section of the pages."""


def written(page: str) -> str:
    """A page's text with its sections as the code has them now."""
    return _SECTION.sub(lambda found: f"{found[1]}{chr(10).join(SECTIONS[found[2]]()).rstrip()}\n{found[3]}", page)


def main(arguments: list[str]) -> int:
    """Writes the pages, or with ``--check`` compares them; gives the exit code."""
    old = []
    for file in sorted(REFERENCE.glob("*.md")):
        page = file.read_text(encoding="utf-8")
        text = written(page)
        if text != page:
            old.append(file.name)
            if "--check" not in arguments:
                file.write_text(text, encoding="utf-8")
    for name in old:
        print(f"{'old' if '--check' in arguments else 'wrote'}: docs/reference/{name}")
    return int(bool(old) and "--check" in arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
