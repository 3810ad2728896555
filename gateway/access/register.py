"""The register of API keys, as whoever runs the gateway keeps it. The gateway itself only reads it."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from gateway.access.admission import ClusterOf, Holder, admit
from gateway.access.key_text import KeyText, make_key
from gateway.access.keys import salted_hash
from gateway.access.viewer import GRANTABLE, ViewerClass
from gateway.store import Store

__all__ = ["Entry", "Register", "one_of_each"]

_INSERT = """\
insert into corridor.api_keys
    (prefix, salt, hash, class, organisation, cluster, member, scopes, created, expires)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"""

_SELECT = """\
select prefix, class, organisation, cluster, member, scopes, created, expires, revoked
from corridor.api_keys
order by created, prefix"""

_REVOKE = "update corridor.api_keys set revoked = $2 where prefix = $1 and revoked is null returning prefix"
_REVOKE_ALL = "update corridor.api_keys set revoked = $2 where organisation = $1 and revoked is null"


@dataclass(frozen=True, slots=True)
class Entry:
    """What is known of a key: everything but its secret, which nobody can read any more."""

    prefix: str
    kind: ViewerClass
    organisation: str
    cluster: str | None
    member: str | None
    scopes: tuple[str, ...]
    created: datetime
    expires: datetime
    revoked: datetime | None


class Register:
    """Creates, lists and revokes keys, as the owner of the store's schema. ``clock`` gives Unix seconds."""

    def __init__(self, store: Store, cluster_of: ClusterOf, clock: Callable[[], float]) -> None:
        self._store = store
        self._cluster_of = cluster_of
        self._clock = clock

    async def create(self, holder: Holder, lifetime: timedelta) -> KeyText:
        """A new key, to be shown once; NotAdmitted where nobody could come in with it."""
        key, salt, now = make_key(), secrets.token_bytes(16), self._now()
        viewer = admit(f"key:{key.prefix}", holder, self._cluster_of)
        await self._store.execute(
            _INSERT,
            key.prefix,
            salt,
            salted_hash(salt, key.secret),
            viewer.kind.value,
            viewer.organisation,
            viewer.cluster,
            viewer.member,
            sorted(viewer.scopes),
            now,
            now + lifetime,
        )
        return key

    async def entries(self) -> list[Entry]:
        """All keys that there ever were, the oldest first."""
        return [
            Entry(
                row["prefix"],
                ViewerClass(row["class"]),
                row["organisation"],
                row["cluster"],
                row["member"],
                tuple(row["scopes"]),
                row["created"],
                row["expires"],
                row["revoked"],
            )
            for row in await self._store.fetch(_SELECT)
        ]

    async def revoke(self, prefix: str) -> bool:
        """Revokes a key; False where there is none of this prefix that still counts."""
        return await self._store.fetchval(_REVOKE, prefix, self._now()) is not None

    async def revoke_all(self, organisation: str) -> None:
        """Revokes all keys of an organisation."""
        await self._store.execute(_REVOKE_ALL, organisation, self._now())

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock(), UTC)


async def one_of_each(
    register: Register, organisation: str, cluster: str, member: str, lifetime: timedelta
) -> dict[ViewerClass, KeyText]:
    """A key of each class that can come in, with all scopes that it can hold; the organisation's older ones end.

    ``cluster`` is the code that the coordinator and the privacy officer act for, ``member`` the ID that the member
    does; the partner app is of no cluster.
    """
    await register.revoke_all(organisation)
    whose: dict[ViewerClass, tuple[str | None, str | None]] = {
        ViewerClass.PARTNER_APP: (None, None),
        ViewerClass.MEMBER: (None, member),
        ViewerClass.COORDINATOR: (cluster, None),
        ViewerClass.PRIVACY_OFFICER: (cluster, None),
    }
    return {
        kind: await register.create(Holder(kind, organisation, *of, sorted(GRANTABLE[kind])), lifetime)
        for kind, of in whose.items()
    }
