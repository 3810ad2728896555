"""Make the data files of ``gateway/vocabulary/data`` from the open sources.

    python scripts/build_vocabulary.py SOURCE

SOURCE is a folder that holds ``esco_ict_trilingual`` and ``naics_scian`` as
described in ``gateway/vocabulary/data/PROVENANCE.txt``. The same sources give
the same bytes. PROVENANCE.txt and search_terms.csv are written by hand: the
words of the search terms are read for stems.csv, and both files are left alone.
"""

import argparse
import csv
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

import snowballstemmer

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "gateway" / "vocabulary" / "data"
sys.path.insert(0, str(ROOT))

from adapters.contract.text import words  # noqa: E402  (the project need not be installed to remake its data)

LANGUAGES = {"en": "english", "fr": "french", "es": "spanish"}
KINDS = SKILL, KNOWLEDGE = ("skill/competence", "knowledge")
PREPOSITIONS = {"about", "for", "from", "in", "into", "of", "on", "to", "with"}

# ESCO words its product descriptions after the description of the group the product belongs to.
# Each row: a phrase of the child's English description, the preferred English label of the group.
DESCRIBED = (
    ("compiling of programming paradigms in", "computer programming"),
    ("tool for creating, updating and managing databases", "database management systems"),
    ("integration of information from multiple applications", "data extraction, transformation and loading tools"),
    ("configuration identification", "tools for software configuration management"),
    ("digital editing and composition of graphics", "graphics editor software"),
    ("suite of software development tools for writing programs", "integrated development environment software"),
    ("electronically converts printed and typed images", "optical character recognition software"),
    ("rapid iteration of user-derived computer games", "digital game creation systems"),
    ("methodology to design software systems", "software design methodologies"),
    ("methodology for planning, managing and overseeing of ICT resources", "ICT project management methodologies"),
    ("software development environments", "software frameworks"),
    ("is a e-learning platform for", "e-learning"),
    ("security weaknesses", "cyber security"),
    ("computer assisted design software", "CAD software"),
    ("in various CAD systems", "use CAD software"),
    ("2D and 3D CAD systems", "use CAD software"),
)
# Groups whose description names members after "such as"; the members are found by their labels.
ILLUSTRATED = ("resource description framework query language", "web programming")
# Alternative labels that are plain errors in ESCO 1.0: (preferred English label, alternative).
ERRORS = {
    ("principles of artificial intelligence", "principe de l’Internet des objets"),
    ("principles of artificial intelligence", "principe de l’IdO"),
}
# SCIAN classes that are the sum of the NACE classes they link to; elsewhere several links mean a wider NACE text.
SUMS = {"334410", "513210", "541510"}

CLASS = 6  # digits of a national class
Row = tuple[str, ...]


