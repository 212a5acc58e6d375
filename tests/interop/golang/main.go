// SPDX-License-Identifier: Apache-2.0

// Command interop judges the cases of an exports folder with Go libraries that share no line with
// this project: veraison/go-cose for COSE, golang.org/x/mod/sumdb for notes, tiles and proofs,
// transparency-dev's formats and merkle for log proofs, filippo.io/age for private data.
//
// Each case says whether it must be accepted; one line is printed for each, and the exit status is
// 1 if any verdict was a surprise.
package main

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/veraison/go-cose"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Case is one thing to judge, as make_exports.py writes it.
type Case struct {
	Name      string   `json:"name"`
	Kind      string   `json:"kind"`
	Accept    bool     `json:"accept"`
	File      string   `json:"file"`
	Folder    string   `json:"folder"`
	Entry     string   `json:"entry"`
	PublicKey string   `json:"public_key"`
	Vkey      string   `json:"vkey"`
	Leaf      string   `json:"leaf"`
	Index     int64    `json:"index"`
	Size      int64    `json:"size"`
	Size1     int64    `json:"size1"`
	Root      string   `json:"root"`
	Root1     string   `json:"root1"`
	Path      []string `json:"path"`
	Wrap      string   `json:"wrap"`
	Identity  string   `json:"identity"`
	Record    string   `json:"record"`
}

func main() {
	folder := os.Args[1]
	cases, err := readCases(filepath.Join(folder, "cases.json"))
	if err != nil {
		fmt.Fprintln(os.Stderr, "golang:", err)
		os.Exit(2)
	}
	right, wrong := 0, 0
	for _, one := range cases {
		judge := judgeOf(one.Kind)
		if judge == nil {
			continue
		}
		err := judge(folder, one)
		said, must := "accepted", "accepted"
		if err != nil {
			said = "refused"
		}
		if !one.Accept {
			must = "refused"
		}
		verdict := "ok   "
		if said == must {
			right++
		} else {
			verdict = "WRONG"
			wrong++
		}
		fmt.Printf("%s golang: %s: %s, %s, must be %s", verdict, one.Kind, one.Name, said, must)
		if err != nil {
			fmt.Printf(" (%.100s)", err)
		}
		fmt.Println()
	}
	fmt.Printf("golang: %d passed, %d failed\n", right, wrong)
	if wrong > 0 || right == 0 {
		os.Exit(1)
	}
}

func readCases(path string) ([]Case, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var cases []Case
	return cases, json.Unmarshal(data, &cases)
}

func judgeOf(kind string) func(string, Case) error {
	return map[string]func(string, Case) error{
		"transaction": judgeTransaction,
		"receipt":     judgeReceipt,
		"checkpoint":  judgeCheckpoint,
		"inclusion":   judgeInclusion,
		"consistency": judgeConsistency,
		"log":         judgeLog,
		"log-proof":   judgeLogProof,
		"private":     judgePrivate,
	}[kind]
}

// A transaction is a COSE_Sign1 by the key its header names.
func judgeTransaction(folder string, one Case) error {
	data, err := os.ReadFile(filepath.Join(folder, one.File))
	if err != nil {
		return err
	}
	var message cose.Sign1Message
	if err := message.UnmarshalCBOR(data); err != nil {
		return err
	}
	return verify(&message, one.PublicKey)
}

// A receipt is a COSE_Sign1 whose detached payload is the root that its inclusion proof leads to.
func judgeReceipt(folder string, one Case) error {
	data, err := os.ReadFile(filepath.Join(folder, one.File))
	if err != nil {
		return err
	}
	entry, err := os.ReadFile(filepath.Join(folder, one.Entry))
	if err != nil {
		return err
	}
	var message cose.Sign1Message
	if err := message.UnmarshalCBOR(data); err != nil {
		return err
	}
	if message.Payload != nil {
		return errors.New("the payload is attached")
	}
	if structure, ok := message.Headers.Protected[int64(395)].(int64); !ok || structure != 1 {
		return errors.New("the tree is not RFC9162_SHA256")
	}
	size, index, path, err := proofOf(message.Headers.Unprotected)
	if err != nil {
		return err
	}
	root, err := rootOf(tlog.RecordHash(entry), index, size, path)
	if err != nil {
		return err
	}
	message.Payload = root[:]
	return verify(&message, one.PublicKey)
}

func proofOf(header cose.UnprotectedHeader) (size, index int64, path []tlog.Hash, err error) {
	proofs, ok := header[int64(396)].(map[any]any)
	if !ok {
		return 0, 0, nil, errors.New("no proofs")
	}
	list, ok := proofs[int64(-1)].([]any)
	if !ok || len(list) != 1 {
		return 0, 0, nil, errors.New("not one inclusion proof")
	}
	encoded, ok := list[0].([]byte)
	if !ok {
		return 0, 0, nil, errors.New("the proof is not bytes")
	}
	return decodeProof(encoded)
}

// rootOf computes the root a path leads to (RFC 9162, 2.1.3.2) with tlog's NodeHash, since
// CheckRecord only compares with a root that is known; then CheckRecord confirms it.
func rootOf(leaf tlog.Hash, index, size int64, path []tlog.Hash) (tlog.Hash, error) {
	node, place, last := leaf, index, size-1
	if index < 0 || index >= size {
		return node, errors.New("the leaf is outside the tree")
	}
	for _, sibling := range path {
		if last == 0 {
			return node, errors.New("the path is too long")
		}
		if place%2 == 1 || place == last {
			node = tlog.NodeHash(sibling, node)
			for place%2 == 0 && place != 0 {
				place, last = place/2, last/2
			}
		} else {
			node = tlog.NodeHash(node, sibling)
		}
		place, last = place/2, last/2
	}
	if last != 0 {
		return node, errors.New("the path is too short")
	}
	return node, tlog.CheckRecord(path, size, node, index, leaf)
}

