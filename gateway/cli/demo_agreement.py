"""The agreement of the demo: that of 27 June 2013, signed and assessed by the demo's own coordinators."""

from collections.abc import Sequence
from datetime import date, timedelta
from hashlib import sha256
from itertools import permutations
from uuid import UUID

from adapters.contract.viewers import Purpose
from gateway.access.viewer import Viewer, ViewerClass
from gateway.corridor.acts import Acts
from gateway.corridor.agreeing import CONSTRAINTS, Agreeing, Change, Terms
from gateway.corridor.agreements import Agreement, Assessment, read_agreements, today
from gateway.store import Store
from schemas.codes import AgreementState, DataCategory

__all__ = ["make_agreement"]

_SERIES = "technomontreal-international"
_SIGNED = date(2013, 6, 27)
_REVIEWED_AFTER = timedelta(days=365)
_OUTCOME = (
    "Invented for the demo. Assessed were data about organisations, and about people in their function at them. Each "
    "member consents to each purpose by itself, and can take that back. The agreement binds who receives the data to "
    "these purposes. It may be communicated."
)


async def make_agreement(store: Store, clusters: Sequence[str]) -> Agreement:
    """Has the clusters agree on everything, in force at once; what was done at an earlier start is left as it is.

    Assessments that are due for review are made anew. ``STORE_UNAVAILABLE`` where the store does not answer.
    """
    agreeing = Agreeing(store, Acts(store, CONSTRAINTS), clusters)
    coordinators = {code: _coordinator(code) for code in clusters}
    known = {(each.series, each.parties): each.key for each in await read_agreements(store)}
    parties = sorted(clusters)
    key = known.get((_SERIES, tuple(parties)))
    if key is None:
        once = sha256(" ".join([_SERIES, *parties]).encode()).hexdigest()
        terms = Terms(_SERIES, parties, list(Purpose))
        key = UUID((await agreeing.register(coordinators[clusters[0]], terms, once))["agreement"])
    day = today()
    for code, coordinator in coordinators.items():
        agreement = await agreeing.read(key)
        if code not in agreement.signed_by:
            await agreeing.sign(Change(coordinator, key, agreement.version), _SIGNED)
    for source, target in permutations(clusters, 2):
        agreement = await agreeing.read(key)
        if agreement.written is not AgreementState.TERMINATED and not _assessed(agreement, source, target, day):
            made = Assessment(
                source,
                target,
                (DataCategory.ORGANISATION, DataCategory.BUSINESS_CONTACT),
                _OUTCOME,
                assessed_on=day,
                review_by=day + _REVIEWED_AFTER,
            )
            await agreeing.assess(Change(coordinators[source], key, agreement.version), made)
    return await agreeing.read(key)


def _coordinator(cluster: str) -> Viewer:
    return Viewer(ViewerClass.COORDINATOR, f"demo:{cluster}", "Corridor demo", cluster)


def _assessed(agreement: Agreement, source: str, target: str, day: date) -> bool:
    return any(
        (each.from_cluster, each.to_cluster) == (source, target) and day <= each.review_by
        for each in agreement.assessments
    )
