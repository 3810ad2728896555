"""Whether a projection gives the same rows when it is read again, another way."""

from adapters.kit.check.probe import Probe, finding
from adapters.kit.check.report import Finding
from adapters.kit.columns import PROJECTIONS
from adapters.kit.statement import identifier

__all__ = ["stability"]

# The second read takes other ways through the tables, so that a row number shows itself for what it is.
_OTHERWISE = ("enable_seqscan", "enable_hashjoin", "enable_indexonlyscan")


async def stability(probe: Probe) -> list[Finding]:
    """Reads each projection twice, and once more where the two differ, in case somebody wrote in between."""
    found: list[Finding] = []
    for name, columns in PROJECTIONS.items():
        names = [column.name for column in columns if column.type != "tsvector"]
        changed = await _changed(probe, name, names) and await _changed(probe, name, names)
        problems = []
        if changed:
            apart = [column for column in names if await _changed(probe, name, [column])]
            places = ", ".join(probe.place(name, column) for column in apart) or probe.place(name)
            problems = [
                f"{places}: {', '.join(apart) or 'the rows'} change from one read to the next. Keys, orders and"
                " everything else have to come from the row itself: no row number, clock or chance."
            ]
        found += finding("stability", name, problems, "two reads give the same rows")
    return found


async def _changed(probe: Probe, name: str, columns: list[str]) -> bool:
    whole = f"row({', '.join(identifier(column) for column in columns)})::text"
    sql = (
        f"select md5(string_agg(line, '' order by line collate \"C\")) as digest"
        f" from (select {whole} as line from ({probe.projections[name]}) as row) as lines"
    )
    first = (await probe.row(sql))["digest"]
    async with probe.connection.transaction():
        for setting in _OTHERWISE:
            await probe.connection.execute(f"set local {setting} = off")
        return bool(first != (await probe.row(sql))["digest"])
