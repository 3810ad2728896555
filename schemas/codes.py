"""The code lists of what the corridor itself owns: no GraphQL here, so that the domain can speak them, too."""

from adapters.contract.codes import Code

__all__ = [
    "ActorRole",
    "AgreementState",
    "BlockerCode",
    "ConsortiumState",
    "DataCategory",
    "DocumentKind",
    "FailureCode",
    "InterestState",
    "OpportunityKind",
    "Optimality",
    "ReasonCode",
    "ReleaseState",
    "SeatRole",
    "SeatState",
]


class FailureCode(Code):
    """Why a mutation changed nothing."""

    NOT_FOUND = "NOT_FOUND", "There is nothing of this ID, or the viewer may not know of it."
    FORBIDDEN = "FORBIDDEN", "The viewer is not the one who may do this."
    INVALID_TRANSITION = "INVALID_TRANSITION", "From the state that it is in, it cannot go there."
    INVARIANT_VIOLATED = "INVARIANT_VIOLATED", "It would break a rule of the corridor."
    STALE_VERSION = "STALE_VERSION", "Somebody changed it meanwhile: read it again, and decide anew."
    CONSENT_MISSING = "CONSENT_MISSING", "A member concerned has not consented to this purpose."
    NO_AGREEMENT = "NO_AGREEMENT", "No agreement in force covers both clusters and this purpose."
    SOURCE_UNAVAILABLE = "SOURCE_UNAVAILABLE", "A registry that has to be asked does not answer now."
    DUPLICATE = "DUPLICATE", "There is one already, or the idempotency key belongs to another request."
    INVALID_INPUT = "INVALID_INPUT", "What was given cannot be taken."


class ActorRole(Code):
    """In which role somebody acted."""

    MEMBER = "MEMBER", "The member concerned, for itself."
    LEAD = "LEAD", "The lead of the consortium."
    CLUSTER_COORDINATOR = "CLUSTER_COORDINATOR", "A coordinator of a cluster concerned."
    SYSTEM = "SYSTEM", "The gateway itself: a guard, or time that ran out."


class AgreementState(Code):
    """Where an agreement between clusters stands."""

    NEGOTIATION = "NEGOTIATION", "Being negotiated."
    SIGNED = "SIGNED", "Signed by all parties; not in force before each direction has its privacy assessment."
    IN_FORCE = "IN_FORCE", "In force."
    SUSPENDED = "SUSPENDED", "Suspended by a party."
    EXPIRED = "EXPIRED", "Past its last day."
    TERMINATED = "TERMINATED", "Ended by a party."


class DataCategory(Code):
    """What kind of data a privacy assessment covers."""

    ORGANISATION = "ORGANISATION", "About organisations."
    BUSINESS_CONTACT = "BUSINESS_CONTACT", "About people in their function at an organisation."
    PERSONAL = "PERSONAL", "About people otherwise."
    SENSITIVE = "SENSITIVE", "About people, and sensitive."


class InterestState(Code):
    """Where an expression of interest stands."""

    DRAFT = "DRAFT", "Not sent yet."
    SUBMITTED = "SUBMITTED", "Sent; its receiver can answer."
    SCREENING = "SCREENING", "Being looked at by the receiver's cluster, before the receiver hears of it."
    FORWARDED = "FORWARDED", "Let through by the receiver's cluster; its receiver can answer."
    MUTUAL = "MUTUAL", "Accepted: both sides are interested, and see each other's contact."
    DECLINED = "DECLINED", "Declined by its receiver, or by the receiver's cluster."
    EXPIRED = "EXPIRED", "Not answered in time."
    WITHDRAWN = "WITHDRAWN", "Taken back by its sender."


class ReleaseState(Code):
    """Where a release of contacts stands."""

    ACTIVE = "ACTIVE", "Both sides see each other's contact."
    REVOKED = "REVOKED", "Ended by one of the sides, by a cluster, or by a member's withdrawal."
    EXPIRED = "EXPIRED", "Past its last moment."


class ConsortiumState(Code):
    """Where a consortium stands."""

    DRAFT = "DRAFT", "Being thought out."
    RECRUITING = "RECRUITING", "Looking for members."
    FORMED = "FORMED", "Complete by its own rules."
    REPAIR = "REPAIR", "Was complete, and is not any more; it has a deadline to become so again."
    LOI_SIGNED = "LOI_SIGNED", "All its members signed the letter of intent."
    AGREEMENT_SIGNED = "AGREEMENT_SIGNED", "All its members signed the consortium agreement."
    ACTIVE = "ACTIVE", "At work."
    CLOSED = "CLOSED", "Done."
    DISSOLVED = "DISSOLVED", "Given up."


