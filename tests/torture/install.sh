#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs the outside tools of the torture runs where that is possible: strace, and mkfs.xfs.
# What cannot be installed is reported as "not run" by the experiments that need it.
set -uo pipefail

missing=()
command -v strace >/dev/null || missing+=(strace)
command -v mkfs.xfs >/dev/null || missing+=(xfsprogs)
command -v mkfs.ext4 >/dev/null || missing+=(e2fsprogs)
((${#missing[@]})) || exit 0
if [[ "$(id -u)" != 0 ]] || ! command -v apt-get >/dev/null; then
    echo "torture: not installed (needs root and apt): ${missing[*]}"
    exit 0
fi
export DEBIAN_FRONTEND=noninteractive
echo "torture: installing ${missing[*]}"
{ apt-get install -y -qq "${missing[@]}" || { apt-get update -qq && apt-get install -y -qq "${missing[@]}"; }; } \
    >/dev/null 2>&1 || echo "torture: could not install all of: ${missing[*]}"
