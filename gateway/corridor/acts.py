"""Acts: a change, its transitions, its place in the audit trail and its events, in one transaction, once a key."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from uuid import UUID

import asyncpg
import orjson

from adapters.contract.codes import Code
from gateway.access.viewer import Viewer
from gateway.corridor.failures import Failed, Failure
from gateway.corridor.texts import storable
from gateway.store import Connection, Store
from schemas.codes import ActorRole

__all__ = ["Act", "Acts", "Command", "Result"]

Result = Mapping[str, str]
"""What an act gives: by names of its own, the keys of what it made or changed. Never a value of a registry."""

_LONGEST_KEY = 200


@dataclass(frozen=True, slots=True)
class Command:
    """What a viewer asks to be done. ``given`` is all that was asked for, and has to be the same when it is repeated.

    ``key`` is the idempotency key: what was done under it is not done again, and its result is given again.
    """

    viewer: Viewer
    name: str
    given: Mapping[str, Any]
    key: str | None = None

    @property
    def digest(self) -> bytes:
        """What tells two requests apart."""
        return sha256(orjson.dumps([self.name, self.given], option=orjson.OPT_SORT_KEYS)).digest()


@dataclass(slots=True)
class Act:
    """One act while it is being done, in its transaction. ``actor`` is how transitions name who acts.

    ``forgotten`` is what the act names in place of a member that has itself forgotten by it.
    """

    id: int
    connection: Connection
    actor: str
    events: list[tuple[str, UUID, int, list[str]]] = field(default_factory=list)
    forgotten: str | None = None

    async def transition(  # noqa: PLR0913 - one column each
        self,
        entity: str,
        key: UUID,
        before: Code | None,
        after: Code,
        role: ActorRole,
        reason: str | None = None,
    ) -> None:
        """Writes down that an entity changed its state."""
        await self.connection.execute(
            "insert into corridor.transition (act, entity, entity_key, from_state, to_state, by, by_role, reason)"
            " values ($1, $2, $3, $4, $5, $6, $7, $8)",
            self.id,
            entity,
            key,
            before,
            after,
            "system" if role is ActorRole.SYSTEM else self.actor,
            role,
            reason,
        )

    def tell(self, entity: str, key: UUID, version: int, *topics: str) -> None:
        """Has subscribers of these topics hear of it, once it is committed."""
        self.events.append((entity, key, version, list(topics)))


class Acts:
    """Does acts in one store.

    ``constraints`` says for what failures the broken constraints of the store stand, by their names.
    """

    def __init__(self, store: Store, constraints: Mapping[str, Failure]) -> None:
        self._store = store
        self._constraints = constraints

    async def do(self, command: Command, work: Callable[[Act], Awaitable[Result]]) -> Result:
        """Does the work and commits it, or gives the result that the same command had before.

        A failure changes nothing and is not remembered: the same key can be tried again. Raises Failed, and
        ``ClientError`` STORE_UNAVAILABLE; after that nobody knows whether it was done, but the key does.
        """
        key = command.key
        _check(key)
        try:
            async with self._store.transaction() as connection:
                if key is not None and (known := await self._known(connection, command)) is not None:
                    return known
                viewer = command.viewer
                id_ = await connection.fetchval("select nextval('corridor.act_id')")
                act = Act(id_, connection, viewer.member or viewer.id)
                result = await work(act)
                await connection.execute(
                    "insert into corridor.act"
                    " (id, actor, actor_class, organisation, cluster, member, name, key, digest, result)"
                    " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
                    id_,
                    viewer.id,
                    viewer.kind,
                    act.forgotten or viewer.organisation,
                    viewer.cluster,
                    act.forgotten or viewer.member,
                    command.name,
                    key,
                    None if key is None else command.digest,
                    orjson.dumps(dict(result)).decode(),
                )
                for event in act.events:  # last, because they are written one act after the other
                    await connection.execute("select corridor.tell($1, $2, $3, $4, $5)", id_, *event)
                return result
        except asyncpg.IntegrityConstraintViolationError as error:
            failure = self._constraints.get(error.constraint_name or "")
            if failure is None:
                raise
            raise Failed(failure) from error

    async def done(self, command: Command) -> Result | None:
        """The result that the same command had before, if any: for who has to ask registries before the work.

        They may answer otherwise by now. Raises as :meth:`do`.
        """
        _check(command.key)
        if command.key is None:
            return None
        async with self._store.connection() as connection:
            return await self._result(connection, command)

    async def _known(self, connection: Connection, command: Command) -> Result | None:
        """The result of the same command before; whoever comes with the same key at the same moment waits here."""
        await connection.execute(
            "select pg_advisory_xact_lock(hashtextextended($1, 0))", f"{command.viewer.id} {command.key}"
        )
        return await self._result(connection, command)

    @staticmethod
    async def _result(connection: Connection, command: Command) -> Result | None:
        row = await connection.fetchrow(
            "select digest, result from corridor.act where actor = $1 and key = $2", command.viewer.id, command.key
        )
        if row is None:
            return None
        if row["digest"] != command.digest:
            raise Failed.because("key_reused", "idempotencyKey")
        known: Result = orjson.loads(row["result"])
        return known


def _check(key: str | None) -> None:
    if key is not None and not storable(key, _LONGEST_KEY):
        raise Failed.because("bad_key", "idempotencyKey")
