"""The command line."""

from collections.abc import Iterator
from typing import Any

import typer

from gateway.cli import app
from reference_pages.markdown import table

__all__ = ["commands"]


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
        yield from (*table(["argument or option", "default", "what it does"], rows), "")


def _shown(parameter: Any) -> str:
    if parameter.required:
        return "required"
    return {None: "none", False: "off"}.get(parameter.default, f"`{parameter.default}`")