class SeatState(Code):
    """Where a seat in a consortium stands."""

    SHORTLISTED = "SHORTLISTED", "Considered by the lead; the member knows nothing of it."
    INVITED = "INVITED", "The member is invited, and has not answered."
    APPLIED = "APPLIED", "The member applied, and the lead has not answered."
    ACCEPTED = "ACCEPTED", "The member takes part."
    DECLINED = "DECLINED", "Declined, by the member invited or by the lead applied to."
    EXPIRED = "EXPIRED", "The invitation was not answered in time."
    REVOKED = "REVOKED", "The invitation was taken back."
    LEFT = "LEFT", "The member left."
    REMOVED = "REMOVED", "The lead removed the member."


class SeatRole(Code):
    """What a member is in a consortium."""

    LEAD = "LEAD", "Leads it. There is one."
    PARTNER = "PARTNER", "Takes part in full."
    ASSOCIATE = "ASSOCIATE", "Takes part in some of it."
    ADVISER = "ADVISER", "Advises."


class DocumentKind(Code):
    """What a document of a consortium is."""

    NDA = "NDA", "An agreement to keep secrets."
    LOI = "LOI", "A letter of intent."
    MOU = "MOU", "A memorandum of understanding."
    CONSORTIUM_AGREEMENT = "CONSORTIUM_AGREEMENT", "The agreement that the consortium works under."
    BID = "BID", "A bid."
    CONTRACT = "CONTRACT", "A contract."


class OpportunityKind(Code):
    """What an opportunity is."""

    TENDER = "TENDER", "A call for tenders."
    FUNDING_CALL = "FUNDING_CALL", "A call for projects to fund."
    CHALLENGE = "CHALLENGE", "A problem put out for anybody to solve."
    MARKET_ENTRY = "MARKET_ENTRY", "A market to enter together."
    EVENT = "EVENT", "An event to appear at together."


class BlockerCode(Code):
    """What keeps a consortium from being formed, or a team from being found."""

    TOO_FEW_CLUSTERS = "TOO_FEW_CLUSTERS", "Its members come from fewer clusters than its rules ask for."
    TOO_FEW_MEMBERS = "TOO_FEW_MEMBERS", "It has fewer members than its rules ask for."
    TOO_MANY_MEMBERS = "TOO_MANY_MEMBERS", "It has more members than its rules allow."
    CAPABILITY_UNCOVERED = "CAPABILITY_UNCOVERED", "No member covers a mandatory requirement."
    NO_LEAD = "NO_LEAD", "There is no lead, or none of a type that the rules allow."
    LEAD_NOT_ACCEPTED = "LEAD_NOT_ACCEPTED", "The lead has not accepted."
    TYPE_RULE_UNMET = "TYPE_RULE_UNMET", "It has too few members of a type that its rules ask for."
    COUNTRY_RULE_UNMET = "COUNTRY_RULE_UNMET", "Its members come from fewer countries than its rules ask for."
    PENDING_INVITATION = "PENDING_INVITATION", "What is missing is covered by a member that has not answered yet."
    AGREEMENT_NOT_IN_FORCE = "AGREEMENT_NOT_IN_FORCE", "No agreement in force covers the clusters of its members."
    MEMBER_UNAVAILABLE = "MEMBER_UNAVAILABLE", "A member has withdrawn, or is not shown, or its registry is silent."


class Optimality(Code):
    """How sure it is that there is no better team."""

    EXACT = "EXACT", "There is none."
    APPROXIMATE = (
        "APPROXIMATE",
        "There may be: time ran out, a registry did not answer, or had too many candidates to look at all.",
    )


class ReasonCode(Code):
    """What a match has points for."""

    CAPABILITY_EXACT = "CAPABILITY_EXACT", "It can do just what is asked for."
    CAPABILITY_NARROWER = "CAPABILITY_NARROWER", "It can do something that is part of what is asked for."
    CAPABILITY_BROADER = "CAPABILITY_BROADER", "It can do something that what is asked for is part of."
    THEY_NEED_WHAT_YOU_OFFER = "THEY_NEED_WHAT_YOU_OFFER", "It needs what the asker can do."
    MARKET_OVERLAP = "MARKET_OVERLAP", "It aims at the same markets."
    MODE_MATCH = "MODE_MATCH", "It offers the same forms of collaboration."
    PROGRAMME_AFFINITY = "PROGRAMME_AFFINITY", "It takes part in a programme with the same themes."
    LANGUAGE_SHARED = "LANGUAGE_SHARED", "It works in a language of the asker."
    FRESHNESS = "FRESHNESS", "Its profile is kept up to date."
