"""``python -m gateway.cli``, where the command ``corridor`` is not on the path."""

from gateway.cli import main

main()
