// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"filippo.io/age"
	"github.com/fxamacker/cbor/v2"
)

const noncePrefix = "# tallystick private data, nonce "

// Private data opens with age itself, in two steps: the wrap with the reader's identity file, the
// record with the identity file in the wrap; and what comes out is what the ledger committed to.
func judgePrivate(folder string, one Case) error {
	identity, err := os.ReadFile(filepath.Join(folder, one.Identity))
	if err != nil {
		return err
	}
	secret, err := opened(folder, one.Wrap, identity)
	if err != nil {
		return err
	}
	plaintext, err := opened(folder, one.File, secret)
	if err != nil {
		return err
	}
	comment, _, _ := strings.Cut(string(secret), "\n")
	nonce, err := hex.DecodeString(strings.TrimPrefix(comment, noncePrefix))
	if err != nil {
		return err
	}
	committed, err := cbor.Marshal([]any{"private", one.Record, plaintext, nonce})
	if err != nil {
		return err
	}
	digest := sha256.Sum256(append([]byte{0}, committed...))
	if hex.EncodeToString(digest[:]) != one.Root {
		return errors.New("this is not what was committed to")
	}
	return nil
}

func opened(folder, file string, identityFile []byte) ([]byte, error) {
	identities, err := age.ParseIdentities(bytes.NewReader(identityFile))
	if err != nil {
		return nil, err
	}
	sealed, err := os.ReadFile(filepath.Join(folder, file))
	if err != nil {
		return nil, err
	}
	reader, err := age.Decrypt(bytes.NewReader(sealed), identities...)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return io.ReadAll(reader)
}
