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
