#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Build the packages of the current commit twice, compare them byte for byte, and leave them in dist/ with
# their digests. Nothing is published: a person does that, by the list printed at the end.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if [[ -n "$(git status --porcelain)" ]]; then
    echo "release: the working tree has changes; a release is built from a commit" >&2
    exit 1
fi
version="$(.venv/bin/python -c 'import tallystick; print(tallystick.__version__)')"
if ! grep -q "^## \[$version\]" CHANGELOG.md; then
    echo "release: CHANGELOG.md has no section [$version]; gather it from changes.d" >&2
    exit 1
fi
SOURCE_DATE_EPOCH="$(git log -1 --format=%ct)"
export SOURCE_DATE_EPOCH

rm -rf build/release dist
for round in first second; do
    mkdir -p "build/release/$round"
    git archive HEAD | tar -x -C "build/release/$round"
    (cd "build/release/$round" && ../../../.venv/bin/python -m hatchling build -d packages >/dev/null)
done
if ! diff -r build/release/first/packages build/release/second/packages; then
    echo "release: two builds of one commit differ" >&2
    exit 1
fi
cp -r build/release/first/packages dist
(cd dist && sha256sum tallystick-* | tee SHA256SUMS)

cat <<TEXT

Built twice, identical. What remains, by the release manager:
  1. make check on this commit: $(git rev-parse --short HEAD)
  2. git tag --sign v$version, and push the tag
  3. upload dist/ to the package index, with SHA256SUMS in the release notes
  4. install the published wheel on a fresh machine and run: tally up --demo --once
  5. add this version's ledger to the compatibility tests
TEXT
