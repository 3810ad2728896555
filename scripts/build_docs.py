"""Writes into the pages of docs/reference what the code says.

    python scripts/build_docs.py           writes
    python scripts/build_docs.py --check   names the pages that are old, and ends with 1 where there are any

What stands between ``<!-- begin NAME -->`` and ``<!-- end NAME -->`` is written by the function of that name in
reference_pages; the rest of a page is written by people. Two runs give the same bytes. The prose of the error codes is
in docs/reference/errors.toml.
"""

import re
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import partial

from reference_pages.commands import commands
from reference_pages.corridor import LIVES, blockers, failure_table, failures, life, match_reasons, roles
from reference_pages.errors import error_table, errors
from reference_pages.markdown import REFERENCE
from reference_pages.projections import codes, optional_projections, projections
from reference_pages.schema import mutations, queries, subscriptions, types
from reference_pages.settings import GROUPS, limits, plain, rates, settings, weights

__all__ = ["GROUPS", "LIVES", "REFERENCE", "SECTIONS", "main", "plain", "written"]

_SECTION = re.compile(r"(<!-- begin (\w+) -->\n).*?(<!-- end \2 -->)", re.DOTALL)

SECTIONS: Mapping[str, Callable[[], Iterator[str]]] = (
    {name: partial(settings, *group) for name, group in GROUPS.items()}
    | {name: partial(life, each) for name, each in LIVES.items()}
    | {
        each.__name__: each
        for each in (
            limits,
            rates,
            weights,
            error_table,
            errors,
            commands,
            queries,
            mutations,
            subscriptions,
            types,
            projections,
            optional_projections,
            codes,
            roles,
            failure_table,
            failures,
            blockers,
            match_reasons,
        )
    }
)
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
