"""What the rows of each projection promise, counted in the database: nulls, codes, keys, links, privacy."""

from collections.abc import AsyncIterator

from adapters.contract.catalogue import CATALOGUE
from adapters.contract.codes import Visibility
from adapters.contract.objects import Field, Kind
from adapters.kit.check.probe import EXAMPLES, Probe, finding, listed
from adapters.kit.check.report import Finding, Status
from adapters.kit.columns import OPTIONAL, PROJECTIONS, Column, relation_of
from adapters.kit.promises import groups, links, served
from adapters.kit.statement import identifier

__all__ = ["rows"]

_LINKED = (Visibility.PUBLIC, Visibility.CORRIDOR, Visibility.PRIVATE)
"""The views under which it is looked at whether what belongs together is served together."""


async def rows(probe: Probe) -> list[Finding]:
    """All of it; each statement reads one or two projections whole.

    What is said of single rows is said of all there are, that of rows that belong together under more than one view.
    """
    found: list[Finding] = []
    for name in PROJECTIONS:
        found += await _nulls(probe, name)
        found += finding("codes", name, [said async for said in _codes(probe, name)], "every code is the contract's")
    for each in [each.name for each in CATALOGUE.values() if each.keyed]:
        found += finding("keys", each, [said async for said in _keys(probe, each)], "keys are unique")
    found += finding("groups", "member", [said async for said in _groups(probe)], "groups of columns are whole")
    found += finding(
        "nested order", "lists", [said async for said in _nested(probe)], "every nested list has one order"
    )
    for view, seen in [(view, probe.under(view)) for view in _LINKED]:
        found += finding("languages", view, [said async for said in _languages(seen)], "one text for each language")
        found += finding(
            "links", view, [said async for said in _links(seen)], "what belongs to a row is served with it"
        )
        found += finding("pairs", view, [said async for said in _pairs(seen)], "pairs hold what the arrays hold")
    for view in Visibility:
        said = [said async for said in _privacy(probe.under(view))]
        found += finding("privacy", view, said, "only rows that the view sees are served")
    return found


async def _nulls(probe: Probe, name: str) -> list[Finding]:
    """Required columns without null; columns that the city does not map at all."""
    columns = [column for column in PROJECTIONS[name] if column.type != "tsvector"]
    listed_ = ", ".join(
        f"count(*) filter (where {identifier(column.name)} is null) as {identifier(column.name)}" for column in columns
    )
    counted = await probe.row(f"select count(*) as rows_, {listed_} from {_from(probe, name)}")
    total = counted["rows_"]
    if not total:
        return [Finding("rows", name, Status.WARN, f"{probe.place(name)} gives no row: nothing can be said of it.")]
    problems = [
        await _empty(probe, name, column, counted[column.name], total)
        for column in columns
        if column.required and counted[column.name]
    ]
    unmapped = [column.name for column in columns if not column.required and counted[column.name] == total]
    return finding("nulls", name, problems, f"{total} rows, no null where the contract has none") + [
        Finding(
            "unmapped", f"{name}.{column}", Status.WARN, f"{probe.place(name, column)}: {column} is null in every row."
        )
        for column in unmapped
    ]


async def _empty(probe: Probe, name: str, column: Column, count: int, total: int) -> str:
    keys = await _examples(probe, name, f"{identifier(column.name)} is null")
    place = f"{probe.place(name, column.name)}: {column.name} is null in {count} of {total} rows, such as {keys}."
    if column.codelist is None:
        return f"{place} The contract requires it: fill it, or leave those rows out."
    return (
        f"{place} A native code has no translation: add it to the list of values, as one of"
        f" {', '.join(column.codelist)}."
    )


async def _codes(probe: Probe, name: str) -> AsyncIterator[str]:
    for column in PROJECTIONS[name]:
        quoted = identifier(column.name)
        if column.type == "text[]":
            of = f"(select row.*, unnest({quoted}) as code_ from {_from(probe, name)}) as each"
        elif column.codelist is not None:
            of = f"(select row.*, {quoted} as code_ from {_from(probe, name)} where {quoted} is not null) as each"
        else:
            continue
        known = [*column.codelist] if column.codelist is not None else None
        unknown = (
            "code_ is null or code_ <> all($1::text[])" if known is not None else "code_ is null and $1::text[] is null"
        )
        for record in await probe.rows(
            "select code_ as code, count(*) as times, (array_agg(distinct"
            f" {identifier(probe.named(name))}::text))[1:{EXAMPLES}] as keys"
            f" from {of} where {unknown} group by code_ order by times desc",
            known,
        ):
            place = f"{probe.place(name, column.name)}: {column.name} holds"
            rest = f"{record['times']} times, such as in {', '.join(record['keys'])}"
            if record["code"] is None:
                yield f"{place} null in a list {rest}. A native code has no translation: add it to the list of values."
            elif column.codelist is not None:
                yield (
                    f"{place} {record['code']!r} {rest}, which is no code of the contract."
                    f" Translate it to one of {', '.join(column.codelist)}."
                )


async def _keys(probe: Probe, name: str) -> AsyncIterator[str]:
    doubled = await probe.rows(
        f"select key, count(*) as times from {_from(probe, name)} group by key having count(*) > 1 order by key"
    )
    if doubled:
        yield (
            f"{probe.place(name, 'key')}: {len(doubled)} keys stand for more than one row, such as"
            f" {listed(record['key'] for record in doubled)}. A join repeats the row, or the key is not the row's own."
        )