def read(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file by column."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write(name: str, header: Row, rows: Iterable[Row]) -> None:
    """A CSV file among the package's data."""
    with (TARGET / name).open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(header)
        out.writerows(rows)


def tidy(text: str) -> str:
    """Runs of blanks become one, zero-width blanks and a closing semicolon go."""
    return " ".join(text.replace("\u200b", "").split()).rstrip(";")


def concepts(source: Path) -> list[dict[str, str]]:
    """The ESCO rows, tidied, in the order of their URIs; an alternative label is listed once."""
    rows = read(source / "esco_ict_trilingual" / "esco_v1_ict_skills_en_fr_es.csv")
    for row in rows:
        row["type"] = row.pop("skill_type")
        row["uri"] = row.pop("concept_uri")
        for lang in LANGUAGES:
            label = row[f"label_{lang}"] = tidy(row[f"label_{lang}"])
            others = dict.fromkeys(tidy(other) for other in row[f"alt_{lang}"].split("|"))
            wrong = {"", label, *(other for named, other in ERRORS if named == row["label_en"])}
            row[f"alt_{lang}"] = "|".join(other for other in others if other not in wrong)
        row["description_en"] = tidy(row["description_en"])
    return sorted(rows, key=lambda row: row["uri"])


def edges(rows: list[dict[str, str]]) -> Iterator[tuple[str, str, str]]:
    """Every (child, parent, basis) that a rule finds, as URIs; a child may be found under a parent twice."""
    yield from _described(rows)
    yield from _illustrated(rows)
    yield from _labelled(rows)


def _described(rows: list[dict[str, str]]) -> Iterator[tuple[str, str, str]]:
    known = {(row["type"], row["label_en"]): row["uri"] for row in rows}
    for row in rows:
        for phrase, label in DESCRIBED:
            parent = known.get((row["type"], label))
            if phrase in row["description_en"] and parent not in (None, row["uri"]):
                yield row["uri"], parent, f"description: {phrase}"


def _illustrated(rows: list[dict[str, str]]) -> Iterator[tuple[str, str, str]]:
    names = [row for row in rows if row["label_en"] == row["label_fr"] == row["label_es"]]
    for parent in (row for row in rows if row["label_en"] in ILLUSTRATED):
        examples = parent["description_en"].partition(" such as ")[2]
        for row in names:
            if re.search(rf"(?<![\w+#]){re.escape(row['label_en'])}(?![\w+#])", examples, re.IGNORECASE):
                yield row["uri"], parent["uri"], "example: named in the description of the broader concept"


def _labelled(rows: list[dict[str, str]]) -> Iterator[tuple[str, str, str]]:
    singular = {row["uri"]: tuple(re.sub("(?<=[^s])s$", "", word) for word in words(row["label_en"])) for row in rows}
    for child in rows:
        if child["description_en"].startswith("The computer program "):
            continue  # a product called "... Database" is no kind of the subject
        for parent in rows:
            basis = _label_rule(child["type"], parent["type"], singular[child["uri"]], singular[parent["uri"]])
            if basis:
                yield child["uri"], parent["uri"], basis


def _label_rule(child: str, parent: str, longer: Row, shorter: Row) -> str | None:
    """Which label rule puts a child under a parent, by their types and their labels as words in the singular."""
    if (child, parent) == (SKILL, SKILL):  # the same verb and head: "manage donor database", "manage database"
        head = shorter[1:]
        added = longer[1 : -len(head)] if head and longer[:1] == shorter[:1] and longer[-len(head) :] == head else ()
        return "label: same verb and head, further qualified" if added and not PREPOSITIONS & {*added} else None
    added = longer[: -len(shorter)]
    if parent == SKILL or not added or longer[-len(shorter) :] != shorter or PREPOSITIONS & {*added}:
        return None
    if child == KNOWLEDGE:
        return "label: ends with the label of the broader concept"
    return None if added[0] == "teach" else "label: an activity upon the broader concept"


def hierarchy(rows: list[dict[str, str]]) -> list[Row]:
    """One row a pair, the first rule that found it; a pair that other pairs already imply is left out."""
    found: dict[tuple[str, str], str] = {}
    for child, parent, basis in edges(rows):
        found.setdefault((child, parent), basis)
    parents: dict[str, set[str]] = defaultdict(set)
    for child, parent in found:
        parents[child].add(parent)

    def above(uri: str) -> set[str]:
        return {up for parent in parents[uri] for up in {parent, *above(parent)}}

    implied = {(child, up) for child, parent in found for up in above(parent)}
    return sorted((child, parent, basis) for (child, parent), basis in found.items() if (child, parent) not in implied)


def stems(rows: list[dict[str, str]], terms: list[dict[str, str]]) -> list[Row]:
    """(lang, folded word, stem) of every word of every label and search term: the gateway starts without stemming."""
    table: set[Row] = set()
    for lang, algorithm in LANGUAGES.items():
        stemmer = snowballstemmer.stemmer(algorithm)
        texts = [text for row in rows for text in (row[f"label_{lang}"], *row[f"alt_{lang}"].split("|"))]
        texts += [term["term"] for term in terms if term["lang"] == lang]
        table.update((lang, word, stemmer.stemWord(word)) for text in texts for word in words(text))
    return sorted(table)


def industries(source: Path) -> tuple[list[Row], list[str]]:
    """The label rows (system, version, code, lang, label, basis) and the five-digit codes comparable with Mexico."""
    folder = source / "naics_scian"
    canada = read(folder / "naics_canada_2017_en_all_levels.csv")
    english = {row["code"]: row["title_en"] for row in canada}
    comparable = {row["code"] for row in canada if row["level"] == "4" and row["superscript"] in ("", "MEX")}
    observed = read(folder / "scian_mexico_2018_es_classes_observed_in_denue.csv")
    classes = {
        "2018": {row["codigo_act"]: row["nombre_act"] for row in observed},
        "2023": {row["codigo"]: row["titulo_es"] for row in read(folder / "scian_mexico_2023_es_classes.csv")},
    }
    french = french_by_nace(read(folder / "ict_activity_crosswalk_DERIVED.csv"))
    labels: dict[Row, Row] = {}
    for *key, label, basis in (
        *(("NAICS", "2017", code, "en", title, "official") for code, title in english.items()),
        *(
            ("NAICS", "2017", row["code"], "fr", row["titre_fr"], "official 2012")
            for row in read(folder / "scian_canada_2012_fr_subsectors.csv")
        ),
        *_sectors(read(folder / "sectors_en_fr_es.csv")),
        *_classes(classes, english, comparable),
        *_derived(french, classes, comparable),
    ):
        if label:
            labels.setdefault(tuple(key), (tidy(label.replace("\u00ad", "")), basis))
    for code, title in english.items():
        # The Canadian class that is its whole five-digit industry.
        if len(code) == CLASS and title == english.get(code[:5]):
            for lang in ("fr", "es"):
                whole = labels.get(("NAICS", "2017", code[:5], lang))
                if whole:
                    labels.setdefault(("NAICS", "2017", code, lang), whole)
    return sorted((*key, *value) for key, value in labels.items()), sorted(comparable)


def _sectors(rows: list[dict[str, str]]) -> Iterator[Row]:
    for row in rows:
        titles = (row["title_en_canada_2017"], row["titre_fr_canada"], row["titulo_es_mexico_2023"])
        for lang, label in zip(LANGUAGES, titles, strict=True):
            spanish = lang == "es"
            yield "NAICS", "2017", row["sector_canada"], lang, label, "comparable" if spanish else "official"
            if row["sector_mexico"]:
                yield "SCIAN", "2023", row["sector_mexico"], lang, label, "official" if spanish else "comparable"
                yield "SCIAN", "2018", row["sector_mexico"], lang, label, "official 2023" if spanish else "comparable"


def _classes(classes: dict[str, dict[str, str]], english: dict[str, str], comparable: set[str]) -> Iterator[Row]:
    for version, titles in classes.items():
        for code, title in titles.items():
            yield "SCIAN", version, code, "es", title, "official"
            if code.endswith("0") and code[:5] in comparable:  # the class is its whole five-digit industry
                yield "SCIAN", version, code, "en", english[code[:5]], "comparable"
                yield "NAICS", "2017", code[:5], "es", title, "comparable"


def _derived(french: dict[str, str], classes: dict[str, dict[str, str]], comparable: set[str]) -> Iterator[Row]:
    for code, label in french.items():
        for version, titles in classes.items():
            if code in titles:
                yield "SCIAN", version, code, "fr", label, "derived"
        siblings = {french.get(sibling) for sibling in classes["2023"] if sibling[:5] == code[:5]}
        if code[:5] in comparable and siblings == {label}:  # every class of the industry is worded so
            yield "NAICS", "2017", code[:5], "fr", label, "derived"


def french_by_nace(rows: list[dict[str, str]]) -> dict[str, str]:
    """French NACE texts by SCIAN class, where that text says the class and serves no other five-digit industry."""
    linked = [row for row in rows if row["nace_fr"]]
    served: dict[str, set[str]] = defaultdict(set)
    for row in linked:
        served[row["nace_rev2_1_derived"]].add(row["scian_mx_2023"][:5])
    return {
        row["scian_mx_2023"]: row["nace_fr"].replace(" / ", " ; ")
        for row in linked
        if ("|" not in row["nace_rev2_1_derived"] or row["scian_mx_2023"] in SUMS)
        and len(served[row["nace_rev2_1_derived"]]) == 1
        and "n.c.a." not in row["nace_fr"]
    }


def main() -> None:
    """Make every data file that is not written by hand."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("source", type=Path, help="folder with esco_ict_trilingual and naics_scian")
    source = parser.parse_args().source
    rows = concepts(source)
    columns = ("uri", "type", *(f"{part}_{lang}" for part in ("label", "alt") for lang in LANGUAGES), "description_en")
    write("concepts.csv", columns, (tuple(row[column] for column in columns) for row in rows))
    pairs = hierarchy(rows)
    write("hierarchy.csv", ("child", "parent", "basis"), pairs)
    write("stems.csv", ("lang", "word", "stem"), stems(rows, read(TARGET / "search_terms.csv")))
    labels, comparable = industries(source)
    write("industries.csv", ("system", "version", "code", "lang", "label", "basis"), labels)
    write("comparable.csv", ("code5",), ((code,) for code in comparable))
    counts = len(rows), len(pairs), len(labels), len(comparable)
    print("{} concepts, {} pairs, {} industry labels, {} comparable codes".format(*counts))


if __name__ == "__main__":
    main()
