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
from gateway.reference import Reference
from gateway.vocabulary import Vocabulary

__all__ = ["SEATS", "Case", "Draw", "cases", "draw"]

_SECTORS = ("PRIVATE", "INSTITUTIONAL", "PUBLIC")
_REFERENCES = 6
SEATS = 12
"""Members of a consortium."""
_REQUIRED = 4


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
    needs: Sequence[str]
    """Global IDs of needs with four requirements, the most there are."""
    concepts: Sequence[str]
    """What members are capable of."""

    def groups(self, number: int) -> list[list[str]]:
        """So many groups of members of both cities, by global ID: half of each."""
        cities: dict[str, list[str]] = {}
        for each in self.members:
            cities.setdefault(each.cluster, []).append(Reference("Member", each.cluster, each.key).id)
        rng = random.Random(SEED)  # noqa: S311
        share = SEATS // len(cities)
        return [[each for ids in cities.values() for each in rng.sample(ids, share)] for _ in range(number)]


async def draw(
    registries: Sequence[PostgresRegistry], vocabulary: Vocabulary, number: int, *, matched: bool = True
) -> Draw:
    """Draws about ``number`` members of each registry, and as many words: names, and labels of capabilities.

    Needs too, where they are to be ``matched``: to find some, all needs of a registry are read.
    """
    rng = random.Random(SEED)  # noqa: S311 - a sample, not a secret
    members, words, needs, concepts = [], [], [], set()
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
        if matched:
            needs += await _needs(registry, number)
    known = [vocabulary.concepts[uri] for uri in rng.sample(sorted(concepts), min(len(concepts), number // 2))]
    words += [concept.labels[rng.choice(LANGUAGES)] for concept in known]
    rng.shuffle(members)
    rng.shuffle(words)
    rng.shuffle(needs)
    return Draw(members, words, needs, sorted(concepts))


async def _needs(registry: PostgresRegistry, number: int) -> list[str]:
    projections = registry.compiler.projections.under(Visibility.CORRIDOR)
    rows = await registry.run(
        Statement(
            f"select need.key from ({projections['need']}) as need where owner_key is not null and"
            f" (select count(*) from ({projections['requirement']}) as row where need_key = need.key) = $1"
            " order by md5(need.key || $2) limit $3",
            (_REQUIRED, str(SEED), number),
        )
    )
    return [Reference("Need", registry.cluster.code, row["key"]).id for row in rows]


def cases(drawn: Draw, number: int, consortia: Sequence[str] = ()) -> Mapping[str, Sequence[Case]]:
    """So many cases of each query, by the query's name; those of Q5 are these consortia, by global ID."""
    rng = random.Random(SEED)  # noqa: S311
    ids = [Reference("Member", each.cluster, each.key).id for each in drawn.members]
    return {
        "Q1": [Case({"id": each}) for each in ids[:number]],
        "Q2": [Case({}, each) for each in drawn.members[:number]],
        "Q3": [Case({"search": word, "sectors": rng.sample(_SECTORS, 2)}) for word in drawn.words[:number]],
        "Q4": [Case({"ids": rng.sample(ids, _REFERENCES)}) for _ in range(number)],
        "Q5": [Case({"id": each}) for each in consortia],
        "Q6": [Case({"need": each}) for each in drawn.needs[:number]],
    }
