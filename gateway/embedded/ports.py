"""TCP ports of this machine's loopback address."""

import socket

LOOPBACK = "127.0.0.1"


def port_is_free(port: int) -> bool:
    """Whether a server could listen on `port` now."""
    try:
        _bound(port).close()
    except OSError:
        return False
    return True


def free_port() -> int:
    """Answer a port that is free now, as the operating system picks it."""
    with _bound(0) as listener:
        return int(listener.getsockname()[1])


def _bound(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        # As PostgreSQL itself does, so that connections of a former server that linger do not count.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((LOOPBACK, port))
        # Two sockets may share a bound port with that option, but only one may listen.
        listener.listen(1)
    except OSError:
        listener.close()
        raise
    return listener
