"""The closed code lists of the contract; a registry translates its native codes to these.

Each code carries its description: the schema prints it, the reference documentation lists it.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Self

__all__ = [
    "CollaborationMode",
    "Code",
    "IdentifierScheme",
    "Level",
    "MembershipStatus",
    "NeedKind",
    "OfferKind",
    "OrgType",
    "PostingStatus",
    "ProgrammeStatus",
    "SEES",
    "Sector",
    "SizeBand",
    "SourceStatus",
    "Visibility",
]


class Code(StrEnum):
    """A code with its description: ``Sector.PRIVATE.doc``."""

    doc: str

    def __new__(cls, value: str, doc: str = "") -> Self:
        """A code and what it means."""
        code = str.__new__(cls, value)
        code._value_ = value
        code.doc = doc
        return code


class Sector(Code):
    """The sector of the economy that an organisation belongs to."""

    PRIVATE = "PRIVATE", "A business, whoever owns it."
    INSTITUTIONAL = "INSTITUTIONAL", "A university, college, research centre, association or other non-profit body."
    PUBLIC = "PUBLIC", "A municipality, a government or one of its agencies."


class OrgType(Code):
    """The kind of organisation."""

    STARTUP = "STARTUP", "A young firm that is still looking for its repeatable business."
    SME = "SME", "A firm of fewer than 250 people."
    LARGE_ENTERPRISE = "LARGE_ENTERPRISE", "A firm of 250 people or more."
    UNIVERSITY = "UNIVERSITY", "A university or another degree-granting institution."
    RESEARCH_CENTRE = "RESEARCH_CENTRE", "A public or private research centre or institute."
    COLLEGE = "COLLEGE", "A college or technical school below university level."
    NGO = "NGO", "A non-profit organisation."
    ASSOCIATION = "ASSOCIATION", "An association of members, a chamber or a cluster."
    MUNICIPALITY = "MUNICIPALITY", "A city or another local authority."
    GOVERNMENT_AGENCY = "GOVERNMENT_AGENCY", "A ministry, an agency or a state enterprise."
    INVESTOR = "INVESTOR", "A fund, a bank or another source of capital."


class IdentifierScheme(Code):
    """The register that an identifier comes from."""

    NEQ = "NEQ", "Québec enterprise number, ten digits, without a public checksum."
    CA_BN = "CA_BN", "Canadian business number, with a Luhn check digit."
    MX_RFC = "MX_RFC", "Mexican taxpayer number of a legal person; about 1.5 % of live ones fail their check digit."
    LEI = "LEI", "Legal entity identifier, ISO 17442."
    VAT = "VAT", "A value added tax number."
    OTHER = "OTHER", "Another scheme; the value says which, as scheme:value or as a URL."


class Visibility(Code):
    """Who may see a row or a field; the registry decides, at home."""

    PUBLIC = "PUBLIC", "Everyone."
    CLUSTER = "CLUSTER", "Members of the same cluster only."
    CORRIDOR = "CORRIDOR", "Partners of the corridor: the members of clusters with an agreement in force."
    MUTUAL = "MUTUAL", "Both sides of a mutual interest."
    PRIVATE = "PRIVATE", "Nobody but the member itself; its cluster sees it at home."


SEES: Mapping[Visibility, frozenset[Visibility]] = MappingProxyType(
    {
        Visibility.PUBLIC: frozenset({Visibility.PUBLIC}),
        Visibility.CORRIDOR: frozenset({Visibility.PUBLIC, Visibility.CORRIDOR}),
        Visibility.CLUSTER: frozenset({Visibility.PUBLIC, Visibility.CORRIDOR, Visibility.CLUSTER}),
        Visibility.MUTUAL: frozenset({Visibility.PUBLIC, Visibility.CORRIDOR, Visibility.MUTUAL}),
        Visibility.PRIVATE: frozenset(Visibility),
    }
)
"""The levels that may be seen under each view: a view is named after the level up to which it sees."""


class MembershipStatus(Code):
    """Where a membership of a cluster stands."""

    ACTIVE = "ACTIVE", "In good standing."
    SUSPENDED = "SUSPENDED", "Paused by the cluster or the member."
    ENDED = "ENDED", "No longer a member."


class Level(Code):
    """How well a capability is mastered, from least to most."""

    AWARENESS = "AWARENESS", "Knows of it."
    WORKING = "WORKING", "Uses it in projects."
    ADVANCED = "ADVANCED", "Leads projects with it."
    EXPERT = "EXPERT", "Is a reference in it."


class SizeBand(Code):
    """The size class of an organisation, by the lower bound of its headcount."""

    MICRO = "MICRO", "Fewer than 10 people."
    SMALL = "SMALL", "10 to 49 people."
    MEDIUM = "MEDIUM", "50 to 249 people."
    LARGE = "LARGE", "250 people or more."


class OfferKind(Code):
    """What an offer puts on the table."""

    BUSINESS_OFFER = "BUSINESS_OFFER", "A product or a service."
    TECHNOLOGY_OFFER = "TECHNOLOGY_OFFER", "A technology to license, transfer or develop further."
    EXPERTISE_OFFER = "EXPERTISE_OFFER", "Knowledge and people."
    FACILITY_OFFER = "FACILITY_OFFER", "A laboratory, a plant, a test bed or another facility."


class NeedKind(Code):
    """What a need asks for."""

    BUSINESS_REQUEST = "BUSINESS_REQUEST", "A supplier, a distributor or a commercial partner."
    TECHNOLOGY_REQUEST = "TECHNOLOGY_REQUEST", "A technology that exists elsewhere."
    RD_PARTNER_REQUEST = "RD_PARTNER_REQUEST", "A partner for research and development."
    CHALLENGE = "CHALLENGE", "A problem put out for anybody to solve."
    TALENT_REQUEST = "TALENT_REQUEST", "People, interns among them."
    FUNDING_REQUEST = "FUNDING_REQUEST", "Capital."


class CollaborationMode(Code):
    """The form that a collaboration may take."""

    COMMERCIAL_AGENCY = "COMMERCIAL_AGENCY", "One sells on the other's behalf."
    DISTRIBUTION = "DISTRIBUTION", "One buys and resells the other's products."
    JOINT_VENTURE = "JOINT_VENTURE", "A company owned together."
    SUBCONTRACTING = "SUBCONTRACTING", "One carries out part of the other's work."
    LICENSING = "LICENSING", "One uses the other's technology under licence."
    RD_COOPERATION = "RD_COOPERATION", "Research and development together."
    TECHNICAL_COOPERATION = "TECHNICAL_COOPERATION", "Technical work together, short of research."
    JOINT_BID = "JOINT_BID", "One bid or proposal handed in together."
    INTERNSHIP_HOSTING = "INTERNSHIP_HOSTING", "Hosting interns of the other."
    INVESTMENT = "INVESTMENT", "One invests in the other."


class PostingStatus(Code):
    """Where an offer or a need stands."""

    DRAFT = "DRAFT", "Not shown yet."
    PUBLISHED = "PUBLISHED", "Open to answers."
    PAUSED = "PAUSED", "Shown, not open to answers."
    EXPIRED = "EXPIRED", "Past its last day."
    WITHDRAWN = "WITHDRAWN", "Taken back by its owner."


class ProgrammeStatus(Code):
    """Where a programme of a cluster stands."""

    ANNOUNCED = "ANNOUNCED", "Made public, not begun."
    ACTIVE = "ACTIVE", "Running."
    DELAYED = "DELAYED", "Behind its plan."
    RELAUNCHED = "RELAUNCHED", "Begun again after a pause."
    COMPLETED = "COMPLETED", "Ended as planned."
    CANCELLED = "CANCELLED", "Ended before its time."


class SourceStatus(Code):
    """How one cluster's registry took part in an answer."""

    OK = "OK", "It answered."
    TIMEOUT = "TIMEOUT", "It did not answer within its deadline."
    UNAVAILABLE = "UNAVAILABLE", "It could not be reached, or broke off, or broke its promises."
    CIRCUIT_OPEN = "CIRCUIT_OPEN", "It failed too often just now, and is left alone for some seconds."
    UNSUPPORTED = "UNSUPPORTED", "It cannot answer this kind of question."
    NOT_AUTHORISED = "NOT_AUTHORISED", "It does not let this gateway ask."
    NO_AGREEMENT = "NO_AGREEMENT", "No agreement in force covers this question."
    EXCLUDED = "EXCLUDED", "It was not asked: the filter leaves it out, or it dropped out of this walk earlier."
