"""Members: organisations, as their cluster's registry shows them."""

from typing import Annotated, Any

import strawberry
from strawberry import UNSET

from adapters.contract.codes import (
    IdentifierScheme,
    Level,
    MembershipStatus,
    OrgType,
    Sector,
    SizeBand,
    Visibility,
)
from adapters.contract.viewers import Scope
from schemas.cluster import Cluster
from schemas.contact import ContactPoint
from schemas.context import Info
from schemas.enums import UnavailableReason
from schemas.node import Node
from schemas.posting import Need, Offer
from schemas.programme import Programme
from schemas.row import is_row_of
from schemas.scalars import URL, CountryCode, DateTime, LanguageTag, SubdivisionCode
from schemas.scopes import requires
from schemas.shaped import shaped, value_of
from schemas.vocabulary import Concept, Lang, LocalizedText, Wording

__all__ = ["Capability", "Headcount", "Identifier", "Industry", "Member", "MemberResult", "MemberUnavailable"]

First = Annotated[int, strawberry.argument(description="How many at most, 1 to 100.")]


@strawberry.type(description="An identifier of an organisation in a public register.")
class Identifier:
    scheme: IdentifierScheme = shaped("The register.")
    value: str | None = shaped("The identifier; null where the member does not show it.")
    checksum_valid: bool | None = shaped(
        "Whether its check digit holds; null where the scheme has none. A false one may still be genuine."
    )
    verified_at: DateTime | None = shaped("When it was verified.")
    verified_by: str | None = shaped("Who verified it.")


@strawberry.type(description="How many people work there, as a range, because registries keep ranges.")
class Headcount:
    min: int = shaped("At least so many.")
    max: int | None = shaped("At most so many; null where the range is open.")
    native_code: str = shaped("The range as the registry writes it.")
    band: SizeBand = shaped("The size class, by the lower bound.")


@strawberry.type(description="An industry that an organisation works in.")
class Industry:
    system: str = shaped("The classification: NAICS in Canada, SCIAN in México.")
    version: str = shaped("The year of the classification.")
    code: str = shaped("The code.")

    @strawberry.field(description="The label of the code.")
    def label(root: Any, info: Info, lang: Lang = UNSET) -> str:
        return str(info.context.industry_label(value_of(root, info), lang or None)[0])

    @strawberry.field(description="The label of the code, with the language it is in.")
    def localized_label(root: Any, info: Info, lang: Lang = UNSET) -> Wording:
        text, found = info.context.industry_label(value_of(root, info), lang or None)
        return Wording(text=text, lang=found)

    common_code5: str | None = shaped("The first five digits, where they mean the same in both countries.")


@strawberry.type(description="Something that an organisation can do.")
class Capability:
    @strawberry.field(description="What it is about.")
    def concept(root: Any, info: Info) -> Concept:
        return info.context.concept(value_of(root, info))  # type: ignore[no-any-return]

    level: Level = shaped("How well.")


@strawberry.federation.type(
    keys=["id"], description="An organisation that is a member of a cluster, live from its cluster's registry."
)
class Member(Node):
    is_type_of = is_row_of("Member")

    @strawberry.field(description="The cluster that it is a member of, and whose registry this comes from.")
    def cluster(root: Any, info: Info) -> Cluster:
        return info.context.cluster(value_of(root, info))  # type: ignore[no-any-return]

    display_name: str = shaped("The name it goes by.")
    legal_name: str | None = shaped("The name in law.")
    identifiers: list[Identifier] = shaped("Its identifiers in public registers.", requires(Scope.IDENTIFIERS_READ))
    sector: Sector = shaped("The sector.")
    org_type: OrgType = shaped("The kind of organisation.")
    headcount: Headcount | None = shaped("How many people work there; null where it is not known.")
    founded: int | None = shaped("The year of foundation.")
    city: str | None = shaped("The city, as the registry writes it.")
    subdivision: SubdivisionCode | None = shaped("The province or state.")
    country: CountryCode = shaped("The country.")
    industries: list[Industry] = shaped("The industries it works in.")

    @strawberry.field(description="What it says of itself.")
    def summary(root: Any, info: Info, lang: Lang = UNSET) -> LocalizedText | None:
        return value_of(root, info)  # type: ignore[no-any-return]

    website: URL | None = shaped("Its website.")
    languages: list[LanguageTag] = shaped("The languages it works in.")
    target_markets: list[CountryCode] = shaped("The countries it wants to sell to.")
    capabilities: list[Capability] = shaped("What it can do.")

    @strawberry.field(description="Its offers under its own name, the latest first. Anonymous ones are not among them.")
    def offers(root: Any, info: Info, first: First = 20) -> list[Offer]:
        return value_of(root, info)  # type: ignore[no-any-return]

    @strawberry.field(description="Its needs under its own name, the latest first. Anonymous ones are not among them.")
    def needs(root: Any, info: Info, first: First = 20) -> list[Need]:
        return value_of(root, info)  # type: ignore[no-any-return]

    @strawberry.field(description="What it is interested in.")
    def interests(root: Any, info: Info) -> list[Concept]:
        return [info.context.concept(uri) for uri in value_of(root, info)]

    programmes: list[Programme] = shaped("The programmes of its cluster that it takes part in.")
    membership_status: MembershipStatus = shaped("Where the membership stands.")
    visibility: Visibility = shaped("Who may see this profile.")
    updated_at: DateTime = shaped("When the registry last changed the profile.")
    contacts: list[ContactPoint] = shaped(
        "Its contact points, each of which it can share by its `ref`: shown to the member itself, empty for others."
    )

    @strawberry.field(
        description="The contact that it shares with the member that the viewer acts for, under a release; else null. "
        "A credential without the scope corridor:read has none."
    )
    async def contact_point(root: Any, info: Info) -> ContactPoint | None:
        return await info.context.contact(info, value_of(root, info))  # type: ignore[no-any-return]


@strawberry.type(description="A member that cannot be shown, and why.")
class MemberUnavailable:
    id: strawberry.ID = strawberry.field(description="The global ID that was asked for.")
    cluster: Cluster = strawberry.field(description="The cluster whose registry it is in.")
    reason: UnavailableReason = strawberry.field(description="Why it cannot be shown.")


MemberResult = Annotated[
    Member | MemberUnavailable,
    strawberry.union("MemberResult", description="A member, or why it cannot be shown."),
]
