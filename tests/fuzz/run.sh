#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Fuzz with coverage feedback, one target after another, on one core:
#
#   make fuzz                                        every target, two minutes each
#   make fuzz ARGS="--seconds 3600 transaction"      one target for an hour
#   make fuzz ARGS="--pass-by 'RULE' entry"          go on past a finding that is known
#
# Its own environment is made in build/fuzz from hash-pinned lock files. Inputs that reach
# something new are kept there in corpus/TARGET, findings in findings/. `python -m tests.fuzz.corpus
# --from build/fuzz/corpus` takes what is worth keeping over into the committed corpus, which
# the ordinary tests replay.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

build="${FUZZ_BUILD:-build/fuzz}"
python="$build/venv/bin/python"
locks=(requirements-build.lock requirements-fast.lock tests/fuzz/requirements.lock)
seconds=120
passing=()
targets=()

while (($#)); do
    case "$1" in
        --seconds) seconds="$2"; shift 2 ;;
        --pass-by) passing+=(--pass-by "$2"); shift 2 ;;
        -*) echo "fuzz: unknown option $1" >&2; exit 2 ;;
        *) targets+=("$1"); shift ;;
    esac
done

prepare() {
    local stamp
    stamp="$(cat "${locks[@]}" | cksum | tr -d ' \n')"
    [[ -f "$build/stamp" && "$(<"$build/stamp")" == "$stamp" && -x "$python" ]] && return 0
    echo "fuzz: making the environment in $build" >&2
    mkdir -p "$build"
    "${PYTHON:-.venv/bin/python}" -m venv --clear "$build/venv"
    local lock
    for lock in "${locks[@]}"; do
        "$python" -m pip --disable-pip-version-check --no-input install --quiet \
            --require-hashes --no-build-isolation --requirement "$lock"
    done
    printf '%s' "$stamp" >"$build/stamp"
}

prepare
export PYTHONPATH="${FUZZ_SOURCE:-src}:." PYTHONHASHSEED=0
"$python" -m tests.fuzz.corpus --write-seeds "$build/seeds"
if ((${#targets[@]} == 0)); then
    mapfile -t targets < <("$python" -c 'from tests.fuzz.targets import TARGETS; print(*TARGETS, sep="\n")')
fi

status=0
for target in "${targets[@]}"; do
    mkdir -p "$build/corpus/$target" "$build/logs" "tests/fuzz/corpus/$target"
    log="$build/logs/$target.log"
    if nice -n 10 "$python" -m tests.fuzz.run "$target" --seconds "$seconds" "${passing[@]}" \
        --findings "$build/findings" \
        "$build/corpus/$target" "tests/fuzz/corpus/$target" "$build/seeds/$target" >"$log" 2>&1; then
        verdict="nothing found"
    else
        verdict="FOUND SOMETHING: $log"
        status=1
    fi
    printf '%-16s %s; %s\n' "$target" "$verdict" \
        "$(grep -hE '^(stat::number_of_executed_units|COUNTS)' "$log" | tail -n 2 | tr -s ' \n' ' ')"
done
exit "$status"