async def _groups(probe: Probe) -> AsyncIterator[str]:
    for name, columns in groups():
        for column in columns:
            others = " or ".join(f"{identifier(other)} is not null" for other in columns if other != column)
            condition = f"{identifier(column)} is null and ({others})"
            count = (await probe.row(f"select count(*) as n from {_from(probe, name)} where {condition}"))["n"]
            if count:
                yield (
                    f"{probe.place(name, column)}: {column} is null in {count} rows that have another of"
                    f" {', '.join(columns)}, such as {await _examples(probe, name, condition)}. A native code has"
                    " no translation."
                )


async def _languages(probe: Probe) -> AsyncIterator[str]:
    for each in CATALOGUE.values():
        for taken in [taken for taken in each.fields.values() if taken.kind is Kind.LOCALIZED]:
            name, kind = f"{each.name}_text", taken.name.upper()
            of = f"select {each.name}_key as key, lang from {_from(probe, name)} where field = $1"
            doubled = await probe.rows(
                f"select key, lang from ({of}) as row group by key, lang having count(*) > 1 or lang is null order"
                " by key",
                kind,
            )
            if doubled:
                said = listed(f"{record['key']} ({record['lang']})" for record in doubled)
                yield (
                    f"{probe.place(name)}: more than one {kind} in a language, or one in no language, for {said}."
                    " One row for each language."
                )
            if taken.required:
                bare = await probe.rows(
                    f"select key from {_from(probe, each.name)} where key not in (select key from ({of}) as text)"
                    " order by key",
                    kind,
                )
                if bare:
                    yield f"{probe.place(name)}: no {kind} for {listed(record['key'] for record in bare)}."


async def _nested(probe: Probe) -> AsyncIterator[str]:
    for each in CATALOGUE.values():
        for taken in [taken for taken in each.fields.values() if taken.kind is Kind.CHILDREN and not taken.through]:
            columns = ", ".join(
                identifier(column) for column in (taken.link, *(term.lstrip("-") for term in taken.order))
            )
            tied = await probe.rows(
                f"select {identifier(taken.link)} as owner from {_from(probe, taken.target)} where"
                f" {identifier(taken.link)} is not null"
                f" group by {columns} having count(distinct {_whole(taken)}) > 1 order by 1"
            )
            if tied:
                yield (
                    f"{probe.place(taken.target)}: rows of {each.name} {listed(record['owner'] for record in tied)}"
                    f" are the same in {', '.join(taken.order)} and differ elsewhere: their order is chance."
                    " Leave one out, or part them."
                )


def _whole(taken: Field) -> str:
    columns = ", ".join(identifier(column.name) for column in PROJECTIONS[taken.target])
    return f"row({columns})::text"


async def _links(probe: Probe) -> AsyncIterator[str]:
    for name, column, target in links():
        targets = f"select from ({probe.projections[target]}) as target where target.key = row.{identifier(column)}"
        lost = await probe.rows(
            f"select row.{identifier(column)} as key from {_from(probe, name)}"
            f" where row.{identifier(column)} is not null and not exists ({targets}) order by 1"
        )
        if lost:
            yield (
                f"{probe.place(name, column)}: {len(lost)} rows belong to a {target} that {probe.place(target)}"
                " does not give,"
                f" such as {listed(dict.fromkeys(record['key'] for record in lost))}. Put the same conditions on both."
            )


async def _privacy(probe: Probe) -> AsyncIterator[str]:
    for (name, column), allowed in served(probe.view).items():
        for record in await probe.rows(
            f"select {column} as code, count(*) as times, (array_agg(key order by key))[1:{EXAMPLES}] as keys"
            f" from {_from(probe, name)} where {column} <> all($1::text[]) group by 1",
            sorted(allowed),
        ):
            yield (
                f"{probe.place(name)}: {record['times']} rows that are {record['code']} would be served as"
                f" {probe.view}, such as {', '.join(record['keys'])}. Leave them out in the where clause; {column} may"
                f" be {', '.join(sorted(allowed))}."
            )
    for name in ("offer", "need") if probe.view is not Visibility.PRIVATE else ():
        condition = "anonymous and owner_key is not null"
        count = (await probe.row(f"select count(*) as n from {_from(probe, name)} where {condition}"))["n"]
        if count:
            yield (
                f"{probe.place(name, 'owner_key')}: {count} anonymous rows name their owner, such as"
                f" {await _examples(probe, name, condition)}. Make owner_key null where the row is"
                " anonymous, but for the view PRIVATE."
            )


async def _pairs(probe: Probe) -> AsyncIterator[str]:
    for each in CATALOGUE.values():
        for taken in [taken for taken in each.fields.values() if taken.kind in {Kind.CODES, Kind.TERMS}]:
            name = relation_of(each.name, taken.name)
            if name in OPTIONAL and name in probe.projections:
                pairs = f"select {each.name}_key as key, value from ({probe.projections[name]}) as pair"
                elements = f"select key, unnest({identifier(taken.columns[0])}) as value from {_from(probe, each.name)}"
                parted = await probe.rows(
                    f"(({pairs}) except ({elements})) union all (({elements}) except ({pairs})) order by 1"
                )
                if parted:
                    said = listed(f"{record['key']} ({record['value']})" for record in parted)
                    yield (
                        f"{probe.place(name)} and {probe.place(each.name, taken.columns[0])} differ for {said}."
                        " They say the same."
                    )


async def _examples(probe: Probe, name: str, condition: str) -> str:
    column = identifier(probe.named(name))
    found = await probe.rows(
        f"select {column}::text as key from {_from(probe, name)} where {condition} order by 1 limit {EXAMPLES}"
    )
    return ", ".join(f"{probe.named(name)} {record['key']}" for record in found)


def _from(probe: Probe, name: str) -> str:
    return f"({probe.projections[name]}) as row"
