"""``python -m benchmarks``: the comparison, growth, and their tables."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markdown import Markdown

from benchmarks.comparison import Pace, check, compare
from benchmarks.contestants import NODE, QUICK
from benchmarks.growth import grow, publish, tables
from benchmarks.processes import serving
from benchmarks.profiling import profile_table, profiled
from benchmarks.programs import able
from benchmarks.queries import EVERY_QUERY
from benchmarks.registries import HOME, registries
from benchmarks.report import comparison_content, comparison_table, into_page, machine, save
from benchmarks.setting import NUMBER, Setting
from benchmarks.store import store
from benchmarks.thresholds import fallen

_QUICK_MEMBERS = 1_000
_QUICK = Pace(rounds=4, seconds=0.4, concurrency=16)
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
        str, typer.Option(help="Of the contestants on Node only these, such as mercurius,hive; otherwise all.")
    ] = "",
    quick: Annotated[
        bool, typer.Option("--quick", help="The short form: 1,000 members, under a minute; fails below the least.")
    ] = False,
    profile: Annotated[bool, typer.Option("--profile", help="Where the gateway's time goes, instead.")] = False,
    keep: Annotated[bool, typer.Option("--save", help="Write the results and the tables of the docs.")] = False,
) -> None:
    """Measure the gateway against its floor and against naive Strawberry, in turns, answers found equal first."""
    members, pace = (_QUICK_MEMBERS, _QUICK) if quick else (members, Pace(rounds, seconds))
    _CONSOLE.print(machine())
    if profile:
        with registries(members, _CONSOLE) as dsns, store() as given:
            spent = profiled(dsns, given, _plans(members), pace.seconds, _CONSOLE)
            _publish("profile", profile_table(spent), keep=keep)
        return
    if sizes:
        _growth([int(size) for size in sizes.split(",")], Pace(rounds, seconds / 3), keep=keep)
        return
    if quick:
        _held()
        return
    names = ("gateway", "floor", "naive", *(only.split(",") if only else NODE))
    with _asked(members, NUMBER, able(names, _CONSOLE)) as (setting, ports):
        compared = asyncio.run(compare(setting, ports, pace, _CONSOLE))
    _publish("comparison", comparison_table(compared), keep=keep)
    if keep:
        from benchmarks.bars import draw  # noqa: PLC0415 - matplotlib is needed for the plot alone

        draw(compared)
        into_page("machine", f"Measured on {machine()}; {members:,} invented members a registry.")
        _CONSOLE.print(f"written: {save('comparison', comparison_content(members, pace, compared))}")


@contextmanager
def _asked(members: int, number: int, names: Sequence[str]) -> Iterator[tuple[Setting, Mapping[str, int]]]:
    """Runs these contestants, once all of them have given so many answers alike."""
    with registries(members, _CONSOLE) as dsns, store() as given:
        setting = Setting.of(dsns, _plans(members), given, number)
        with serving(dsns, given.dsn, setting.plans, names) as ports:
            asyncio.run(check(setting, ports, number))
            _CONSOLE.print(f"{number} cases of each query are answered alike by {', '.join(names)}")
            yield setting, ports


def _held() -> None:
    """The short form; ends with an error if the gateway is below the least, twice."""
    with _asked(_QUICK_MEMBERS, _QUICK_CASES, QUICK) as (setting, ports):
        compared = asyncio.run(compare(setting, ports, _QUICK, _CONSOLE))
        if doubtful := fallen(compared):
            queries = [query for query in EVERY_QUERY if query.name in doubtful]
            again = asyncio.run(compare(setting, ports, _QUICK, _CONSOLE, queries))
            compared = {**compared, **again}
    _publish("comparison", comparison_table(compared), keep=False)
    if below := fallen(compared):
        _CONSOLE.print(
            "The gateway has lost speed. Ratios are held in benchmarks/thresholds.py.", *below.values(), sep="\n"
        )
        raise typer.Exit(1)


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
