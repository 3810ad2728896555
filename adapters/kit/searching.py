"""What a search finds, and why: the part of a statement that scores rows and says what they were found by."""

from dataclasses import dataclass

from adapters.contract.catalogue import CATALOGUE, CONCEPT_POINTS, Kind, path_of
from adapters.contract.request import Search
from adapters.kit.columns import relation_of
from adapters.kit.predicates import Predicates
from adapters.kit.statement import Parameters, literal

__all__ = ["Searching"]

# Some 160 characters, cut between words.
_SNIPPET = (
    "regexp_replace(regexp_replace(substr({text}.text, place.start, 160),"
    " case when place.start > 1 then '^[^ ]+ ' else '^' end, case when place.start > 1 then '… ' else '' end),"
    " case when char_length({text}.text) >= place.start + 160 then ' [^ ]*$' else '$' end,"
    " case when char_length({text}.text) >= place.start + 160 then ' …' else '' end)"
)
_LANGUAGES = ("simple", "english", "french", "spanish")


@dataclass(frozen=True, slots=True)
class Searching:
    """Compiles searches for the projections of one city."""

    predicates: Predicates

    def hits(self, of: str, search: Search, parameters: Parameters) -> str:
        """A query of (key, score): the rows that hold every word in some text, or any concept."""
        concepts = parameters.add([uri for uri, _ in search.concepts], "text[]")
        weights = parameters.add([weight for _, weight in search.concepts], "integer[]")
        words = [f"word_{place}" for place, _ in enumerate(search.terms)]
        branches = [
            *(self._worded(of, place, search, parameters) for place, _ in enumerate(search.terms)),
            *(self._meant(of, path, concepts, weights, len(words), parameters) for path in CATALOGUE[of].concepts),
        ]
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
            f" from ({self.predicates.projections[f'{of}_text']}) as {text}"
            f" where {text}.words @@ {tsquery(term.word, parameters)}"
        )

    def _meant(  # noqa: PLR0913
        self, of: str, path: tuple[str, ...], concepts: str, weights: str, words: int, parameters: Parameters
    ) -> str:
        sought, zeros = parameters.alias("sought"), "0, " * words
        steps = path_of(of, path)
        owner, taken = steps[0]
        relation = relation_of(owner.name, taken.name)
        unnested = f"unnest({concepts}, {weights}) as {sought} (concept, weight)"
        if taken.kind is Kind.CHILDREN:
            child = parameters.alias(taken.target)
            source, linked = self.predicates.shaping.children(taken, child, parameters)
            column = f"{child}.{steps[1][1].columns[0]}"
            return (
                f"select {linked}, {zeros}{sought}.weight from {source} join {unnested}"
                f" on {column} = {sought}.concept where {column} = any({concepts})"
            )
        pair = parameters.alias("pair")
        if relation in self.predicates.projections:
            return (
                f"select {pair}.{of}_key, {zeros}{sought}.weight"
                f" from ({self.predicates.projections[relation]}) as {pair}"
                f" join {unnested} on {pair}.value = {sought}.concept where {pair}.value = any({concepts})"
            )
        return (
            f"select {pair}.key, {zeros}{sought}.weight from ({self.predicates.projections[of]}) as {pair}"
            f" join {unnested} on {pair}.{taken.columns[0]} @> array[{sought}.concept]"
            f" where {pair}.{taken.columns[0]} && {concepts}"
        )

    def found_by(self, of: str, search: Search, row: str, parameters: Parameters) -> tuple[str, str]:
        """What the search found in a row: a join, and the JSON list it gives, in an order that does not change."""
        joined = parameters.alias("found")
        concepts = parameters.add([uri for uri, _ in search.concepts], "text[]")
        branches = [self._found_words(of, search, row, parameters)] if search.terms else []
        for path in CATALOGUE[of].concepts:
            joins, column = self.predicates.leaf(path_of(of, path), row, parameters)
            branches.append(
                f"select {literal(path[0].upper())}, null::text, null::text, false, {column}"
                f" from (select) as here{joins} where {column} = any({concepts})"
            )
        union = "\n    union ".join(branches)
        order = ", ".join(f'hits.{column} collate "C"' for column in ("field", "lang", "concept", "snippet"))
        return (
            f"\nleft join lateral (select coalesce(json_agg(row_to_json(hits) order by {order}), '[]'::json) as body"
            f" from ({union}) as hits (field, lang, snippet, exact, concept)) as {joined} on true",
            f"{joined}.body::text",
        )

    def _found_words(self, of: str, search: Search, row: str, parameters: Parameters) -> str:
        text = parameters.alias("text")
        any_word = " || ".join(tsquery(term.word, parameters) for term in search.terms)
        fields = literal("{" + ",".join(each.name for each in CATALOGUE[of].texts.values() if each.points) + "}")
        typed = parameters.add([term.typed for term in search.terms], "text[]")
        place = _place(text, parameters.add([term.word for term in search.terms], "text[]"))
        return (
            f"select {text}.field, {text}.lang, {_SNIPPET.format(text=text)},"
            f" (select bool_or(strpos(lower({text}.text), word) > 0) from unnest({typed}) as typed (word)), null::text"
            f" from ({self.predicates.projections[f'{of}_text']}) as {text} cross join lateral ({place}) as place"
            f" where {text}.{of}_key = {row}.key and {text}.words @@ ({any_word})"
            f" and {text}.field = any({fields}::text[])"
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
