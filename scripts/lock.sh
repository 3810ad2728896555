#!/usr/bin/env sh
# Writes the hash-pinned requirement files from pyproject.toml, for all supported Pythons at once.
# Needs uv (a maintainer's tool; nothing here needs it to install or to run).
set -eu
cd "$(dirname "$0")/.."
compile() {
    uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-annotate --no-header --quiet "$@"
}
compile --extra demo --group build -o requirements/run.txt
compile --extra demo --group build --group dev -c requirements/run.txt -o requirements/dev.txt
compile --extra demo --group build --group dev --group bench -c requirements/dev.txt -o requirements/bench.txt
