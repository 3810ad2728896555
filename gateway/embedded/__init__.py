"""Real PostgreSQL servers as children of this process, for the demo and the tests."""

from gateway.embedded.binaries import Binaries, PostgresMissing, find_binaries
from gateway.embedded.server import EmbeddedServer, ServerFailed

__all__ = ["Binaries", "EmbeddedServer", "PostgresMissing", "ServerFailed", "find_binaries"]
