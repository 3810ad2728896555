"""Words that the gateway itself gives: concepts and texts in several languages."""

from dataclasses import dataclass
from typing import Annotated, Any

import strawberry
from strawberry import UNSET

from adapters.contract.languages import chain
from schemas.context import Info
from schemas.scalars import ConceptURI, LanguageTag
from schemas.shaped import shaped

__all__ = ["Concept", "Lang", "LocalizedText", "Wording", "Written"]

Lang = Annotated[
    LanguageTag | None,
    strawberry.argument(
        description="The language wished for. Where there is no such text, another language is given instead."
    ),
]


@strawberry.type(description="A text in one language, which it states: it is not always the one that was wished for.")
class LocalizedText:
    text: str = shaped("The text.")
    lang: LanguageTag = shaped("The language of the text.")
    machine_translated: bool = shaped("Whether a machine translated it.")


@dataclass(frozen=True, slots=True)
class Written:
    """A text as somebody wrote it in the corridor itself, in place of what a registry gives for LocalizedText."""

    text: str
    lang: str
    machine_translated: bool = False


@strawberry.type(description="A label of the shared vocabulary in one language, which it states.")
class Wording:
    text: str = strawberry.field(description="The label.")
    lang: LanguageTag = strawberry.field(description="The language of the label; `zxx` for a bare code.")


@strawberry.type(description="A concept of the shared vocabulary: what a capability, an offer or a need is about.")
class Concept:
    source: strawberry.Private[Any]

    @strawberry.field(description="The URI of the concept.")
    def uri(self) -> ConceptURI:
        return ConceptURI(self.source.uri)

    @strawberry.field(description="The preferred label.")
    def label(self, lang: Lang = UNSET) -> str:
        return str(self.source.label(chain(lang or None))[0])

    @strawberry.field(description="The preferred label, with the language it is in.")
    def localized_label(self, lang: Lang = UNSET) -> Wording:
        text, found = self.source.label(chain(lang or None))
        return Wording(text=text, lang=found)

    @strawberry.field(description="Other labels in the language wished for.")
    def synonyms(self, lang: Lang = UNSET) -> list[str]:
        return next(
            (list(self.source.synonyms[each]) for each in chain(lang or None) if each in self.source.synonyms), []
        )

    @strawberry.field(description="What the concept means, in English.")
    def description(self) -> str:
        return str(self.source.description)

    @strawberry.field(description="The next broader concepts, where they are known.")
    def broader(self, info: Info) -> list["Concept"]:
        return [info.context.concept(uri) for uri in self.source.broader]

    @strawberry.field(description="The vocabulary that the concept belongs to.")
    def scheme(self) -> str:
        return str(self.source.scheme)

    @strawberry.field(description="The version of that vocabulary.")
    def scheme_version(self) -> str:
        return str(self.source.scheme_version)
