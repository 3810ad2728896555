"""Who is measured. Each is an ASGI application in a process of its own: ``python -m benchmarks.contestants NAME PORT``.

The registries come from the settings that the gateway itself reads (``CORRIDOR_REGISTRIES__…``).
"""

CONTESTANTS = ("gateway", "floor", "naive")
"""In the order of their turns."""
