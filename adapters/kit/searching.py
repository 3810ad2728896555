"""What a search finds, and why: the part of a statement that scores rows and says what they were found by."""

from dataclasses import dataclass

from adapters.contract.catalogue import CATALOGUE, CONCEPT_POINTS, path_of
from adapters.contract.objects import Kind
from adapters.kit.columns import relation_of
from adapters.kit.forms import SearchForm, Values
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
    """Compiles searches for the projections of one city, under one view."""

    predicates: Predicates

    def hits(self, of: str, search: SearchForm, parameters: Parameters) -> str:
        """A query of (key, place, score): the rows that hold every word in some text, or any concept.

        ``place`` is the key in the order of bytes, for a page that begins with the best hits.
        """
        words = [f"word_{place}" for place in range(search.terms)]
        columns = [*words, "concept"] if search.concepts else words
        branches = [self._worded(of, word, columns, parameters) for word in words]
        if search.concepts:
            concepts = parameters.add(_concepts, "text[]")
            weights = parameters.add(_weights, "integer[]")
            branches += [
                self._meant(of, path, concepts, weights, len(words), parameters) for path in CATALOGUE[of].concepts
            ]
        if not branches:
            return "\n  select null::text as key, null::text as place, 0 as score where false"
        every = [" and ".join(f"max({word}) > 0" for word in words)] if words else []
        enough = [*every, "max(concept) > 0"] if search.concepts else every
        points = [f"max({word})" for word in words] + ([f"max(concept) * {CONCEPT_POINTS}"] if search.concepts else [])
        found = "\n  union all ".join(branches)
        return (
            f'\n  select key, key collate "C" as place, {" + ".join(points)} as score'
            f"\n  from ({found}) as found ({', '.join(['key', *columns])})"
            f"\n  group by key having {' or '.join(enough)}"
        )

    def _worded(self, of: str, word: str, columns: list[str], parameters: Parameters) -> str:
        """The rows whose texts hold one word. A branch for each word, so that no text is cut into words again."""
        text, place = parameters.alias("text"), columns.index(word)
        typed = parameters.add(lambda values: values.terms[place].typed, "text")
        cases = " ".join(
            f"when {literal(each.name)} then {each.points} + case when strpos(lower({text}.text), {typed}) > 0"
            f" then {each.exact} else 0 end"
            for each in CATALOGUE[of].texts.values()
            if each.points
        )
        points = ["0"] * len(columns)
        points[place] = f"case {text}.field {cases} else 0 end"
        return (
            f"select {text}.{of}_key, {', '.join(points)}"
            f" from ({self.predicates.projections[f'{of}_text']}) as {text}"
            f" where {text}.words @@ {_tsquery(place, parameters)}"
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
        held = parameters.alias("held")
        return (
            # The rows that hold any of the concepts, each read once: not the rows of one concept after another.
            f"select {pair}.key, {zeros}{sought}.weight from ({self.predicates.projections[of]}) as {pair}"
            f" cross join lateral unnest({pair}.{taken.columns[0]}) as {held} (concept)"
            f" join {unnested} on {held}.concept = {sought}.concept"
            f" where {pair}.{taken.columns[0]} && {concepts}"
        )

    def found_by(self, of: str, search: SearchForm, row: str, parameters: Parameters) -> tuple[str, str]:
        """What the search found in a row: a join, and the JSON list it gives, in an order that does not change."""
        branches = [self._found_words(of, search.terms, row, parameters)] if search.terms else []
        concepts = parameters.add(_concepts, "text[]") if search.concepts else ""
        for path in CATALOGUE[of].concepts if search.concepts else ():
            joins, column = self.predicates.leaf(path_of(of, path), row, parameters)
            branches.append(
                f"select {literal(path[0].upper())}, null::text, null::text, false, {column}"
                f" from (select) as here{joins} where {column} = any({concepts})"
            )
        if not branches:
            return "", "'[]'::text"
        union = "\n    union ".join(branches)
        joined = parameters.alias("found")
        order = ", ".join(f'hits.{column} collate "C"' for column in ("field", "lang", "concept", "snippet"))
        return (
            f"\nleft join lateral (select coalesce(json_agg(row_to_json(hits) order by {order}), '[]'::json) as body"
            f" from ({union}) as hits (field, lang, snippet, exact, concept)) as {joined} on true",
            f"{joined}.body::text",
        )

    def _found_words(self, of: str, terms: int, row: str, parameters: Parameters) -> str:
        text = parameters.alias("text")
        any_word = " || ".join(_tsquery(place, parameters) for place in range(terms))
        fields = literal("{" + ",".join(each.name for each in CATALOGUE[of].texts.values() if each.points) + "}")
        typed = parameters.add(lambda values: [term.typed for term in values.terms], "text[]")
        place = _place(text, parameters.add(lambda values: [term.word for term in values.terms], "text[]"))
        return (
            f"select {text}.field, {text}.lang, {_SNIPPET.format(text=text)},"
            f" (select bool_or(strpos(lower({text}.text), word) > 0) from unnest({typed}) as typed (word)), null::text"
            f" from ({self.predicates.projections[f'{of}_text']}) as {text} cross join lateral ({place}) as place"
            f" where {text}.{of}_key = {row}.key and {text}.words @@ ({any_word})"
            f" and {text}.field = any({fields}::text[])"
        )


def _concepts(values: Values) -> list[str]:
    return [uri for uri, _ in values.concepts]


def _weights(values: Values) -> list[int]:
    return [weight for _, weight in values.concepts]


def _tsquery(place: int, parameters: Parameters) -> str:
    """A word as a query: as it stands, or as the stem that each language makes of it."""
    word = parameters.add(lambda values: values.terms[place].word, "text")
    return "(" + " || ".join(f"plainto_tsquery('pg_catalog.{each}', {word})" for each in _LANGUAGES) + ")"


def _place(text: str, words: str) -> str:
    """Where a snippet begins: some way before the first word that stands in the text as folded."""
    return (
        f"select greatest(coalesce(min(nullif(strpos(corridor.fold({text}.text), word), 0)), 1) - 40, 1) as start"
        f" from unnest({words}) as folded (word)"
    )
