"""Which rows, and why: the part of a statement that filters and searches."""

from dataclasses import dataclass

from adapters.contract.catalogue import CATALOGUE, Kind, Path, path_of
from adapters.contract.request import Condition, Search, Where
from adapters.kit.columns import relation_of
from adapters.kit.folder import Projections
from adapters.kit.shaping import Shaping
from adapters.kit.statement import Parameters, literal

__all__ = ["CONCEPT_POINTS", "Predicates"]

CONCEPT_POINTS = 3
"""Points of a search for each hundredth of a concept's weight: 300 for the concept itself."""

# Some 160 characters, cut between words.
_SNIPPET = (
    "regexp_replace(regexp_replace(substr({text}.text, place.start, 160),"
    " case when place.start > 1 then '^[^ ]+ ' else '^' end, case when place.start > 1 then '… ' else '' end),"
    " case when char_length({text}.text) >= place.start + 160 then ' [^ ]*$' else '$' end,"
    " case when char_length({text}.text) >= place.start + 160 then ' …' else '' end)"
)
_LANGUAGES = ("simple", "english", "french", "spanish")

@dataclass(frozen=True, slots=True)
class Predicates:
    """Compiles conditions, boundaries and searches for the projections of one city."""

    projections: Projections
    shaping: Shaping

    def where(self, where: Where, row: str, parameters: Parameters) -> tuple[str, list[str]]:
        """A common table ``hit`` of what the search found (or nothing), and the conditions on a row."""
        conditions = [self._condition(condition, where.object, row, parameters) for condition in where.conditions]
        if where.search is None:
            return "", conditions
        return f"with hit as ({self._hits(where.object, where.search, parameters)}\n)\n", conditions

    def _condition(self, condition: Condition, of: str, row: str, parameters: Parameters) -> str:
        values = parameters.add(list(condition.values), "text[]")
        path = path_of(of, CATALOGUE[of].filters[condition.filter].path)
        return self._found(path, row, values, parameters)

    def _found(self, path: Path, row: str, values: str, parameters: Parameters) -> str:
        owner, taken = path[0]
        match taken.kind:
            case Kind.CHILDREN:
                child = parameters.alias(taken.target)
                source, linked = self.shaping.children(taken, child, parameters)
                inner = self._found(path[1:], child, values, parameters)
                return f"exists (select from {source} where {linked} = {row}.key and {inner})"
            case Kind.CODES | Kind.TERMS:
                relation = relation_of(owner.name, taken.name)
                if relation not in self.projections:
                    return f"{row}.{taken.columns[0]} && {values}"
                pair = parameters.alias("pair")
                return (
                    f"exists (select from ({self.projections[relation]}) as {pair}"
                    f" where {pair}.{owner.name}_key = {row}.key and {pair}.value = any({values}))"
                )
            case _:
                return f"{row}.{taken.columns[0]} = any({values})"

    def leaf(self, path: Path, row: str, parameters: Parameters) -> tuple[str, str]:
        """The joins to the end of a path, and the column there: one output row for each value."""
        owner, taken = path[0]
        match taken.kind:
            case Kind.CHILDREN:
                child = parameters.alias(taken.target)
                source, linked = self.shaping.children(taken, child, parameters)
                joins, column = self.leaf(path[1:], child, parameters)
                return f"\njoin {source} on {linked} = {row}.key{joins}", column
            case Kind.GROUP:
                return "", f"{row}.{path[1][1].columns[0]}"
            case Kind.CODES | Kind.TERMS:
                pair = parameters.alias("pair")
                relation = relation_of(owner.name, taken.name)
                if relation in self.projections:
                    on = f"{pair}.{owner.name}_key = {row}.key"
                    return f"\njoin ({self.projections[relation]}) as {pair} on {on}", f"{pair}.value"
                return f"\ncross join lateral unnest({row}.{taken.columns[0]}) as {pair} (value)", f"{pair}.value"
            case _:
                return "", f"{row}.{taken.columns[0]}"

    def _hits(self, of: str, search: Search, parameters: Parameters) -> str:
        """Members (or other rows) that hold every word in some text, or any concept; with their points."""
        concepts = parameters.add([uri for uri, _ in search.concepts], "text[]")
        weights = parameters.add([weight for _, weight in search.concepts], "integer[]")
        words = [f"word_{place}" for place, _ in enumerate(search.terms)]
        branches = [self._worded(of, place, search, parameters) for place, _ in enumerate(search.terms)]
        for path in CATALOGUE[of].concepts:
            branches.append(self._meant(of, path, concepts, weights, len(words), parameters))
        every = " and ".join(f"max({word}) > 0" for word in words) or "false"
        points = " + ".join([*(f"max({word})" for word in words), f"max(concept) * {CONCEPT_POINTS}"])
        listed = ", ".join(["key", *words, "concept"])
        found = "\n  union all ".join(branches)
        return (
            f"\n  select key, {points} as score\n  from ({found}) as found ({listed})"
            f"\n  group by key having ({every}) or max(concept) > 0"
        )

    def _worded(self, of: str, place: int, search: Search, parameters: Parameters) -> str:
        """The rows whose texts hold one word. A branch for each word, so that no text is cut into words again."""
        text, term = parameters.alias("text"), search.terms[place]
        typed = parameters.add(term.typed, "text")
        cases = " ".join(
            f"when {literal(each.name)} then {each.points} + case when strpos(lower({text}.text), {typed}) > 0"
            f" then {each.exact} else 0 end"
            for each in CATALOGUE[of].texts.values()
            if each.points
        )
        points = ["0"] * (len(search.terms) + 1)
        points[place] = f"case {text}.field {cases} else 0 end"
        return (
            f"select {text}.{of}_key, {', '.join(points)}"
            f" from ({self.projections[f'{of}_text']}) as {text} where {text}.words @@ {tsquery(term.word, parameters)}"
        )

    def _meant(  # noqa: PLR0913, PLR0917
        self, of: str, path: tuple[str, ...], concepts: str, weights: str, words: int, parameters: Parameters
    ) -> str:
        sought, zeros = parameters.alias("sought"), "0, " * words
        steps = path_of(of, path)
        owner, taken = steps[0]
        relation = relation_of(owner.name, taken.name)
        unnested = f"unnest({concepts}, {weights}) as {sought} (concept, weight)"
        if taken.kind is Kind.CHILDREN:
            child = parameters.alias(taken.target)
            source, linked = self.shaping.children(taken, child, parameters)
            column = f"{child}.{steps[1][1].columns[0]}"
            return (
                f"select {linked}, {zeros}{sought}.weight from {source} join {unnested}"
                f" on {column} = {sought}.concept where {column} = any({concepts})"
            )
        pair = parameters.alias("pair")
        if relation in self.projections:
            return (
                f"select {pair}.{of}_key, {zeros}{sought}.weight from ({self.projections[relation]}) as {pair}"
                f" join {unnested} on {pair}.value = {sought}.concept where {pair}.value = any({concepts})"
            )
        return (
            f"select {pair}.key, {zeros}{sought}.weight from ({self.projections[of]}) as {pair}"
            f" join {unnested} on {pair}.{taken.columns[0]} @> array[{sought}.concept]"
            f" where {pair}.{taken.columns[0]} && {concepts}"
        )

    def found_by(self, of: str, search: Search, row: str, parameters: Parameters) -> tuple[str, str]:
        """What the search found in a row: a join, and the JSON list it gives, in an order that does not change."""
        text, joined = parameters.alias("text"), parameters.alias("found")
        branches = []
        if search.terms:
            any_word = " || ".join(tsquery(term.word, parameters) for term in search.terms)
            worded = literal("{" + ",".join(each.name for each in CATALOGUE[of].texts.values() if each.points) + "}")
            typed = parameters.add([term.typed for term in search.terms], "text[]")
            folded = parameters.add([term.word for term in search.terms], "text[]")
            branches.append(
                f"select {text}.field, {text}.lang, {_SNIPPET.format(text=text)} as snippet,"
                f" (select bool_or(strpos(lower({text}.text), word) > 0) from unnest({typed}) as typed (word)) as exact,"
                f" null::text as concept"
                f" from ({self.projections[f'{of}_text']}) as {text} cross join lateral ({_place(text, folded)}) as place"
                f" where {text}.{of}_key = {row}.key and {text}.words @@ ({any_word}) and {text}.field = any({worded}::text[])"
            )
        concepts = parameters.add([uri for uri, _ in search.concepts], "text[]")
        for path in CATALOGUE[of].concepts:
            joins, column = self.leaf(path_of(of, path), row, parameters)
            branches.append(
                f"select {literal(path[0].upper())}, null::text, null::text, false, {column}"
                f" from (select) as here{joins} where {column} = any({concepts})"
            )
        union = "\n    union ".join(branches)
        return (
            "\nleft join lateral (select coalesce(json_agg(row_to_json(hits)"
            ' order by hits.field collate "C", hits.lang collate "C", hits.concept collate "C", hits.snippet collate "C"),'
            f" '[]'::json) as body from ({union}) as hits (field, lang, snippet, exact, concept)) as {joined} on true",
            f"{joined}.body::text",
        )


def tsquery(word: str, parameters: Parameters) -> str:
    """A word as a query: as it stands, or as the stem that each language makes of it."""
    placeholder = parameters.add(word, "text")
    return "(" + " || ".join(f"plainto_tsquery('pg_catalog.{each}', {placeholder})" for each in _LANGUAGES) + ")"


def _place(text: str, words: str) -> str:
    """Where a snippet begins: some way before the first word that stands in the text as folded."""
    return (
        f"select greatest(coalesce(min(nullif(strpos(corridor.fold({text}.text), word), 0)), 1) - 40, 1) as start"
        f" from unnest({words}) as folded (word)"
    )
