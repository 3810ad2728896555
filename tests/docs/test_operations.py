"""The operations and statements that the pages show are run; the answers that stand behind them are like the real ones.

Marks behind the language of a block say how: ``graphql down=guadalajara`` runs with that city's registry out of reach,
``graphql errors=BAD_CURSOR`` expects that code, ``json variables`` and ``json answer`` belong to the operation before
them, ``sql run=montreal`` runs as the owner of that city's database. In variables, ``<endCursor>`` and ``<id>`` stand
for the last ones that an answer on the same page held. Pages that tell a story have marks of their own: see telling.py.
"""

import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from gateway.app import Gateway, open_directory
from gateway.execution.operations import Operation
from gateway.settings import RegistrySettings, Settings
from tests.agreements import agreed
from tests.docs.answers import MEANT_EXACTLY, unlike
from tests.docs.conftest import Tell
from tests.docs.pages import PAGES, Block, all_blocks, blocks, name
from tests.docs.telling import failures_of, request_errors_of
from tests.viewers import PARTNER, Notes

Open = Callable[[str], Awaitable[Gateway]]


def _tells(page: Path) -> bool:
    """Whether a page tells a story, by several viewers."""
    return any("as" in block.marks for block in blocks(page))


ASKING = [page for page in PAGES if not _tells(page) and any(block.language == "graphql" for block in blocks(page))]
TELLING = [page for page in PAGES if _tells(page)]


@pytest.fixture
async def opened(city_databases: dict[str, str]) -> AsyncIterator[Open]:
    """Gateways over both cities, by the city that is out of reach ("" for none); one secret, so that cursors pass."""
    gateways: dict[str, Gateway] = {}
    with socket.socket() as closed:  # bound, and nobody listens
        closed.bind(("127.0.0.1", 0))
        nowhere = f"postgresql://nobody@127.0.0.1:{closed.getsockname()[1]}/none"

        async def opening(down: str) -> Gateway:
            if down not in gateways:
                dsns = city_databases | ({down: nowhere} if down else {})
                slow = {"deadline": 30, "statement_timeout": 20, "connect_timeout": 20}  # for a busy machine
                registries = {city: RegistrySettings(dsn=dsn, **slow) for city, dsn in dsns.items()}
                settings = Settings(registries=registries, cursor_secret="for tests only", request_deadline=60)
                directory = open_directory(settings)
                gateways[down] = Gateway.of(settings, directory, Notes(), corridor=agreed(directory))
            return gateways[down]

        yield opening
    for gateway in gateways.values():
        await gateway.directory.close()


def _of_operation(found: list[Block], place: int, kind: str) -> Block | None:
    """The block of variables or of the answer that follows an operation, before the next operation."""
    for block in found[place + 1 :]:
        if block.language == "graphql":
            return None
        if block.language == "json" and kind in block.marks:
            return block
    return None


def _filled(variables: Any, known: dict[str, str]) -> Any:
    if isinstance(variables, dict):
        return {key: _filled(value, known) for key, value in variables.items()}
    if isinstance(variables, list):
        return [_filled(value, known) for value in variables]
    return known[variables] if isinstance(variables, str) and variables.startswith("<") else variables


def _values(answer: Any, key: str) -> Iterator[str]:
    parts = answer.values() if isinstance(answer, dict) else answer if isinstance(answer, list) else ()
    if isinstance(answer, dict) and isinstance(answer.get(key), str):
        yield answer[key]
    for part in parts:
        yield from _values(part, key)


@pytest.mark.parametrize("page", ASKING, ids=name)
async def test_the_operations_of_a_page_run_as_it_says(page: Path, opened: Open) -> None:
    found, known = blocks(page), dict[str, str]()
    for place, block in enumerate(found):
        if block.language != "graphql":
            continue
        given = _of_operation(found, place, "variables")
        variables = _filled(json.loads(given.text), known) if given else None
        down = block.marks.get("down", "")
        response = await (await opened(down)).run(Operation(block.text, variables=variables, viewer=PARTNER))
        answer = json.loads(response.body)
        codes = {error["extensions"]["code"] for error in answer.get("errors", [])}
        expected = set(filter(None, block.marks.get("errors", "SOURCE_UNAVAILABLE" if down else "").split(",")))
        assert codes == expected, f"{block}: {answer}"
        if expected <= {"SOURCE_UNAVAILABLE"}:
            assert answer["data"], block
            assert all(answer["data"].values()), f"{block}: nothing came back: {answer}"
        shown = _of_operation(found, place, "answer")
        if shown is not None:
            differences = list(unlike(json.loads(shown.text), answer))
            assert not differences, f"{shown}: {differences}"
        for key in ("endCursor", "id"):
            for value in list(_values(answer, key))[:1]:
                known[f"<{key}>"] = value


@pytest.mark.parametrize("page", TELLING, ids=name)
async def test_the_story_of_a_page_goes_as_it_says(page: Path, teller: Tell) -> None:
    found = blocks(page)
    told = await teller(agreed=not any("registerAgreement" in block.text for block in found))
    for place, block in enumerate(found):
        if block.language != "graphql":
            continue
        given = _of_operation(found, place, "variables")
        answer = await told.tell(block, json.loads(given.text) if given else {})
        assert request_errors_of(answer) == _marked(block, "errors"), f"{block}: {answer}"
        assert failures_of(answer) == _marked(block, "failures"), f"{block}: {answer}"
        shown = _of_operation(found, place, "answer")
        if shown is not None:
            differences = list(unlike(json.loads(shown.text), answer, exactly=MEANT_EXACTLY - _marked(shown, "any")))
            assert not differences, f"{shown}: {differences}"


def _marked(block: Block, mark: str) -> set[str]:
    return set(filter(None, block.marks.get(mark, "").split(",")))


@pytest.mark.parametrize("block", all_blocks("json"), ids=str)
def test_json_is_json(block: Block) -> None:
    json.loads(block.text)


@pytest.mark.parametrize("block", [block for block in all_blocks("sql") if "run" in block.marks], ids=str)
async def test_statements_marked_to_run_do(block: Block, city_databases: dict[str, str]) -> None:
    connection = await asyncpg.connect(city_databases[block.marks["run"]])
    try:
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute(block.text)
        await transaction.rollback()
    finally:
        await connection.close()


def test_the_readme_shows_an_operation_and_its_answer() -> None:
    readme = next(page for page in PAGES if page.name == "README.md" and name(page) == "README.md")
    assert [block.language for block in blocks(readme)].count("graphql") >= 1
    assert any(block.language == "json" and "answer" in block.marks for block in blocks(readme))


def test_an_answer_that_is_not_like_the_real_one_is_noticed() -> None:
    real = {"data": {"members": {"complete": True, "nodes": [{"id": "x"}]}}}
    assert not list(unlike({"data": {"members": {"complete": True, "nodes": [{"id": "y"}]}}}, real))
    assert list(unlike({"data": {"members": {"complete": False, "nodes": []}}}, real))
    assert list(unlike({"data": {"members": {"complete": True, "nodes": [{"name": "y"}]}}}, real))
    assert list(unlike({"data": {"members": {"complete": True}}}, real))
