#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Build the wheel, install it with the locked runtime packages into an environment of its own, and use it
# from there: what is missing in the package shows here and not at a user's.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

place=build/wheel
rm -rf "$place"
mkdir -p "$place"
pip=(-m pip --disable-pip-version-check --no-input --quiet)

.venv/bin/python "${pip[@]}" wheel --no-deps --no-build-isolation --wheel-dir "$place" .
.venv/bin/python -m venv "$place/venv"
for lock in requirements-build.lock requirements.lock; do
    "$place/venv/bin/python" "${pip[@]}" install --require-hashes --no-build-isolation -r "$lock"
done
"$place/venv/bin/python" "${pip[@]}" install --no-deps "$place"/tallystick-*.whl
"$place/venv/bin/python" "${pip[@]}" check

cd "$place" # away from the checkout, so that only the installed package can answer
venv/bin/tally version
venv/bin/python -I - <<'PY'
"""The installed package carries what it promises."""
from importlib import metadata, resources
from pathlib import Path

root = Path(str(resources.files("tallystick")))
if "site-packages" not in root.parts:
    raise SystemExit(f"imported from {root}, not from the wheel")
if not (root / "py.typed").is_file():
    raise SystemExit("py.typed is missing: users would lose the types")
names = {Path(str(file)).name for file in metadata.files("tallystick") or ()}
if missing := {"LICENSE", "NOTICE"} - names:
    raise SystemExit(f"not in the wheel: {missing}")
loaded = [point.load().__name__ for point in metadata.entry_points(group="tallystick.contracts")]
print(f"wheel: {len(names)} files, contracts {', '.join(loaded)}")
PY

# What a newcomer does next: one command, one address. No other program can be found on the way.
up=(env -i HOME="$PWD" PATH="$PWD/venv/bin" LANG=C.UTF-8 TALLY_HOME="$PWD/home" "$PWD/venv/bin/tally")
port="$(venv/bin/python -c 'import socket; s = socket.create_server(("localhost", 0)); print(s.getsockname()[1])')"
rm -rf demo home
begun="$(date +%s%N)"
"${up[@]}" up --demo --data demo --port "$port" --lang en >up.log 2>&1 &
started=$!
trap 'kill -INT "$started" 2>/dev/null || true' EXIT
venv/bin/python -I - "$port" "$started" "$begun" <<'PY'
"""Wait until the console answers with its demonstration, and say how long that took."""
import json, os, sys, time, urllib.error, urllib.request

port, process, begun = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])

def ask(path):
    with urllib.request.urlopen(f"http://localhost:{port}{path}", timeout=5) as answer:
        return answer.read().decode()

for _ in range(1000):
    time.sleep(0.2)
    os.kill(process, 0)  # it ended early: this raises
    said = open("up.log", encoding="utf-8").read()
    if "Console:" in said:
        break
else:
    sys.exit("no console:\n" + said)
took = (time.time_ns() - begun) / 1e9
height = json.loads(ask("/v1/status"))["height"]
for place, word in (("/", "<h1"), ("/tour", "DEMO"), ("/v", "files")):
    if word not in ask(f"{place}?lang=en"):
        sys.exit(f"{place} is not as it should be")
print(f"console: usable {took:.1f} s after `tally up --demo`, at block {height}")
PY
