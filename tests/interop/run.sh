#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Have programs that we did not write judge our bytes: `make interop`.
#
# 1. Exports made by our functions (make_exports.py), honest ones and altered copies of them.
# 2. The same from a running node, fetched over HTTP as a stranger would.
# 3. The node's OpenAPI description, and the node by it.
# 4. Documents of a node: exports for the age command, uploads by another's tus client.
# 5. Papers of that node as users get them: packages, a case, custody, a time-stamp, a certificate.
# 6. Real stores of documents, Kubo and an S3 server, under the suite that every store must pass.
# 7. Logins at a certified OpenID provider, through our identity door, to a charity's claim.
#
# Each judge has its own environment below build/interop, from a lock file with hashes (Go: a
# go.sum, Node: a package-lock.json). A judge whose language is missing is shown as NOT RUN; with CI=true that is a
# failure, except for veraPDF (Java, by Maven) and stores that are not built in time.
#
#   make interop                                   all
#   make interop ARGS="--no-node"                  without a node: 1 only
#   make interop ARGS="--url http://127.0.0.1:8700"  judge this node (a test node: it is sent garbage)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

here=tests/interop
build="${INTEROP_BUILD:-build/interop}"
ours="${INTEROP_PYTHON:-.venv/bin/python}"
mkdir -p "$build/logs"
build="$(cd "$build" && pwd)"
export PYTHONPATH="${INTEROP_SOURCE:+$INTEROP_SOURCE:}$PWD" PIP_NO_INPUT=1 TALLY_HOME="$build/home" NO_COLOR=1
export no_proxy="127.0.0.1,localhost" PYTHONDONTWRITEBYTECODE=1
deposits=300
node_url=""
with_node=1
started=""
rows=()
status=0

while (($#)); do
    case "$1" in
        --no-node) with_node=0; shift ;;
        --url) node_url="$2"; shift 2 ;;
        *) echo "interop: unknown option $1" >&2; exit 2 ;;
    esac
done

say() { printf '\n--- %s (at %d s)\n' "$*" "$SECONDS"; }

stop_node() {
    if [[ -n "$started" ]]; then
        kill "$started" 2>/dev/null || true
        wait "$started" 2>/dev/null || true
        started=""
    fi
}
trap stop_node EXIT

# --- environments

new_python() { # the newest CPython from 3.12 on, which aics-tlog needs
    local candidate
    for candidate in python3.13 python3.12 python3.14 python3 python \
        "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.1[2-9]*/bin/python; do
        if "$candidate" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 12))' \
            >/dev/null 2>&1; then
            echo "$candidate"
            return 0
        fi
    done
    return 1
}

environment() { # environment JUDGE PYTHON: make its environment unless it is there
    local lock="$here/$1/requirements.lock" place="$build/$1" stamp
    stamp="$("$2" -V) $(cksum <"$lock")"
    [[ -f "$place/stamp" && "$(<"$place/stamp")" == "$stamp" ]] && return 0
    "$2" -m venv --clear "$place"
    "$place/bin/python" -m pip --disable-pip-version-check install --quiet --require-hashes \
        --requirement "$lock"
    printf '%s' "$stamp" >"$place/stamp"
}

prepare() { # prepare JUDGE PYTHON: in the background, its output in a log
    environment "$1" "$2" >"$build/logs/setup-$1.log" 2>&1 &
}

prepare_go() { # prepare_go JUDGE
    # What it says is kept out of the summary of setup logs unless it failed: Go names downloads.
    (cd "$here/$1" && CGO_ENABLED=0 GOFLAGS=-mod=readonly go build -o "$build/$1" .) \
        >"$build/logs/build-$1.log" 2>&1
}

