"""``python -m benchmarks``: the comparison, growth, and their tables."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markdown import Markdown

from benchmarks.comparison import Figures, Pace, check, compare
from benchmarks.contestants import ALL, QUICK
from benchmarks.growth import grow, publish, tables
from benchmarks.processes import serving
from benchmarks.profiling import profile_table, profiled
from benchmarks.programs import able
from benchmarks.registries import HOME, registries
from benchmarks.report import comparison_content, comparison_table, into_page, machine, save
from benchmarks.setting import NUMBER, Setting
from benchmarks.thresholds import fallen

_QUICK_MEMBERS = 1_000
_QUICK = Pace(rounds=3, seconds=0.5)
_QUICK_CASES = 30

_CONSOLE = Console()


def main(
    members: Annotated[int, typer.Option(help="Invented members of each registry.")] = 20_000,
    rounds: Annotated[int, typer.Option(help="Turns of each contestant.")] = 5,
    seconds: Annotated[float, typer.Option(help="Seconds of a turn.")] = 3.0,
    sizes: Annotated[
        str,
        typer.Option("--growth", help="Growth instead, over registries of these sizes, such as 20000,200000,1000000."),
    ] = "",
    only: Annotated[
        str, typer.Option(help="Contestants beside the gateway, such as floor,naive; all of them otherwise.")
    ] = "",
    quick: Annotated[
        bool, typer.Option("--quick", help="The short form: 1,000 members, under a minute; fails below the least.")
    ] = False,
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
            _publish("profile", profile_table(profiled(dsns, _plans(members), pace.seconds, _CONSOLE)), keep=keep)
        return
    if sizes:
        _growth([int(size) for size in sizes.split(",")], Pace(rounds, seconds / 3), keep=keep)
        return
    names = ("gateway", *only.split(",")) if only else QUICK if quick else ALL
    compared = _comparison(members, pace, number, able(names, _CONSOLE))
    _publish("comparison", comparison_table(compared), keep=keep)
    if quick and (below := fallen(compared)):
        _CONSOLE.print("[bold]The gateway has become slower:[/bold]", *below, sep="\n")
        raise typer.Exit(1)
    if keep:
        into_page("machine", f"Measured on {machine()}; {members:,} invented members a registry.")
        _CONSOLE.print(f"written: {save('comparison', comparison_content(members, pace, compared))}")


def _comparison(members: int, pace: Pace, number: int, names: Sequence[str]) -> Mapping[str, Mapping[str, Figures]]:
    with registries(members, _CONSOLE) as dsns:
        setting = Setting.of(dsns, _plans(members), number)
        with serving(dsns, setting.plans, names) as ports:
            asyncio.run(check(setting, ports, number))
            _CONSOLE.print(f"{number} cases of each query are answered alike by {', '.join(names)}")
            return asyncio.run(compare(setting, ports, pace, _CONSOLE))


def _growth(sizes: Sequence[int], pace: Pace, *, keep: bool) -> None:
    grown = grow(sizes, pace, _CONSOLE)
    for table in tables(grown).values():
        _CONSOLE.print(Markdown(table))
    if keep:
        _CONSOLE.print(f"written: {publish(grown, pace)}")


def _publish(section: str, table: str, *, keep: bool) -> None:
    _CONSOLE.print(Markdown(table))
    if keep:
        into_page(section, table)


def _plans(members: int) -> Path:
    return HOME / str(members) / "plans.json"


if __name__ == "__main__":
    typer.run(main)
