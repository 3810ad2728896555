"""Splicing: a registry's text goes into the response untouched, past graphql-core's completion of values.

``complete_value`` is the one place where graphql-core is overridden. Version 3.3 marks it private: both
packages are pinned, and ``tests/execution/test_splice.py`` fails when its meaning changes.
"""

from typing import Any

from graphql.execution import Executor
from orjson import Fragment

__all__ = ["SplicingExecutor", "spliced"]


class SplicingExecutor(Executor[Any]):
    """An executor that leaves finished JSON as it is."""

    def complete_value(  # noqa: D102, PLR0913 - as in the base class
        self,
        return_type: Any,
        field_details_list: Any,
        info: Any,
        path: Any,
        result: Any,
        position_context: Any,
    ) -> Any:
        if type(result) is Fragment:
            return result
        return super().complete_value(return_type, field_details_list, info, path, result, position_context)


def spliced(texts: list[str]) -> Fragment:
    """A list of finished JSON values as one."""
    return Fragment(f"[{','.join(texts)}]")
