#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Install Chromium and Chinese fonts for the browser tests, unless they are there already.
#
# Debian's and Ubuntu's packages, which needs root; CHROMIUM=/path/to/program names another one.
set -euo pipefail

missing=()
if [[ -z "${CHROMIUM:-}" ]] && ! command -v chromium >/dev/null; then
    missing+=(chromium)
fi
# Without a font every Chinese character is an empty box, and so is every screenshot.
if ! command -v fc-list >/dev/null || [[ -z "$(fc-list :lang=zh-cn family)" ]]; then
    missing+=(fontconfig fonts-noto-cjk)
fi

if ((${#missing[@]} == 0)); then
    echo "browser: ${CHROMIUM:-$(command -v chromium)} and Chinese fonts are there already"
    exit 0
fi
if ((EUID != 0)) || ! command -v apt-get >/dev/null; then
    echo "browser: need ${missing[*]} (Debian, as root: apt-get install ${missing[*]})," >&2
    echo "browser: or the Chromium that CHROMIUM=/path/to/program names" >&2
    exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -qq --yes --no-install-recommends "${missing[@]}" >/dev/null
echo "browser: installed ${missing[*]} in $SECONDS s"
