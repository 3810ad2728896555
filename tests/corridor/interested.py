"""What tests of interests and of what comes of them start from: two members, their postings, their coordinators."""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field
from itertools import count
from uuid import UUID

import asyncpg

from adapters.contract.viewers import Purpose, ViewerClass
from gateway.access.viewer import Viewer
from gateway.corridor.acts import Acts, Result
from gateway.corridor.failures import Failed
from gateway.corridor.forgetting import Forgetting
from gateway.corridor.interest import CONSTRAINTS, Interest
from gateway.corridor.interests import Interests, Rules
from gateway.corridor.ports import ContactState, Posting
from gateway.corridor.releases import Releases
from gateway.reference import Reference
from gateway.store import Store
from schemas.codes import InterestState
from tests.corridor.registries import InventedRegistries, global_id, profile
from tests.viewers import viewer

HERE, THERE = "technomontreal", "canieti-occidente"
SENDER, RECEIVER, STRANGER = (
    global_id("Member", HERE, "s1"),
    global_id("Member", THERE, "r1"),
    global_id("Member", THERE, "x1"),
)
NEED, VEILED, OFFER = (
    global_id("Need", THERE, "n1"),
    global_id("Need", THERE, "n2"),
    global_id("Offer", THERE, "o1"),
)
OWN_NEED = global_id("Need", HERE, "n3")


def acting(kind: ViewerClass, cluster: str, member: str | None = None) -> Viewer:
    """A viewer with a name of its own."""
    found = viewer(kind, cluster, member)
    name = f"{found.id}:{cluster}:{Reference.parse(member).key if member else 'staff'}"
    return Viewer(kind, name, found.organisation, cluster, member, found.scopes)


SENDING = acting(ViewerClass.MEMBER, HERE, SENDER)
RECEIVING = acting(ViewerClass.MEMBER, THERE, RECEIVER)
OTHER = acting(ViewerClass.MEMBER, THERE, STRANGER)
HOME = acting(ViewerClass.COORDINATOR, HERE)
AWAY = acting(ViewerClass.COORDINATOR, THERE)
OFFICER = acting(ViewerClass.PRIVACY_OFFICER, HERE)
APP = viewer(ViewerClass.PARTNER_APP)
VIEWERS = {
    "sender": SENDING, "receiver": RECEIVING, "stranger": OTHER, "sender's cluster": HOME, "receiver's cluster": AWAY,
    "officer": OFFICER, "app": APP,
}  # fmt: skip


class Covered:
    """Agreements that cover whatever is asked about, as long as ``purposes`` has what for."""

    def __init__(self) -> None:
        self.purposes: set[Purpose] = set(Purpose)

    async def current(self) -> None:
        """They are."""

    def covering(self, clusters: Collection[str], purpose: Purpose) -> object | None:
        """Whether the purpose is covered; one cluster alone is never asked about."""
        assert len(clusters) > 1
        return purpose if purpose in self.purposes else None


