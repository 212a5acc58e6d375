#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The programs of others by which tests read our PDF and ZIP files: pdfsig and pdfdetach (poppler),
# qpdf and unzip. They are the machine's own; where they are missing and we are root, Debian's.
set -euo pipefail

programs=(pdfsig pdfdetach qpdf unzip)
are_there() { (($(command -v "${programs[@]}" | wc -l) == ${#programs[@]})); }

are_there && exit 0
if ((EUID != 0)) || ! command -v apt-get >/dev/null; then
    echo "pdf readers: need ${programs[*]} (Debian: apt-get install poppler-utils qpdf unzip)" >&2
    exit 1
fi
apt-get update -qq
apt-get install -qq -y --no-install-recommends poppler-utils qpdf unzip >/dev/null
are_there
