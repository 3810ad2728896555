"""What every row of a registry promises: pure checks over all rows of all projections."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from typing import Any

from adapters.contract.catalogue import CATALOGUE
from adapters.contract.codes import Visibility
from adapters.contract.objects import Field, Kind, Object
from adapters.contract.text import fold
from adapters.kit.columns import PROJECTIONS
from adapters.kit.memory.tables import Record, Tables
from adapters.kit.promises import FOLDED, FORMS, RELEASED, groups, is_tag, links, served

__all__ = ["PROMISES"]


def keys_are_unique(tables: Tables) -> Iterator[str]:
    """No two rows of an object have one key."""
    for each in _keyed():
        for key, times in Counter(row["key"] for row in tables[each.name]).items():
            if times > 1:
                yield f"{each.name}: {times} rows have the key {key!r}"


def required_columns_are_filled(tables: Tables) -> Iterator[str]:
    """No null where the contract has none."""
    for name, columns in PROJECTIONS.items():
        for column in columns:
            if column.required and column.type != "tsvector":
                empty = [row for row in tables[name] if row[column.name] is None]
                if empty:
                    yield f"{name}.{column.name}: {len(empty)} rows are null, such as {_named(empty[0])}"


def groups_are_whole(tables: Tables) -> Iterator[str]:
    """The columns of a group are filled together, so that none is lost for want of another."""
    for each, group in groups():
        for row in tables[each]:
            empty = [column for column in group if row[column] is None]
            if 0 < len(empty) < len(group):
                yield f"{each}: {', '.join(empty)} is null where {', '.join(group)} belong together, in {_named(row)}"


def codes_are_known(tables: Tables) -> Iterator[str]:
    """No code that the contract does not list."""
    for name, columns in PROJECTIONS.items():
        for column in columns:
            if column.codelist is not None:
                for row in tables[name]:
                    given = row[column.name]
                    unknown = set(given if isinstance(given, list) else [given]) - {*column.codelist, None}
                    if unknown or (isinstance(given, list) and None in given):
                        yield f"{name}.{column.name}: {given!r} in {_named(row)} is no {column.codelist.__name__}"


def sort_keys_are_folded(tables: Tables) -> Iterator[str]:
    """The key that names are ordered by is the contract's normal form of the name."""
    for (name, column), field in FOLDED.items():
        for row in tables[name]:
            if row[field] is not None and row[column] != fold(row[field]):
                yield f"{name}.{column}: {row[column]!r} is not {fold(row[field])!r}, in {_named(row)}"


def links_end_at_rows(tables: Tables) -> Iterator[str]:
    """What belongs to a row that is not served is not served either."""
    for name, column, target in links():
        served = {row["key"] for row in tables[target]}
        lost = [row for row in tables[name] if row[column] is not None and row[column] not in served]
        if lost:
            yield f"{name}.{column}: {len(lost)} rows point to a {target} that is not served, such as {_named(lost[0])}"


def only_shared_rows_are_served(tables: Tables) -> Iterator[str]:
    """Nothing that the view does not see, no draft, nobody who has left."""
    for (name, column), allowed in served(tables.view).items():
        for row in tables[name]:
            if row[column] is not None and row[column] not in allowed:
                yield f"{name}.{column}: {_named(row)} is {row[column]}, and must not be served as {tables.view}"


def anonymous_postings_hide_their_owner(tables: Tables) -> Iterator[str]:
    """On every path: the posting names no owner, no member lists the posting, and no text of it is a name.

    Under PRIVATE it is the owner who looks.
    """
    for of in ("offer", "need") if tables.view is not Visibility.PRIVATE else ():
        hidden = {row["key"] for row in tables[of] if row["anonymous"]}
        yield from (
            f"{of}.owner_key: {_named(row)} is anonymous and names its owner"
            for row in tables[of]
            if row["anonymous"] and row["owner_key"] is not None
        )
        names = {row["text"].casefold() for row in tables["member_text"] if row["field"] == "NAME" and row["text"]}
        yield from (
            f"{of}_text.text: {_named(row)} belongs to an anonymous {of} and is a member's name"
            for row in tables[f"{of}_text"]
            if row[f"{of}_key"] in hidden and (row["text"] or "").casefold() in names
        )
        for member in tables["member"]:
            listed = {child["key"] for child in tables.children(CATALOGUE["member"].fields[f"{of}s"], member["key"])}
            if listed & hidden:
                yield f"{of}.owner_key: {_named(member)} leads to the anonymous {of} {min(listed & hidden)!r}"


