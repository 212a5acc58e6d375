#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds the pinned engine with a clock that can be set off by TALLY_TEST_CLOCK_MS milliseconds, for
# tests only: Go asks the kernel for the time in ways that no preloaded library can change.
# Usage: shifted_engine.sh FOLDER; prints nothing, leaves FOLDER/cometbft.
set -euo pipefail
version=v0.40.0
place="$1"
mkdir -p "$place"
[[ -x "$place/cometbft" ]] && exit 0
source_dir="$(cd "$place" && GOFLAGS=-mod=mod go mod download -json "github.com/cometbft/cometbft@$version" |
    sed -n 's/.*"Dir": "\(.*\)".*/\1/p')"
rm -rf "$place/source"
cp -r "$source_dir" "$place/source"
chmod -R u+w "$place/source"
cd "$place/source"
cat >types/time/shift.go <<'EOF'
package time

import (
	"os"
	"strconv"
	"time"
)

var shift = func() time.Duration {
	ms, _ := strconv.Atoi(os.Getenv("TALLY_TEST_CLOCK_MS"))
	return time.Duration(ms) * time.Millisecond
}()
EOF
sed -i 's/return Canonical(time.Now())/return Canonical(time.Now().Add(shift))/' types/time/time.go
# The one place of the rules for blocks that asks the system directly: whether a block is of the future.
sed -i 's/block.Time.Before(time.Now().Add(tol))/block.Time.Before(cmttime.Now().Add(tol))/; s/block.Time, time.Now(), tol/block.Time, cmttime.Now(), tol/' state/validation.go
grep -q 'types/time"' state/validation.go ||
    sed -i '0,/^import (/s||import (\n\tcmttime "github.com/cometbft/cometbft/types/time"|' state/validation.go
CGO_ENABLED=0 go build -trimpath -ldflags "-s -w" -o "$place/cometbft" ./cmd/cometbft
rm -rf "$place/source"
