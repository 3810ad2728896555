"""What the sample generator gives: invented members with everything they post, in the contract's own codes.

A city's ``native/fill.py`` turns these into rows of its native tables; codes are
those of ``adapters.contract.codes``, given as plain text.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from adapters.contract.codes import SEES, Visibility

__all__ = ["Home", "SampleContact", "SampleMember", "SamplePosting", "SampleRequirement"]


@dataclass(frozen=True, slots=True)
class Home:
    """The cluster that sample members belong to.

    ``lang`` is the home language of its texts (``fr`` or ``es``); ``languages`` are the tags that a
    member may work in, home first (``fr-CA``); ``country`` its ISO 3166-1 code. ``legal_forms`` are
    endings of a business's legal name, ``programmes`` the codes of the cluster's programmes.
    ``capitals`` writes names in capitals, as some registries do. ``phone`` begins numbers of E.164 that
    nobody is called on, to which two digits are added. ``today`` is the day that dates are laid around.
    """

    code: str
    lang: str
    languages: tuple[str, ...]
    country: str
    legal_forms: tuple[str, ...]
    programmes: tuple[str, ...]
    phone: str
    capitals: bool = False
    today: date = date(2026, 11, 1)


@dataclass(frozen=True, slots=True)
class SampleRequirement:
    """What a need asks of a partner: a concept at a least level, its weight 1 to 10, and whether it is a must.

    ``key`` is unique within its need, from 1 upwards.
    """

    key: str
    concept: str
    min_level: str
    weight: int
    mandatory: bool


@dataclass(frozen=True, slots=True)
class SamplePosting:
    """An offer or a need.

    ``title`` and ``summary`` map a language (``fr``, ``en``, ``es``) to its text: the home language
    always, others often; languages in ``machine`` hold machine translations, never the home language.
    An offer has ``concepts``, a need has ``requirements``. Texts of what is not to be served
    (drafts, withdrawn and hidden postings) begin with ``CANARY``.
    """

    kind: str
    title: Mapping[str, str]
    summary: Mapping[str, str]
    machine: frozenset[str]
    concepts: tuple[str, ...]
    requirements: tuple[SampleRequirement, ...]
    modes: tuple[str, ...]
    target_markets: tuple[str, ...]
    trl: int | None
    anonymous: bool
    status: str
    visibility: str
    valid_until: date
    updated_at: datetime

    def seen(self, view: Visibility) -> bool:
        """Whether it may be seen under a view, if its owner may."""
        return self.visibility in SEES[view] and self.status in {"PUBLISHED", "PAUSED", "EXPIRED"}


@dataclass(frozen=True, slots=True)
class SampleContact:
    """A contact point of a member: wholly invented, and its ``name`` says so. ``phone`` is as E.164 has it.

    ``number`` is unique within the member, from 1 upwards; ``language`` is one of the member's, as a tag. Where the
    member does not consent to the release of its contacts, or is not to be seen by whom they were released to, the
    name and the role hold ``CANARY``.
    """

    number: int
    name: str
    role: str | None
    email: str | None
    phone: str | None
    language: str | None


@dataclass(frozen=True, slots=True)
class SampleMember:
    """An invented member of a cluster, with all that it posts and consents to.

    ``activity`` is a six-digit SCIAN 2018 code, one of ``ACTIVITIES``. ``machine`` are the languages
    whose ``summary`` is a machine translation. ``hidden_fields`` are of ``website``, ``legal_name`` and
    ``identifiers``: a level stricter than the corridor's; a hidden website or legal name holds ``CANARY``.
    ``consents`` are of the purposes of the contract. The name and texts of a member that is not to be served hold
    ``CANARY``.
    """

    number: int
    name: str
    legal_name: str
    other_names: tuple[str, ...]
    sector: str
    org_type: str
    headcount: int | None
    founded: int | None
    activity: str
    summary: Mapping[str, str]
    machine: frozenset[str]
    website: str | None
    languages: tuple[str, ...]
    target_markets: tuple[str, ...]
    interests: tuple[str, ...]
    capabilities: tuple[tuple[str, str], ...]
    offers: tuple[SamplePosting, ...]
    needs: tuple[SamplePosting, ...]
    programmes: tuple[str, ...]
    status: str
    visibility: str
    hidden_fields: frozenset[str]
    consents: frozenset[str]
    contacts: tuple[SampleContact, ...]
    updated_at: datetime

    def seen(self, view: Visibility) -> bool:
        """Whether the member may be seen under a view: its visibility, membership and consent allow it."""
        return self.visibility in SEES[view] and self.status != "ENDED" and "PROFILE_EXCHANGE" in self.consents

    @property
    def served(self) -> bool:
        """Whether a corridor partner may see this member."""
        return self.seen(Visibility.CORRIDOR)
