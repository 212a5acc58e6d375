#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Run the platform's tests on a copy of this checkout in which there is no industry at all.
#
# The copy's own metadata, first on the path, names no contract of an industry, so that nothing
# finds one by its entry point either. Extra arguments go to pytest.
set -euo pipefail
cd "$(dirname "$0")/.."

copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
git ls-files -z -- src tests pyproject.toml benchmarks scripts docs examples |
    tar --null --create --files-from - | tar --extract --directory "$copy"
find "$copy/src/tallystick/industries" "$copy/tests/unit/industries" -mindepth 1 \
    ! -path "*/industries/__init__.py" -delete

metadata="$copy/src/tallystick-0.dist-info"
mkdir "$metadata"
printf 'Metadata-Version: 2.1\nName: tallystick\nVersion: 0\n' >"$metadata/METADATA"
.venv/bin/python - "$metadata/entry_points.txt" <<'PYTHON'
import sys
import tomllib
from pathlib import Path

project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]
groups = {"console_scripts": project["scripts"], **project["entry-points"]}
lines = []
for group, points in groups.items():
    lines.append(f"[{group}]")
    lines += [f"{name} = {place}" for name, place in points.items() if ".industries." not in place]
Path(sys.argv[1]).write_text("\n".join(lines) + "\n", encoding="utf-8")
PYTHON

python="$PWD/.venv/bin/python"
cd "$copy"
# The rooms that know contracts; those below them cannot notice.
PYTHONPATH="$copy/src" "$python" -m pytest -q -n "${JOBS:-2}" -p no:cacheprovider \
    tests/unit/{contracts,execution,interchange,ledger,linting,testing,views} \
    tests/property/test_contract_determinism.py "$@"
