#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Make .venv from a hash-pinned lock file and put this checkout into it, unless that is already done.
#
#   scripts/setup.sh runtime    what a user needs    (requirements-fast.lock where there is a C compiler and
#                               Python's headers, else requirements.lock: the same without what must be compiled)
#   scripts/setup.sh dev        and what tests need  (requirements-dev.lock, which contains the other)
#
# What builds (requirements-build.lock) goes in first, because nothing is built in isolation: an isolated
# build would fetch its tools without hashes.
#
# PYTHON=/path/to/python chooses the interpreter. The stamps below .venv hold digests of the inputs, so
# a second call costs milliseconds and a changed lock is noticed whatever the file times say.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

can_compile() {
    local python
    python="$(find_python)" && command -v cc >/dev/null && "$python" -c '
import pathlib, sys, sysconfig
sys.exit(not pathlib.Path(sysconfig.get_path("include"), "Python.h").exists())'
}

digest() { { pwd; cat "$@"; } | cksum | tr -d ' \n'; }
matches() { [[ -f "$1" && "$(<"$1")" == "$2" ]]; }

packages_done() {
    # The developer's environment contains the user's: its lock was made under the other as constraint.
    matches .venv/.stamp-dev "$(digest requirements-build.lock requirements-dev.lock)" && return 0
    [[ "$kind" == runtime ]] && matches .venv/.stamp-runtime "$(digest "${locks[@]}")"
}
project_done() { matches .venv/.stamp-project "$(digest pyproject.toml)"; }

python_is_usable() {
    "$1" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

find_python() {
    local candidate
    for candidate in ${PYTHON:-python3.11 python3.12 python3.13 python3.14 python3 python}; do
        if python_is_usable "$candidate"; then
            echo "$candidate"
            return 0
        fi
    done
    echo "setup: need CPython 3.11 or newer with the venv module (Debian: apt-get install python3-venv);" >&2
    echo "setup: name one with PYTHON=/path/to/python" >&2
    return 1
}

kind="${1:?runtime or dev}"
case "$kind" in
    runtime) locks=(requirements-build.lock "$(can_compile && echo requirements-fast.lock || echo requirements.lock)") ;;
    dev) locks=(requirements-build.lock requirements-dev.lock) ;;
    *) echo "setup: unknown kind '$kind': runtime or dev" >&2; exit 2 ;;
esac

main() {
    if packages_done && project_done; then
        return 0
    fi
    local pip=(.venv/bin/python -m pip --disable-pip-version-check --no-input install --quiet)
    if ! matches .venv/.stamp-place "$(pwd)" || ! .venv/bin/python -c '' 2>/dev/null; then
        local python
        python="$(find_python)"
        echo "setup: making .venv with $("$python" --version)" >&2
        "$python" -m venv --clear .venv
        pwd >.venv/.stamp-place
    fi
    if ! packages_done; then
        echo "setup: installing the $kind packages of ${locks[*]}" >&2
        local lock
        for lock in "${locks[@]}"; do
            "${pip[@]}" --require-hashes --no-build-isolation --requirement "$lock"
        done
        digest "${locks[@]}" >".venv/.stamp-$kind"
    fi
    if ! project_done; then
        echo "setup: installing tallystick from this checkout" >&2
        "${pip[@]}" --no-deps --no-build-isolation --editable .
        # Nodes and tests are many processes; where Python may write no bytecode, each would compile anew.
        .venv/bin/python -m compileall -q src
        digest pyproject.toml >.venv/.stamp-project
    fi
    echo "setup: done in ${SECONDS} s" >&2
}

if packages_done && project_done; then
    exit 0
fi
if command -v flock >/dev/null; then
    # Two makes at the same time: the second waits, then finds the work done.
    exec 9<scripts/setup.sh
    flock 9
fi
main