@dataclass(slots=True)
class Corridor:
    """One store with what is done in it."""

    store: Store
    owner: str = field(repr=False)
    acts: Acts
    registries: InventedRegistries
    agreements: Covered
    interests: Interests
    releases: Releases
    forgetting: Forgetting

    @classmethod
    def of(cls, store: Store, owner: str, rules: Rules | None = None) -> "Corridor":
        """A corridor of three members; the sender's and the receiver's contacts can be shared."""
        registries, agreements = InventedRegistries(), Covered()
        registries.add(profile(SENDER), profile(RECEIVER), profile(STRANGER))
        registries.postings = {
            NEED: Posting(NEED, THERE, RECEIVER, anonymous=False),
            VEILED: Posting(VEILED, THERE, RECEIVER, anonymous=True),
            OFFER: Posting(OFFER, THERE, RECEIVER, anonymous=False),
            OWN_NEED: Posting(OWN_NEED, HERE, SENDER, anonymous=True),
        }
        registries.contacts = {
            (SENDER, "contact-2"): ContactState.SHAREABLE,
            (SENDER, "private"): ContactState.NOT_CONSENTED,
            (RECEIVER, "contact-9"): ContactState.SHAREABLE,
            (RECEIVER, "private"): ContactState.NOT_CONSENTED,
        }
        acts = Acts(store, CONSTRAINTS)
        interests = Interests(store, acts, registries, agreements, rules)
        return cls(
            store, owner, acts, registries, agreements, interests, Releases(store, acts), Forgetting(acts, _leave)
        )

    async def express(self, about: str = NEED, *, draft: bool = False, key: str | None = None) -> UUID:
        """The sender's interest."""
        result = await self.interests.express(
            SENDING, about, "Nous avons une passerelle.", "fr-CA", "contact-2", draft=draft, key=key
        )
        return UUID(result["interest"])

    async def mutual(self, about: str = NEED) -> UUID:
        """An interest of both sides."""
        key = await self.express(about)
        await self.interests.answer(RECEIVING, key, 1, accept=True, contact="contact-9")
        return key

    async def seen(self, key: UUID, by: Viewer = SENDING) -> Interest:
        """What a viewer sees of it, who has to know of it."""
        return (await self.interests.read([key], by))[key]

    async def knows(self, key: UUID, by: Viewer) -> bool:
        """Whether a viewer knows of it."""
        return key in await self.interests.read([key], by)

    async def rewrite(self, sql: str, *values: object) -> None:
        """Changes the store as its owner: time that has passed, most of all."""
        connection = await asyncpg.connect(self.owner)
        try:
            await connection.execute(sql, *values)
        finally:
            await connection.close()

    async def overdue(self, key: UUID) -> None:
        """Has the time of an interest, or else of its release, run out."""
        await self.rewrite("update corridor.interest set expires_at = now() - interval '1 second' where id = $1", key)
        await self.rewrite(
            "update corridor.contact_release"
            " set granted_at = now() - interval '9 days', valid_until = now() - interval '1 second' where id = $1",
            key,
        )

    async def count(self, table: str) -> int:
        """The rows of a table."""
        return int(await self.store.fetchval(f"select count(*) from corridor.{table}"))

    async def topics(self) -> list[list[str]]:
        """The topics of the events so far, without what they all begin with."""
        rows = await self.store.fetch("select topics from corridor.event order by id")
        return [[each.removeprefix("Interest:") for each in row["topics"]] for row in rows]


async def _leave(_act: object, _member: str) -> tuple[str, ...]:
    """Nobody sits anywhere."""
    return ()


def code(failed: Failed) -> str:
    """The code of a single failure."""
    (failure,) = failed.failures
    return failure.code.value


_NUMBERS = count()
STATE = InterestState


def posted(corridor: Corridor, *, anonymous: bool = False) -> str:
    """A need of the receiver that nobody was interested in so far."""
    need = global_id("Need", THERE, f"new-{next(_NUMBERS)}")
    corridor.registries.postings[need] = Posting(need, THERE, RECEIVER, anonymous=anonymous)
    return need


async def at(corridor: Corridor, state: InterestState, *, anonymous: bool = False) -> UUID:
    """A new interest in this state, come there by its own way."""
    draft = state is STATE.DRAFT
    key = await corridor.express(posted(corridor, anonymous=anonymous), draft=draft)
    begun = (await corridor.seen(key)).state
    match state:
        case STATE.FORWARDED:
            await corridor.interests.screen(AWAY, key, 1, forward=True)
        case STATE.MUTUAL | STATE.DECLINED if begun is STATE.SCREENING:
            await corridor.interests.screen(AWAY, key, 1, forward=True)
            await corridor.interests.answer(RECEIVING, key, 2, accept=state is STATE.MUTUAL, contact="contact-9")
        case STATE.MUTUAL | STATE.DECLINED:
            await corridor.interests.answer(RECEIVING, key, 1, accept=state is STATE.MUTUAL, contact="contact-9")
        case STATE.WITHDRAWN:
            await corridor.interests.withdraw(SENDING, key, 1)
        case STATE.EXPIRED:
            await corridor.overdue(key)
            await corridor.interests.expire()
    assert (await corridor.seen(key)).state is state
    return key


Do = Callable[[Corridor, Viewer, UUID, int], Awaitable[Result]]
ACTS: dict[str, Do] = {
    "submit": lambda c, by, key, version: c.interests.submit(by, key, version),
    "withdraw": lambda c, by, key, version: c.interests.withdraw(by, key, version),
    "accept": lambda c, by, key, version: c.interests.answer(by, key, version, accept=True, contact="contact-9"),
    "decline": lambda c, by, key, version: c.interests.answer(by, key, version, accept=False),
    "forward": lambda c, by, key, version: c.interests.screen(by, key, version, forward=True),
    "refuse": lambda c, by, key, version: c.interests.screen(by, key, version, forward=False),
}
WHOSE = {
    "submit": "sender", "withdraw": "sender", "accept": "receiver", "decline": "receiver",
    "forward": "receiver's cluster", "refuse": "receiver's cluster",
}  # fmt: skip
