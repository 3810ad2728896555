"""Start the server of a home and print its pid and port, then wait to be killed. Run by test_ownership.py."""

import signal
import sys
from pathlib import Path

from gateway.embedded import EmbeddedServer

if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # which a shell's background processes have ignored
    server = EmbeddedServer("owned", Path(sys.argv[1]), durable=False)
    server.start()
    print(server.pid, server.port, flush=True)
    signal.pause()