prepare_npm() { # prepare_npm JUDGE: what it needs from its lock file, in the background
    local place="$build/$1" stamp
    stamp="$(node --version) $(cat "$here/$1"/package-lock.json "$here/$1"/*.mjs | cksum)"
    [[ -f "$place/stamp" && "$(<"$place/stamp")" == "$stamp" ]] && return 0
    rm -rf "$place"
    mkdir -p "$place"
    cp "$here/$1"/package.json "$here/$1"/package-lock.json "$here/$1"/*.mjs "$place"
    (cd "$place" && npm ci --silent --ignore-scripts --no-audit --no-fund) \
        >"$build/logs/setup-$1.log" 2>&1
    printf '%s' "$stamp" >"$place/stamp"
}

age=""
build_age() { # the age command, of the version that the Go judge has as a library
    local version
    version="$(awk '$1 == "filippo.io/age" {print $2}' "$here/golang/go.mod")"
    CGO_ENABLED=0 GOBIN="$build" go install -trimpath "filippo.io/age/cmd/age@$version" \
        >"$build/logs/build-age.log" 2>&1 && age="$build/age"
}

verapdf=""
fetch_verapdf() { # the judge of PDF/A, by Maven, if both are here
    local jar="$build/verapdf.jar" version=1.28.2
    command -v java >/dev/null && command -v mvn >/dev/null || return 1
    [[ -f "$jar" ]] || { mvn -q -B org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy \
        -Dartifact="org.verapdf.apps:greenfield-apps:$version" -DoutputDirectory="$build" \
        -Dmdep.stripVersion=true >"$build/logs/setup-verapdf.log" 2>&1 &&
        mv "$build/greenfield-apps.jar" "$jar"; } || return 1
    echo "687d4d8bcfec48c9f7e931cf78ed061f1eeccfba55d4cdc000ba9b4d8aa46ce6  $jar" | sha256sum --check --quiet || return 1
    verapdf="$jar"
}

# --- verdicts

row() { rows+=("$(printf '%-13s | %-10s | %s' "$1" "$2" "$3")"); }

not_run() { # not_run JUDGE EXPORTS WHY
    printf 'NOT RUN %s: %s\n' "$1" "$3"
    row "$1" "$2" "NOT RUN: $3"
    if [[ "${CI:-}" == true ]]; then
        status=1
    fi
}

judge() { # judge NAME EXPORTS COMMAND...
    local name="$1" exports="$2" log="$build/logs/$1-$2.log" result=0
    shift 2
    "$@" >"$log" 2>&1 || result=$?
    cat "$log"
    local closing
    closing="$(grep -E "^$name: [0-9]+ passed, [0-9]+ failed$" "$log" | tail -n 1 || true)"
    if ((result)) || [[ -z "$closing" ]]; then
        status=1
        row "$name" "$exports" "FAILED (exit $result): ${closing:-no verdict}"
    else
        row "$name" "$exports" "${closing#*: }"
    fi
}

judge_exports() { # judge_exports NAME FOLDER
    judge scitt-cose "$1" "$build/scitt_cose/bin/python" "$here/scitt_cose/judge.py" "$2"
    judge cwt "$1" "$build/cwt/bin/python" "$here/cwt/judge.py" "$2"
    if [[ -n "$newer" ]]; then
        judge aics-tlog "$1" "$build/aics_tlog/bin/python" "$here/aics_tlog/judge.py" "$2"
    else
        not_run aics-tlog "$1" "needs Python 3.12 or newer"
    fi
    if [[ -x "$build/golang" ]]; then
        judge golang "$1" "$build/golang" "$2"
    else
        not_run golang "$1" "needs Go"
    fi
    if ! grep -q '"kind": "finality"' "$2/cases.json"; then
        return # a network with one ordering node has no engine's commit to judge
    elif [[ -x "$build/cometbft" ]]; then
        judge cometbft "$1" "$build/cometbft" "$2"
    else
        not_run cometbft "$1" "needs Go"
    fi
}

start_node() {
    local data="$build/node" port
    port="$("$ours" -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])')"
    rm -rf "$data" "$build/home"
    "$ours" -m tallystick.cli up --demo --data "$data" --port "$port" --no-input --no-progress \
        >"$build/logs/node.log" 2>&1 &
    started=$!
    node_url="http://localhost:$port"
    local _
    for _ in $(seq 1 2400); do # founding 90 days of history takes minutes on a busy machine
        if grep -qs '"ready": *true' "$data/run.json"; then
            "$ours" -m tests.interop.fill_node "$node_url" "$data" "$deposits"
            return 0
        fi
        kill -0 "$started" 2>/dev/null || break
        sleep 0.2
    done
    echo "interop: the node did not start" >&2
    tail -n 20 "$build/logs/node.log" >&2
    return 1
}

# --- go

say "environments"
rm -f "$build/golang" "$build/cometbft"
newer="$(new_python || true)"
prepare scitt_cose "$ours"
prepare cwt "$ours"
prepare flattentool "$ours"
prepare trade_messages "$ours"
prepare evidence_formats "$ours"
prepare pdf_pages "$ours"
if command -v npm >/dev/null; then
    prepare_npm documents &
fi
if ((with_node)); then
    prepare openapi "$ours"
    if command -v npm >/dev/null; then
        prepare_npm oidc_provider &
    fi
fi
if [[ -n "$newer" ]]; then
    prepare aics_tlog "$newer"
fi
if command -v go >/dev/null; then
    for one in golang cometbft; do
        if ! prepare_go "$one"; then
            echo "interop: the Go judge $one does not build:" >&2
            cat "$build/logs/build-$one.log" >&2
            status=1
        fi
    done
    if ! build_age; then
        echo "interop: the age command does not build:" >&2
        cat "$build/logs/build-age.log" >&2
        status=1
    fi
fi
wait
for log in "$build"/logs/setup-*.log; do
    if [[ -s "$log" ]]; then
        echo "interop: $log:" >&2
        tail -n 5 "$log" >&2
    fi
done

say "exports from our functions"
"$ours" -m tests.interop.make_exports --out "$build/exports"
judge_exports functions "$build/exports"
judge flattentool functions "$build/flattentool/bin/python" "$here/flattentool/judge.py" "$build/exports"
made="$build/foreign-statements" # what scitt-cose makes, our verifier judges
"$build/scitt_cose/bin/python" "$here/scitt_cose/make.py" "$made"
judge tallystick scitt-cose "$ours" -m tests.interop.foreign_statements "$made"
judge iso20022 functions "$build/trade_messages/bin/python" "$here/trade_messages/judge.py" "$build/exports"
judge evidence functions "$build/evidence_formats/bin/python" "$here/evidence_formats/judge.py" "$build/exports"

if [[ -f "$build/documents/stamp" ]]; then
    judge unixfs functions node "$build/documents/judge.mjs" "$build/exports"
else
    not_run unixfs functions "needs Node and npm"
fi

judge pdf-pages functions "$build/pdf_pages/bin/python" "$here/pdf_pages/judge.py" "$build/exports"

readers=""
scripts/install_pdf_readers.sh >"$build/logs/setup-readers.txt" 2>&1 && readers=1
fetch_verapdf || echo "NOT RUN verapdf: no Java and Maven, or $build/logs/setup-verapdf.log says why"

judge_pdf() { # judge_pdf NAME FOLDER: poppler and qpdf, then veraPDF
    if [[ -n "$readers" ]]; then
        judge pdf "$1" "$ours" "$here/pdf/judge.py" "$2"
    else
        not_run pdf "$1" "needs Debian's poppler-utils and qpdf"
    fi
    if [[ -n "$verapdf" ]]; then
        judge verapdf "$1" "$ours" "$here/pdf/judge.py" "$2" "$verapdf"
    else
        # The one judge that comes from Maven: a machine without it is no fault of a change.
        row verapdf "$1" "NOT RUN: needs Java and Maven"
    fi
}
judge_pdf functions "$build/exports"

if ((with_node)); then
    say "a node"
    if [[ -n "$node_url" ]] || start_node; then
        "$ours" -m tests.interop.make_exports --out "$build/exports-node" --url "$node_url"
        judge_exports node "$build/exports-node"
        if [[ -n "$started" ]]; then
            say "papers of the node"
            for _ in $(seq 1 2400); do # the demonstration makes its certificate when the node is up
                grep -qs $'^verified\ttrue' "$build/logs/node.log" && break
                kill -0 "$started" 2>/dev/null && sleep 0.2
            done
            if "$ours" -m tests.interop.make_papers --out "$build/papers" --url "$node_url" --data "$build/node"; then
                judge evidence node "$build/evidence_formats/bin/python" "$here/evidence_formats/judge.py" "$build/papers"
                judge pdf-pages node "$build/pdf_pages/bin/python" "$here/pdf_pages/judge.py" "$build/papers"
                judge_pdf node "$build/papers"
            else
                status=1
                row "papers" "node" "FAILED: they were not made"
            fi
        fi
        say "OpenAPI"
        judge openapi node "$build/openapi/bin/python" "$here/openapi/judge.py" "$node_url" "$build/openapi-run"
        stop_node
    else
        status=1
        row "node" "node" "FAILED: it did not start"
    fi
    say "documents"
    if [[ -f "$build/documents/stamp" && -n "$age" ]]; then
        judge documents node "$ours" -m tests.interop.documents.judge "$build/documents" "$age"
    else
        not_run documents node "needs Node, npm and Go"
    fi
    say "logins"
    if [[ -f "$build/oidc_provider/stamp" ]]; then
        judge oidc-provider claims "$ours" -m tests.interop.oidc_provider.judge "$build/oidc_provider"
    else
        not_run oidc-provider claims "needs Node and npm"
    fi
fi

stores_limit_s="${INTEROP_STORES_LIMIT_S:-240}"
say "stores of documents"
if ! command -v go >/dev/null; then
    not_run stores suite "needs Go"
elif timeout "$stores_limit_s" scripts/install_document_stores.sh >"$build/logs/setup-stores.txt" 2>&1; then
    judge stores suite bash "$here/stores.sh" "$ours"
else
    # What was compiled is kept, so a later run goes on; that alone is no fault of a change.
    printf 'NOT RUN stores: Kubo and the S3 server were not built within %s s: make document-stores\n' "$stores_limit_s"
    row stores suite "NOT RUN: not built within $stores_limit_s s (make document-stores)"
fi

say "done"
printf '%-13s | %-10s | %s\n' judge exports verdicts
printf '%s\n' "${rows[@]}"
exit "$status"
