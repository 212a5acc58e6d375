// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"os"
	"path/filepath"

	"github.com/fxamacker/cbor/v2"
	"github.com/transparency-dev/formats/log"
	"github.com/transparency-dev/formats/proof"
	merkle "github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"github.com/veraison/go-cose"
	"golang.org/x/mod/sumdb/note"
)

// A log proof (C2SP tlog-proof) holds if its checkpoint is the log's, its path leads from the entry
// to the root, and the entry is about the transaction, which its signer signed.
func judgeLogProof(folder string, one Case) error {
	data, err := os.ReadFile(filepath.Join(folder, one.File))
	if err != nil {
		return err
	}
	var found proof.TLogProof
	if err := found.Unmarshal(data); err != nil {
		return err
	}
	verifier, err := note.NewVerifier(one.Vkey)
	if err != nil {
		return err
	}
	head, _, _, err := log.ParseCheckpoint(found.Checkpoint, verifier.Name(), verifier)
	if err != nil {
		return err
	}
	var extra struct {
		_           struct{} `cbor:",toarray"`
		Entry       []byte
		Transaction []byte
	}
	if err := cbor.Unmarshal(found.ExtraData, &extra); err != nil {
		return err
	}
	path := make([][]byte, len(found.Hashes))
	for place := range found.Hashes {
		path[place] = found.Hashes[place][:]
	}
	leaf := rfc6962.DefaultHasher.HashLeaf(extra.Entry)
	err = merkle.VerifyInclusion(
		rfc6962.DefaultHasher, found.Index, head.Size, leaf, path, head.Hash)
	if err != nil {
		return err
	}
	digest := sha256.Sum256(extra.Transaction)
	if !bytes.Contains(extra.Entry, digest[:]) {
		return errors.New("the entry is about another transaction")
	}
	var message cose.Sign1Message
	if err := message.UnmarshalCBOR(extra.Transaction); err != nil {
		return err
	}
	return verify(&message, one.PublicKey)
}
