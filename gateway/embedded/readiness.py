"""Whether a server takes logins: asked by logging in."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from enum import Enum, auto

import asyncpg

_LOGIN_SECONDS = 5.0


class Readiness(Enum):
    """What a login found."""

    STARTING = auto()
    READY = auto()
    REFUSED = auto()


def try_login(dsn: str) -> Readiness:
    """Log in at `dsn` once; also where an event loop already runs in this thread."""
    with ThreadPoolExecutor(max_workers=1) as executor:
        return executor.submit(asyncio.run, _try_login(dsn)).result()


async def _try_login(dsn: str) -> Readiness:
    try:
        connection = await asyncpg.connect(dsn, timeout=_LOGIN_SECONDS, ssl=False)
    except (OSError, TimeoutError, asyncpg.CannotConnectNowError):
        return Readiness.STARTING
    except asyncpg.PostgresError:
        return Readiness.REFUSED
    await connection.close()
    return Readiness.READY
