// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"

	"github.com/fxamacker/cbor/v2"
	"golang.org/x/mod/sumdb/tlog"
)

// decodeProof reads the inclusion proof of RFC 9942: [tree size, leaf index, [path]].
func decodeProof(encoded []byte) (size, index int64, path []tlog.Hash, err error) {
	var proof struct {
		_     struct{} `cbor:",toarray"`
		Size  int64
		Index int64
		Path  [][]byte
	}
	if err := cbor.Unmarshal(encoded, &proof); err != nil {
		return 0, 0, nil, err
	}
	for _, node := range proof.Path {
		if len(node) != tlog.HashSize {
			return 0, 0, nil, errors.New("a hash of the path is malformed")
		}
		path = append(path, tlog.Hash(node))
	}
	return proof.Size, proof.Index, path, nil
}