func verify(message *cose.Sign1Message, publicKey string) error {
	key, err := hex.DecodeString(publicKey)
	if err != nil {
		return err
	}
	verifier, err := cose.NewVerifier(cose.AlgorithmEdDSA, ed25519.PublicKey(key))
	if err != nil {
		return err
	}
	return message.Verify(nil, verifier)
}

// A checkpoint is a note signed by the log's key, with the size and root that the case names.
func judgeCheckpoint(folder string, one Case) error {
	_, err := openCheckpoint(folder, one)
	return err
}

func openCheckpoint(folder string, one Case) (tlog.Tree, error) {
	none := tlog.Tree{}
	data, err := os.ReadFile(filepath.Join(folder, one.File))
	if err != nil {
		return none, err
	}
	verifier, err := note.NewVerifier(one.Vkey)
	if err != nil {
		return none, err
	}
	opened, err := note.Open(data, note.VerifierList(verifier))
	if err != nil {
		return none, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) < 4 || lines[0] != verifier.Name() {
		return none, errors.New("not a checkpoint of this origin")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return none, err
	}
	root, err := base64.StdEncoding.DecodeString(lines[2])
	if err != nil || len(root) != tlog.HashSize {
		return none, errors.New("the root is malformed")
	}
	return tlog.Tree{N: size, Hash: tlog.Hash(root)}, nil
}

func judgeInclusion(_ string, one Case) error {
	leaf, path, err := hashes(one.Leaf, one.Path)
	if err != nil {
		return err
	}
	root, _, err := hashes(one.Root, nil)
	if err != nil {
		return err
	}
	return tlog.CheckRecord(path, one.Size, root, one.Index, leaf)
}

func judgeConsistency(_ string, one Case) error {
	root, path, err := hashes(one.Root, one.Path)
	if err != nil {
		return err
	}
	root1, _, err := hashes(one.Root1, nil)
	if err != nil {
		return err
	}
	return tlog.CheckTree(path, one.Size, root, one.Size1, root1)
}

func hashes(first string, rest []string) (tlog.Hash, []tlog.Hash, error) {
	found := make([]tlog.Hash, 0, len(rest)+1)
	for _, text := range append([]string{first}, rest...) {
		data, err := hex.DecodeString(text)
		if err != nil || len(data) != tlog.HashSize {
			return tlog.Hash{}, nil, errors.New("a hash is malformed")
		}
		found = append(found, tlog.Hash(data))
	}
	return found[0], found[1:], nil
}

// A log is whole if its tiles lead to the checkpoint's root and its entries hash to its leaves.
func judgeLog(folder string, one Case) error {
	tree, err := openCheckpoint(folder, one)
	if err != nil {
		return err
	}
	served := filepath.Join(folder, one.Folder)
	reader := tlog.TileHashReader(tree, files{served, tree.N})
	root, err := tlog.TreeHash(tree.N, reader)
	if err != nil {
		return err
	}
	if root != tree.Hash {
		return errors.New("the tiles lead to another root")
	}
	for first := int64(0); first < tree.N; first += 256 {
		width := min(256, tree.N-first)
		if err := checkBundle(served, reader, first, width); err != nil {
			return err
		}
	}
	return nil
}

func checkBundle(served string, reader tlog.HashReader, first, width int64) error {
	data, err := os.ReadFile(filepath.Join(served, "tile", "entries", tilePath(first/256, width)))
	if err != nil {
		return err
	}
	for leaf := first; leaf < first+width; leaf++ {
		if len(data) < 2 {
			return errors.New("a bundle is too short")
		}
		size := int(data[0])<<8 | int(data[1])
		if len(data) < 2+size {
			return errors.New("a bundle is too short")
		}
		stored, err := reader.ReadHashes([]int64{tlog.StoredHashIndex(0, leaf)})
		if err != nil {
			return err
		}
		if tlog.RecordHash(data[2:2+size]) != stored[0] {
			return fmt.Errorf("entry %d is not the one in the tree", leaf)
		}
		data = data[2+size:]
	}
	if len(data) != 0 {
		return errors.New("a bundle is too long")
	}
	return nil
}

// files reads tiles under the paths of C2SP tlog-tiles, which differ from those of the sumdb.
type files struct {
	folder string
	size   int64
}

func (f files) Height() int { return 8 }

func (f files) SaveTiles([]tlog.Tile, [][]byte) {}

func (f files) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	found := make([][]byte, len(tiles))
	for place, tile := range tiles {
		// What is asked for in part may be served whole by now; the first hashes are the same.
		width := min(256, f.size>>(8*tile.L)-tile.N*256)
		name := filepath.Join(f.folder, "tile", strconv.Itoa(tile.L), tilePath(tile.N, width))
		data, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		if len(data) != int(width)*tlog.HashSize {
			return nil, errors.New("a tile has the wrong size")
		}
		found[place] = bytes.Clone(data[:tile.W*tlog.HashSize])
	}
	return found, nil
}

func tilePath(index, width int64) string {
	path := fmt.Sprintf("%03d", index%1000)
	for index >= 1000 {
		index /= 1000
		path = fmt.Sprintf("x%03d/%s", index%1000, path)
	}
	if width < 256 {
		path += ".p/" + strconv.FormatInt(width, 10)
	}
	return path
}
