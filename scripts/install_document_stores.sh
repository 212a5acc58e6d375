#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Install the real stores of documents that tests run against, unless they are there already:
# Kubo (an IPFS node) and Versity's gateway (a server that speaks S3 over a folder). And the age
# command, beside which `make bench ARGS="--only documents"` measures.
#
# Go builds them from source into $GOBIN, or $GOPATH/bin, or ~/go/bin; what is built is pinned by
# Go's checksum database. None needs cgo.
set -euo pipefail

kubo="github.com/ipfs/kubo" kubo_version="v0.39.0"
# A dependency of Kubo's that knows the Go of today: the version in Kubo's go.mod does not build.
swiss="github.com/cockroachdb/swiss@v0.0.0-20260820225851-333444432258"
gateway="github.com/versity/versitygw" gateway_version="v1.0.14"
age="filippo.io/age" age_version="v1.3.2" # as in tests/interop/golang/go.mod

if ! command -v go >/dev/null; then
    echo "document-stores: need Go to build them (Debian: apt-get install golang)" >&2
    exit 1
fi
folder="$(go env GOBIN)"
folder="${folder:-$(go env GOPATH)/bin}"

is_there() { # is_there PROGRAM MODULE VERSION
    [[ -x "$folder/$1" ]] && go version -m "$folder/$1" | grep -qP "\t\Q$2\E\t\Q$3\E\t"
}

if is_there versitygw "$gateway" "$gateway_version"; then
    echo "document-stores: $folder/versitygw is $gateway_version already"
else
    echo "document-stores: building $gateway@$gateway_version into $folder"
    CGO_ENABLED=0 go install -trimpath "$gateway/cmd/versitygw@$gateway_version"
fi
if is_there age "$age" "$age_version"; then
    echo "document-stores: $folder/age is $age_version already"
else
    echo "document-stores: building $age@$age_version into $folder"
    CGO_ENABLED=0 go install -trimpath "$age/cmd/..."@"$age_version"
fi
if is_there ipfs "$kubo" "$kubo_version"; then
    echo "document-stores: $folder/ipfs is $kubo_version already"
else
    echo "document-stores: building $kubo@$kubo_version into $folder"
    scratch="$(mktemp -d)"
    trap 'rm -rf "$scratch"' EXIT
    cd "$scratch"
    go mod init scratch
    go get "$kubo/cmd/ipfs@$kubo_version" "$swiss"
    CGO_ENABLED=0 go build -trimpath -o "$folder/ipfs" "$kubo/cmd/ipfs"
fi
