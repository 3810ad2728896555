"""The reference registry: the semantics of every request in plain Python, over rows held in memory.

It is the statement that ``PostgresRegistry`` is compared with, and a registry for tests that need no
database. It is written to be read, for some thousands of rows; it answers objects, not text.
"""

from adapters.kit.memory.registry import MemoryRegistry
from adapters.kit.memory.snapshot import snapshot

__all__ = ["MemoryRegistry", "snapshot"]
