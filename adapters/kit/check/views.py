"""Whether a wider view only adds: by the city's function of levels, and by the rows of each projection."""

import json
import re
from collections.abc import Iterator, Mapping

from adapters.contract.codes import SEES, Visibility
from adapters.kit.check.plans import explained
from adapters.kit.check.probe import Probe, finding, listed
from adapters.kit.check.report import Finding, Status
from adapters.kit.columns import PROJECTIONS, Column
from adapters.kit.folder import VIEW
from adapters.kit.statement import Statement, identifier

__all__ = ["ladder", "levels"]

_STEPS = (
    (Visibility.PUBLIC, Visibility.CORRIDOR),
    (Visibility.CORRIDOR, Visibility.CLUSTER),
    (Visibility.CORRIDOR, Visibility.MUTUAL),
    (Visibility.CLUSTER, Visibility.PRIVATE),
    (Visibility.MUTUAL, Visibility.PRIVATE),
)
_CALL = "corridor.sees("


async def levels(probe: Probe) -> list[Finding]:
    """Asks ``corridor.sees`` for every view and every level that it names."""
    functions = await probe.rows(
        "select proargtypes[1]::regtype::text as level, coalesce(pg_get_function_sqlbody(oid), prosrc) as body"
        " from pg_proc where pronamespace = to_regnamespace('corridor') and proname = 'sees'"
        " and pronargs = 2 and proargtypes[0] = 'text'::regtype and prorettype = 'boolean'::regtype"
    )
    if len(functions) != 1:
        said = (
            f"there are {len(functions)} functions corridor.sees(view text, level ...) returns boolean, and there has"
            " to be one, which says what each view sees. Run the city's visibility.sql as the owner of the database."
        )
        return [Finding("levels", "corridor.sees", Status.FAIL, said)]
    texts = re.findall(r"'((?:[^']|'')+)'", functions[0]["body"])
    named = sorted({text.replace("''", "'") for text in texts} - SEES.keys())
    asked = f"select level from unnest($1::text[]) as level where corridor.sees($2, level::{functions[0]['level']})"
    seen = {view: {record["level"] for record in await probe.rows(asked, named, view)} for view in Visibility}
    problems = [*_broken(seen)]
    if await probe.rows(asked, named, "NOBODY"):
        problems.append("visibility.sql: a view that there is not sees something. Name every view, and leave out else.")
    told = "; ".join(f"{view} sees {', '.join(sorted(seen[view]))}" for view in Visibility)
    return finding("levels", "corridor.sees", problems, told)


def _broken(seen: Mapping[Visibility, set[str]]) -> Iterator[str]:
    for narrow, wide in _STEPS:
        if lost := seen[narrow] - seen[wide]:
            yield (
                f"visibility.sql: {narrow} sees {listed(sorted(lost))}, and {wide} does not. A wider view sees all that"
                " a narrower one does."
            )
    if not seen[Visibility.PUBLIC]:
        yield "visibility.sql: PUBLIC sees nothing. One level is for everybody."
    if seen[Visibility.PUBLIC] == seen[Visibility.PRIVATE]:
        yield "visibility.sql: PUBLIC sees all that PRIVATE does. Nothing would ever be hidden."


async def ladder(probe: Probe) -> list[Finding]:
    """Compares each projection with itself under the next wider view; a level may cost no call of a function."""
    found: list[Finding] = []
    for name in PROJECTIONS:
        problems = [said for step in _STEPS if (said := await _lost(probe, name, *step))]
        found += finding("views", name, problems, "a wider view only adds")
        public = probe.under(Visibility.PUBLIC)
        plan = await explained(public, Statement(public.projections[name], ()))
        if _CALL in json.dumps(plan):
            said = (
                f"{probe.place(name)}: the database calls corridor.sees for every row. Make it one immutable"
                " expression, as in visibility.sql, so that it becomes a comparison that an index can serve."
            )
            found.append(Finding("views", name, Status.FAIL, said))
        some = f"select from ({probe.projections[name]}) as row limit 1"
        if VIEW not in probe.files.texts[name] and await probe.rows(some):
            said = (
                f"{probe.place(name)} does not ask for the view: everybody sees all of its rows. Put"
                f" corridor.sees({VIEW}, ...) into its where clause, with the level of the row; a constant will do"
                " where all is public."
            )
            found.append(Finding("views", name, Status.FAIL, said))
    return found


async def _lost(probe: Probe, name: str, narrow: Visibility, wide: Visibility) -> str:
    same = " and ".join(_kept(column) for column in PROJECTIONS[name] if column.type != "tsvector")
    told = identifier(probe.named(name))
    lost = await probe.rows(
        f"select distinct less.{told}::text as key from ({probe.under(narrow).projections[name]}) as less"
        f" where not exists (select from ({probe.under(wide).projections[name]}) as more where {same}) order by 1"
    )
    if not lost:
        return ""
    return (
        f"{probe.place(name)}: {len(lost)} rows are seen as {narrow} and not, or otherwise, as {wide}, such as"
        f" {listed(record['key'] for record in lost)}. A wider view gives the same rows and values, and more."
    )


def _kept(column: Column) -> str:
    less, more = f"less.{identifier(column.name)}", f"more.{identifier(column.name)}"
    return f"{less} = {more}" if column.required else f"({less} is null or {less} = {more})"
