"""`corridor documents`: what is registered, and what is refused with its place."""

import json
from hashlib import sha256
from pathlib import Path

import asyncpg
import pytest

from gateway.errors import ClientError
from gateway.store import Store
from tests.cli.conftest import Corridor

GOOD = "query Clusters { clusters { slug } }\n"
OTHER = "# with a comment\r\nquery One($id: ID!) { member(id: $id) { __typename } }"


def digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def manifest(*bodies: str, **changes: object) -> str:
    operations = [{"id": digest(body), "name": f"N{n}", "type": "query", "body": body} for n, body in enumerate(bodies)]
    parts = {"format": "apollo-persisted-query-manifest", "version": 1, "operations": operations, **changes}
    return json.dumps(parts)


async def kept(store: Store) -> dict[str, str]:
    rows = await store.fetch("select hash, text from corridor.documents")
    return {row["hash"]: row["text"] for row in rows}


async def test_files_folders_and_manifests_are_registered(
    corridor: Corridor, tmp_path: Path, store_owner: str, store: Store
) -> None:
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "deep" / "a.graphql").write_bytes(GOOD.encode())
    (tmp_path / "deep" / "er" / "b.gql").write_bytes(OTHER.encode())
    (tmp_path / "deep" / "notes.txt").write_text("no document", encoding="utf-8")
    (tmp_path / "manifest.json").write_text(manifest("{ a: __typename }", GOOD), encoding="utf-8")
    done = corridor("documents", "register", "deep", "manifest.json", "--dsn", store_owner)
    assert (done.returncode, done.stderr) == (0, "")
    assert await kept(store) == {digest(text): text for text in (GOOD, OTHER, "{ a: __typename }")}
    assert f"sha256:{digest(OTHER)}  deep/er/b.gql" in done.stdout
    assert "3 new, 1 registered before" in done.stdout
    again = corridor("documents", "register", "deep/a.graphql", "--dsn", store_owner)
    assert "0 new, 1 registered before" in again.stdout

    listed = corridor("documents", "list", "--dsn", store_owner)
    assert all(f"sha256:{digest(text)}" in listed.stdout for text in (GOOD, OTHER))
    removed = corridor("documents", "remove", f"sha256:{digest(GOOD)}", "--dsn", store_owner)
    assert removed.returncode == 0
    assert digest(GOOD) not in await kept(store)
    assert corridor("documents", "remove", digest(GOOD), "--dsn", store_owner).returncode == 1
    assert corridor("documents", "remove", "x", "--dsn", store_owner).returncode == 2


WRONG = {
    "syntax.graphql": ("query {\n  clusters {\n", "syntax.graphql:3:1: Syntax Error"),
    "schema.graphql": ("query {\n  clusters { slg }\n}", "schema.graphql:2:14: Cannot query field 'slg'"),
    "limits.graphql": ("{ " + "__typename " * 1000 + "}", "limits.graphql:1:"),
    "empty.graphql": ("", "empty.graphql:1:1: Syntax Error"),
    "fragment.graphql": ("fragment A on Member { id }", "fragment.graphql:1:1: Fragment 'A' is never used"),
    "bytes.graphql": (b"\xff{}", "bytes.graphql: "),
    "text.json": ("{", "text.json: not valid JSON (line 1, column 2)"),
    "other.json": ("{}", "other.json: not a manifest"),
    "version.json": (manifest(GOOD, version=2), "version.json: not a manifest"),
    "body.json": (manifest(operations=[{"id": "x"}]), "body.json: operation number 1 lacks its id or its body"),
    "id.json": (manifest(operations=[{"id": "x", "name": "A", "body": GOOD}]),
                "id.json: the id of operation A is not the SHA-256 of its body"),
    "inner.json": (manifest(GOOD, "{ nothing }"), "inner.json, operation N1:1:3: Cannot query field"),
}  # fmt: skip


async def test_where_some_are_wrong_each_is_said_with_its_place_and_none_is_registered(
    corridor: Corridor, tmp_path: Path, store_owner: str, store: Store
) -> None:
    (tmp_path / "good.graphql").write_text(GOOD, encoding="utf-8")
    for name, (content, _) in WRONG.items():
        (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    refused = corridor("documents", "register", "good.graphql", *WRONG, "nowhere.graphql", "--dsn", store_owner)
    assert refused.returncode == 1
    for said in (*(said for _, said in WRONG.values()), "nowhere.graphql: "):
        assert said in refused.stderr.replace("\n", " ")
    assert "Traceback" not in refused.stderr
    assert "good.graphql" not in refused.stderr
    assert await kept(store) == {}


def test_without_a_store_it_says_so(corridor: Corridor, tmp_path: Path) -> None:
    (tmp_path / "good.graphql").write_text(GOOD, encoding="utf-8")
    refused = corridor("documents", "register", "good.graphql")
    assert (refused.returncode, "no store is set" in refused.stderr) == (2, True)
    away = corridor("documents", "list", "--dsn", "postgresql://nobody:hunter2@127.0.0.1:1/none")
    assert away.returncode == 1
    assert "hunter2" not in away.stderr


@pytest.mark.parametrize(
    "statement",
    ["insert into corridor.documents values ('x', 'x', 'x')", "delete from corridor.documents",
     "update corridor.documents set name = ''", "truncate corridor.documents"],
)  # fmt: skip
async def test_a_gateway_can_only_read_them(store: Store, statement: str) -> None:
    with pytest.raises(ClientError) as refused:
        await store.execute(statement)
    assert isinstance(refused.value.__cause__, asyncpg.InsufficientPrivilegeError)


async def test_a_text_cannot_be_kept_under_another_hash(store_owner: str) -> None:
    connection = await asyncpg.connect(store_owner)
    with pytest.raises(asyncpg.CheckViolationError):
        await connection.execute("insert into corridor.documents values ($1, '{ a }', 'x')", digest("{ b }"))
    await connection.close()
