#!/usr/bin/env sh
# Makes .venv and installs this project in it: `install.sh run` what the gateway and the demo need, `install.sh dev`
# what the tests need as well. Everything is pinned by its hash. An unusable .venv is made anew.
set -eu
cd "$(dirname "$0")/.."
what=$1

say() { printf '%s\n' "$*" >&2; }

# A Python that really runs (a pyenv shim may not) and is new enough. $1: another condition, in Python.
find_python() {
    for candidate in ${PYTHON:-} python3.13 python3.12 python3.11 python3 python; do
        if "$candidate" -c "import sys; sys.exit(not (sys.version_info >= (3, 11) and $1))" >/dev/null 2>&1; then
            command -v "$candidate"
            return 0
        fi
    done
    return 1
}

usable() {
    .venv/bin/python -c 'import sys, pip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

if ! usable; then
    if ! python=$(find_python True); then
        say 'make: no Python 3.11 or later was found. Install one, for instance: apt install python3 python3-venv'
        exit 1
    fi
    # Debian leaves ensurepip, without which there is no pip in a venv, to a package of its own.
    if ! python=$(find_python "__import__('importlib.util').util.find_spec('ensurepip') is not None"); then
        say 'make: this Python cannot make virtual environments. Install what it lacks: apt install python3-venv'
        exit 1
    fi
    say "Making .venv with $python"
    rm -rf .venv
    if ! "$python" -m venv .venv >&2; then
        rm -rf .venv # half a .venv would be taken for whole
        say "make: $python could not make a virtual environment. Try: apt install python3-venv"
        exit 1
    fi
fi

say "Installing requirements/$what.txt"
.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r "requirements/$what.txt"
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
