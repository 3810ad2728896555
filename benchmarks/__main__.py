"""``python -m benchmarks``: the comparison, growth, and their tables."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markdown import Markdown

from benchmarks.comparison import Figures, Pace, check, compare
from benchmarks.contestants import CONTESTANTS
from benchmarks.growth import Growth, grow
from benchmarks.processes import serving
from benchmarks.profiling import profiled
from benchmarks.registries import HOME, registries
from benchmarks.report import comparison_table, growth_tables, into_page, machine, save
from benchmarks.setting import NUMBER, Setting

_QUICK_MEMBERS = 1_000
_QUICK = Pace(rounds=2, seconds=0.5)
_QUICK_CASES = 40

_CONSOLE = Console()


def main(
    members: Annotated[int, typer.Option(help="Invented members of each registry.")] = 20_000,
    rounds: Annotated[int, typer.Option(help="Turns of each contestant.")] = 5,
    seconds: Annotated[float, typer.Option(help="Seconds of a turn.")] = 3.0,
    sizes: Annotated[
        str, typer.Option("--growth", help="Sizes of the registries to measure growth over, such as 1000,20000.")
    ] = "",
    quick: Annotated[bool, typer.Option("--quick", help="The short form: 1,000 members, under a minute.")] = False,
    profile: Annotated[bool, typer.Option("--profile", help="Where the gateway's time goes, instead.")] = False,
    keep: Annotated[bool, typer.Option("--save", help="Write the results and the tables of the docs.")] = False,
) -> None:
    """Measure the gateway against its floor and against naive Strawberry, in turns, answers found equal first."""
    if quick:
        members, pace, number = _QUICK_MEMBERS, _QUICK, _QUICK_CASES
    else:
        pace, number = Pace(rounds, seconds), NUMBER
    _CONSOLE.print(machine())
    if profile:
        with registries(members, _CONSOLE) as dsns:
            profiled(dsns, _plans(members), pace.seconds, _CONSOLE)
        return
    compared = _comparison(members, pace, number)
    tables = {"comparison": comparison_table(compared)}
    grown = {int(size): _growth(int(size), seconds / 2) for size in sizes.split(",") if size}
    if grown:
        tables["growth"] = growth_tables(grown)
    for name, table in tables.items():
        _CONSOLE.print(Markdown(table))
        if keep:
            into_page(name, table)
    if keep:
        into_page("machine", f"Measured on {machine()}; {members:,} invented members a registry.")
        _CONSOLE.print(f"written: {save(members, pace, compared, grown)}")


def _comparison(members: int, pace: Pace, number: int) -> Mapping[str, Mapping[str, Figures]]:
    with registries(members, _CONSOLE) as dsns:
        setting = Setting.of(dsns, _plans(members), number)
        with serving(dsns, setting.plans, CONTESTANTS) as ports:
            asyncio.run(check(setting, ports, number))
            _CONSOLE.print(f"{number} cases of each query are answered alike by {', '.join(CONTESTANTS)}")
            return asyncio.run(compare(setting, ports, pace, _CONSOLE))


def _growth(members: int, seconds: float) -> Growth:
    with registries(members, _CONSOLE) as dsns:
        setting = Setting.of(dsns, _plans(members))
        with serving(dsns, setting.plans, ("gateway",)) as ports:
            return asyncio.run(grow(setting, ports["gateway"], seconds))


def _plans(members: int) -> Path:
    return HOME / str(members) / "plans.json"


if __name__ == "__main__":
    typer.run(main)
