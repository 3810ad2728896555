"""The words for who asks, and what for."""

from enum import StrEnum

from adapters.contract.codes import Code

__all__ = ["Purpose", "Scope", "ViewerClass"]


class ViewerClass(Code):
    """What kind of viewer asks."""

    ANONYMOUS = "ANONYMOUS", "Nobody known: sees what is shown to everybody."
    PARTNER_APP = "PARTNER_APP", "An application of a partner, by client credentials or an API key."
    MEMBER = "MEMBER", "A member of a cluster, who acts for itself."
    COORDINATOR = "COORDINATOR", "A coordinator, who acts for one cluster."
    PRIVACY_OFFICER = "PRIVACY_OFFICER", "A privacy officer, who reads the disclosure log of one cluster."
    SYSTEM = "SYSTEM", "The gateway itself. Nobody can come in as it."


class Purpose(Code):
    """What something is disclosed for; members consent to each by itself."""

    PROFILE_EXCHANGE = "PROFILE_EXCHANGE", "To exchange the profiles and interests of members."
    PARTNER_MATCHING = "PARTNER_MATCHING", "To be compared with the needs of others and proposed as a partner."
    CONTACT_RELEASE = "CONTACT_RELEASE", "To release a contact to the other side of a mutual interest."
    CONSORTIUM = "CONSORTIUM", "To form and run a consortium."
    MISSION = "MISSION", "To plan, carry out and follow up a commercial mission."
    INTERNSHIP = "INTERNSHIP", "To arrange and evaluate internships."
    SHOWCASE = "SHOWCASE", "To be shown at an event."
    STATISTICS = "STATISTICS", "To be counted in statistics that name nobody."
    NOTIFICATION = "NOTIFICATION", "To be told of what concerns the member."


class Scope(StrEnum):
    """What a credential can be good for."""

    PROFILES_READ = "profiles:read"
    """What members show to the corridor, and not only what is public. It decides what is seen; matches ask for it."""
    IDENTIFIERS_READ = "identifiers:read"
    """Registration numbers of members."""
    DISCLOSURES_READ = "disclosures:read"
    """The entries of the disclosure log that the viewer may read."""
    CORRIDOR_READ = "corridor:read"
    """Agreements, interests and consortia that concern the viewer."""
    CORRIDOR_ACT = "corridor:act"
    """To do something in the corridor: every mutation asks for it."""
