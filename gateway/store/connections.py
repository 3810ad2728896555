"""The connections to the corridor store, and the one error that every failure to reach it becomes."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any, TypeAlias

import asyncpg

from gateway.errors import ClientError, ErrorCode
from gateway.store.schema import Queries, SchemaMismatch, SchemaState, schema_state

__all__ = ["Connection", "Store", "unavailable"]

_LOG = logging.getLogger(__name__)

Connection: TypeAlias = "asyncpg.pool.PoolConnectionProxy[asyncpg.Record]"

_IDLE = 300.0
"""Seconds after which a connection that nobody used is ended."""

_KEPT_ALIVE = "set tcp_keepalives_idle = 10; set tcp_keepalives_interval = 5; set tcp_keepalives_count = 3"
"""Has the server find out within half a minute that a gateway is gone, and so free what its session holds."""

_LOST = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # asyncpg loses count when the server times out while a statement is being prepared
)
"""After these nobody knows what became of the connection."""

_REFUSED = (
    asyncpg.OperatorInterventionError,  # shut down, crashed, starting, a statement cancelled
    asyncpg.InsufficientResourcesError,
    asyncpg.PostgresSystemError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.InsufficientPrivilegeError,
    asyncpg.ReadOnlySQLTransactionError,  # a replica, after a switch to the wrong server
)
"""With these the server says that it cannot, or that it will not for this login."""


def unavailable() -> ClientError:
    """What a client sees of any failure to reach the store."""
    return ClientError(
        ErrorCode.STORE_UNAVAILABLE,
        "The gateway's own store does not answer, and without it this cannot be done. Ask again in a moment.",
        retryable=True,
    )


class Store:
    """The gateway's own Postgres. Nothing is connected at start; connections are made when they are needed.

    ``timeout`` is in seconds: a connection has to be made or free within it, and each statement answered. Every failure
    to reach the store raises ``ClientError`` STORE_UNAVAILABLE; its subclass :class:`SchemaMismatch` where the schema
    is of another version, which is looked up on the first connection, and again after each failure. What a statement
    itself runs into, such as a broken constraint, stays the ``asyncpg.PostgresError`` that it is.

    Sessions are not reset between uses: a statement may change settings for its transaction only (``set local``).
    """

    def __init__(self, dsn: str, pool_size: int = 5, timeout: float = 1.0) -> None:
        self._dsn = dsn
        self._size = pool_size
        self._timeout = timeout
        self._pool: asyncpg.Pool[asyncpg.Record] | None = None
        self._opening = asyncio.Lock()
        self._fits = False
        self._closed = False

    async def fetch(self, sql: str, *values: object) -> list[asyncpg.Record]:
        """The rows of one statement."""
        async with self.connection() as connection:
            return await connection.fetch(sql, *values)

    async def fetchrow(self, sql: str, *values: object) -> asyncpg.Record | None:
        """The first row of one statement, None where there is none."""
        async with self.connection() as connection:
            return await connection.fetchrow(sql, *values)

    async def fetchval(self, sql: str, *values: object) -> Any:
        """The first value of the first row of one statement, None where there is no row."""
        async with self.connection() as connection:
            return await connection.fetchval(sql, *values)

    async def execute(self, sql: str, *values: object) -> str:
        """Runs one statement, or without values several, and answers its tag, such as ``UPDATE 3``."""
        async with self.connection() as connection:
            return await connection.execute(sql, *values)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """One connection in one transaction, committed at the end and rolled back by any exception."""
        async with self.connection() as connection, connection.transaction():
            yield connection

    async def check(self) -> SchemaState:
        """How its schema stands to this gateway now; ``ClientError`` STORE_UNAVAILABLE where it cannot be reached.

        That it was migrated since ends nothing: a gateway that serves goes on.
        """
        try:
            async with self.connection() as connection:
                return await schema_state(connection)
        except SchemaMismatch as mismatch:
            return mismatch.state

    async def close(self) -> None:
        """Ends all connections, for good; those in use have ``timeout`` to be done."""
        self._closed = True
        if self._pool is not None:
            with suppress(*_LOST):
                async with asyncio.timeout(self._timeout):
                    await self._pool.close()

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """One connection, for several statements that follow each other."""
        pool = self._pool or await self._open()
        try:
            async with pool.acquire(timeout=self._timeout) as connection:
                try:
                    if not self._fits:
                        await self._check(connection)
                    yield connection
                except asyncpg.DataError:  # an InterfaceError, but of a value that the statement cannot take
                    raise
                except _LOST:
                    # What became of this connection may have met the others: a firewall that forgot one forgot all.
                    _drop(connection)
                    await pool.expire_connections()
                    raise
                except asyncio.CancelledError:
                    _drop(connection)
                    raise
        except asyncpg.DataError:
            raise
        except (*_LOST, *_REFUSED) as error:
            self._fits = False
            _LOG.warning("the corridor store: %s", str(error) or type(error).__name__)
            raise unavailable() from error

    @asynccontextmanager
    async def apart(self) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
        """One connection beside the pool, for what lasts longer than a request: to listen, or to hold a lock.

        It ends with the block, and with it all that its session holds.
        """
        try:
            connection = await asyncpg.connect(
                self._dsn,
                timeout=self._timeout,
                command_timeout=self._timeout,
                server_settings={"application_name": "corridor-gateway"},
            )
            try:
                await self._check(connection)
                await connection.execute(_KEPT_ALIVE)
                yield connection
            finally:
                _drop(connection)
        except asyncpg.DataError:
            raise
        except (*_LOST, *_REFUSED) as error:
            raise unavailable() from error

    async def _open(self) -> "asyncpg.Pool[asyncpg.Record]":
        async with self._opening:
            if self._closed:
                raise unavailable()
            if self._pool is None:
                self._pool = await asyncpg.create_pool(
                    self._dsn,
                    min_size=0,
                    max_size=self._size,
                    max_inactive_connection_lifetime=_IDLE,
                    timeout=self._timeout,
                    command_timeout=self._timeout,
                    reset=_as_it_is,
                    server_settings={"application_name": "corridor-gateway"},
                )
        return self._pool

    async def _check(self, connection: Queries) -> None:
        state = await schema_state(connection)
        if state is not SchemaState.CURRENT:
            _LOG.error("%s", state.value)
            raise SchemaMismatch(state)
        self._fits = True


def _drop(connection: Queries) -> None:
    """Ends a connection at once: asking a silent server to cancel would wait for it."""
    with suppress(asyncpg.InterfaceError):  # the driver found it closed
        connection.terminate()


async def _as_it_is(_connection: Queries) -> None:
    """Saves the round trip of asyncpg's own reset."""
