"""The demo's viewers: an API key of each class, made anew at each start."""

from collections.abc import Mapping
from datetime import timedelta
from time import time
from typing import Any

import orjson

from adapters.contract.cluster import Cluster
from adapters.contract.codes import Visibility
from adapters.contract.registry import Adapter, Limits, Registry
from adapters.contract.request import FetchRequest, Ordering, PageRequest, Where
from adapters.contract.shape import ID, Pick, Shape
from gateway.access.register import Register, one_of_each
from gateway.access.viewer import ViewerClass
from gateway.federation.reference import Reference, member_cluster
from gateway.http.graphiql import PageViewer
from gateway.store import Store

__all__ = ["make_viewers"]

_ORGANISATION = "Corridor demo"
_LIFETIME = timedelta(days=7)
_SECONDS = 30.0
_LOOKED_AT = 200
"""Members among which one is chosen: the latest, all of which are invented ones."""

_POSTINGS = 20
_MEMBER = Shape(
    "member",
    (
        Pick("name", "display_name"),
        Pick("offers", "offers", first=_POSTINGS, shape=Shape("offer", (Pick("id", ID),))),
        Pick("needs", "needs", first=_POSTINGS, shape=Shape("need", (Pick("id", ID),))),
    ),
)


async def make_viewers(store: str, adapter: Adapter, registry: str) -> tuple[PageViewer, ...]:
    """Everybody that one can ask as, anonymous first; keys of earlier starts are revoked.

    ``store`` is the DSN of the store's owner, ``registry`` that of the city whose member, coordinator and privacy
    officer they are.
    """
    opened = adapter.open(registry, Limits(1, _SECONDS, _SECONDS))
    try:
        key, name = await _member(opened)
    finally:
        await opened.close()
    of = adapter.cluster
    owned = Store(store, 1, _SECONDS)
    try:
        register = Register(owned, member_cluster, time)
        member = Reference("Member", of.code, key).id
        keys = await one_of_each(register, _ORGANISATION, of.code, member, _LIFETIME)
    finally:
        await owned.close()
    viewers = (PageViewer(title, sees, str(keys[kind])) for kind, (title, sees) in _words(of, name).items())
    return (PageViewer("Anonymous", "what is public", None), *viewers)


def _words(of: Cluster, member: str) -> Mapping[ViewerClass, tuple[str, str]]:
    return {
        ViewerClass.PARTNER_APP: ("Partner app", "what members show to the corridor"),
        ViewerClass.MEMBER: ("Member", f"{of.name} from inside, and all of {member}"),
        ViewerClass.COORDINATOR: ("Coordinator", f"{of.name} from inside, and its disclosure log"),
        ViewerClass.PRIVACY_OFFICER: ("Privacy officer", f"what is public, and the disclosure log of {of.name}"),
    }


async def _member(registry: Registry) -> tuple[str, str]:
    """The key and the name of a member, the latest with most to show: which depends on the registry's rows alone.

    Best is one that the corridor sees and the public does not, with offers and needs, and more of them for itself.
    """
    latest = PageRequest(Where("member", view=Visibility.CORRIDOR), Ordering("UPDATED_AT", descending=True), _LOOKED_AT)
    keys = tuple(row.key for row in await registry.page(latest))

    async def under(view: Visibility) -> dict[str, Any]:
        rows = await registry.fetch(FetchRequest(keys, _MEMBER, view))
        return {row.key: row.value if row.text is None else orjson.loads(row.text) for row in rows}

    public, corridor, private = [
        await under(view) for view in (Visibility.PUBLIC, Visibility.CORRIDOR, Visibility.PRIVATE)
    ]

    def merits(key: str) -> tuple[bool, ...]:
        shown, own = corridor.get(key, {}), private.get(key, {})
        kinds = ("offers", "needs")
        return (
            all(shown.get(kind) for kind in kinds),
            key not in public,
            any(len(own.get(kind, ())) > len(shown.get(kind, ())) for kind in kinds),
        )

    best = max(keys, key=merits)
    return best, str(private[best]["name"])
