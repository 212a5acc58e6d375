#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Install the pinned CometBFT where `tally` and the tests find it, unless it is there already.
#
# Go builds it from source (needs Go 1.25 or newer and a module proxy), into $GOBIN, or $GOPATH/bin,
# or ~/go/bin, so that all checkouts share one. Nothing of it needs cgo.
set -euo pipefail

version="v0.40.0" # the same as ENGINE_VERSION in consensus/cometbft/binary.py; a test compares
package="github.com/cometbft/cometbft/cmd/cometbft"

if ! command -v go >/dev/null; then
    echo "engine: need Go 1.25 or newer to build CometBFT (Debian: apt-get install golang)" >&2
    exit 1
fi
folder="$(go env GOBIN)"
folder="${folder:-$(go env GOPATH)/bin}"
program="$folder/cometbft"

if [[ -x "$program" ]] && go version -m "$program" | grep -qP "\tmod\tgithub\.com/cometbft/cometbft\t\Q$version\E\t"; then
    echo "engine: $program is $version already"
    exit 0
fi
echo "engine: building $package@$version into $folder"
CGO_ENABLED=0 go install -trimpath "$package@$version"
echo "engine: $program, $(du -m "$program" | cut -f1) MB, built in $SECONDS s"