def one_text_for_each_language(tables: Tables) -> Iterator[str]:
    """A localized field has at most one text in a language, says which language, and has one where it is required."""
    for each in CATALOGUE.values():
        for taken in [taken for taken in each.fields.values() if taken.kind is Kind.LOCALIZED]:
            kind, key = taken.name.upper(), f"{each.name}_key"
            rows = [row for row in tables[f"{each.name}_text"] if row["field"] == kind]
            for (of, lang), times in Counter((row[key], row["lang"]) for row in rows).items():
                if times > 1 or lang is None:
                    yield f"{each.name}_text: {times} texts {kind} of {of!r} in the language {lang}"
            if taken.required:
                for of in sorted({row["key"] for row in tables[each.name]} - {row[key] for row in rows}):
                    yield f"{each.name}_text: {each.name} {of!r} has no {kind}"


def lists_have_one_order(tables: Tables) -> Iterator[str]:
    """Rows of a nested list that stand at the same place of its order are the same."""
    for each in CATALOGUE.values():
        for taken in [taken for taken in each.fields.values() if taken.kind is Kind.CHILDREN]:
            for owner in tables[each.name]:
                places: dict[tuple[Any, ...], list[Record]] = defaultdict(list)
                for child in tables.children(taken, owner["key"]):
                    places[_place(taken, child)].append(child)
                for place, rows in places.items():
                    if any(row != rows[0] for row in rows):
                        yield (
                            f"{taken.target}: {len(rows)} rows of {_named(owner)} stand at one place of the order,"
                            f" {place}"
                        )


def texts_are_of_the_contract(tables: Tables) -> Iterator[str]:
    """Kinds of texts are those of the catalogue."""
    for each in CATALOGUE.values():
        if each.texts:
            for kind in sorted({row["field"] for row in tables[f"{each.name}_text"]} - each.texts.keys(), key=str):
                yield f"{each.name}_text.field: {kind!r} is none of {', '.join(each.texts)}"


def contacts_are_in_form(tables: Tables) -> Iterator[str]:
    """Keys of the member and the reference, addresses, numbers of E.164, tags of languages."""
    for row in tables["contact"]:
        if row["key"] != f"{row['member_key']}/{row['ref']}" or not row["ref"]:
            yield f"contact.key: {_named(row)} is not member_key, a slash and ref"
        for column, pattern in FORMS.items():
            if row[column] is not None and not re.fullmatch(pattern, row[column]):
                yield f"contact.{column}: {row[column]!r} is not in the form of the contract, in {_named(row)}"
        if row["preferred_language"] is not None and not is_tag(row["preferred_language"]):
            yield f"contact.preferred_language: {row['preferred_language']!r} is no language tag, in {_named(row)}"


def contacts_need_a_release(tables: Tables) -> Iterator[str]:
    """None under a view that lists are asked under; none but of members who consent to it under MUTUAL."""
    released = {row["key"] for row in tables["member"] if "CONTACT_RELEASE" in row["purposes"]}
    for row in tables["contact"]:
        if tables.view not in RELEASED:
            yield f"contact: {_named(row)} must not be served as {tables.view}"
        elif tables.view is Visibility.MUTUAL and row["member_key"] not in released:
            yield f"contact: {_named(row)} is of a member that does not consent to the release of its contacts"


PROMISES: tuple[Callable[[Tables], Iterator[str]], ...] = (
    keys_are_unique,
    required_columns_are_filled,
    groups_are_whole,
    codes_are_known,
    sort_keys_are_folded,
    links_end_at_rows,
    only_shared_rows_are_served,
    anonymous_postings_hide_their_owner,
    one_text_for_each_language,
    lists_have_one_order,
    texts_are_of_the_contract,
    contacts_are_in_form,
    contacts_need_a_release,
)
"""Every check gives the sentences that say what is wrong; none when all is well."""


def _keyed() -> list[Object]:
    return [each for each in CATALOGUE.values() if each.keyed]


def _place(taken: Field, row: Record) -> tuple[Any, ...]:
    return tuple(row[term.removeprefix("-")] for term in taken.order)


def _named(row: Record) -> str:
    """A row as a DBA finds it: by its key, or by the keys that it points with."""
    keys = {name: value for name, value in row.items() if name == "key" or name.endswith("_key")}
    return ", ".join(f"{name} {value!r}" for name, value in keys.items() if name != "name_key")
