"""With which variables the queries are asked: drawn from the registries' own rows, the same for the same seed."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from adapters.contract.codes import Visibility
from adapters.contract.languages import LANGUAGES
from adapters.contract.request import Boundary
from adapters.kit.postgres import PostgresRegistry
from adapters.kit.statement import Statement
from benchmarks.registries import SEED
from gateway.federation.reference import Reference
from gateway.vocabulary import Vocabulary

__all__ = ["Case", "Draw", "cases", "draw"]

_SECTORS = ("PRIVATE", "INSTITUTIONAL", "PUBLIC")
_REFERENCES = 6


@dataclass(frozen=True, slots=True)
class Case:
    """One request: its variables, and for a page of a list the row that it begins behind (no cursor is written yet)."""

    variables: Mapping[str, object]
    behind: Boundary | None = None


@dataclass(frozen=True, slots=True)
class Draw:
    """Rows of both registries, in random order: boundaries by name, and words to search for."""

    members: Sequence[Boundary]
    words: Sequence[str]


async def draw(registries: Sequence[PostgresRegistry], vocabulary: Vocabulary, number: int) -> Draw:
    """Draws about ``number`` members of each registry, and as many words: names, and labels of capabilities."""
    rng = random.Random(SEED)  # noqa: S311 - a sample, not a secret
    members, words, concepts = [], [], set()
    for registry in registries:
        projections = registry.compiler.projections.under(Visibility.CORRIDOR)
        rows = await registry.run(
            Statement(
                f"select key, name_key, display_name from ({projections['member']}) as row"
                f" order by md5(key || $1) limit $2",
                (str(SEED), number),
            )
        )
        members += [Boundary(row["name_key"], registry.cluster.code, row["key"]) for row in rows]
        words += [str(row["display_name"]).split()[0] for row in rows[: number // 4]]
        found = await registry.run(Statement(f"select distinct concept from ({projections['capability']}) as row", ()))
        concepts |= {row["concept"] for row in found}
    known = [vocabulary.concepts[uri] for uri in rng.sample(sorted(concepts), min(len(concepts), number // 2))]
    words += [concept.labels[rng.choice(LANGUAGES)] for concept in known]
    rng.shuffle(members)
    rng.shuffle(words)
    return Draw(members, words)


def cases(drawn: Draw, number: int) -> Mapping[str, Sequence[Case]]:
    """So many cases of each query, by the query's name."""
    rng = random.Random(SEED)  # noqa: S311
    ids = [Reference("Member", each.cluster, each.key).id for each in drawn.members]
    return {
        "Q1": [Case({"id": each}) for each in ids[:number]],
        "Q2": [Case({}, each) for each in drawn.members[:number]],
        "Q3": [Case({"search": word, "sectors": rng.sample(_SECTORS, 2)}) for word in drawn.words[:number]],
        "Q4": [Case({"ids": rng.sample(ids, _REFERENCES)}) for _ in range(number)],
    }
