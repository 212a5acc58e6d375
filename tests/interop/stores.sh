#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The suite of stores of documents on a real Kubo node and a real S3 server: stores.sh PYTHON.
# Neither may be skipped: `tests/document_stores.py` fails where a program is missing.
set -euo pipefail

said="$(DOCUMENT_STORES=required "$1" -m pytest -q -n 0 -p no:cacheprovider -m slow -k "s3 or kubo" \
    tests/conformance/test_document_store.py 2>&1)" || result=$?
echo "$said"
count() { grep -oE "[0-9]+ $1" <<<"$said" | tail -n 1 | cut -d ' ' -f 1 || true; }
passed="$(count passed)" failed="$(count failed)"
printf 'stores: %d passed, %d failed\n' "${passed:-0}" "${failed:-0}"
((${result:-0} == 0 && ${passed:-0} > 0))
