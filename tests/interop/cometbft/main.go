// SPDX-License-Identifier: Apache-2.0

// Command cometbft judges finality proofs with the consensus engine's own code, and makes vectors.
//
//	cometbft FOLDER    judge the cases of an exports folder, one line each
//	cometbft vectors   print vectors of header hashes, sign bytes and validator sets as JSON
//
// Nothing of this project is used: the proof's bytes are taken apart here, header, commit and
// validator set are rebuilt as the engine's types, and VerifyCommit has the last word.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

// Case is one thing to judge, as make_exports.py writes it.
type Case struct {
	Name    string `json:"name"`
	Kind    string `json:"kind"`
	Accept  bool   `json:"accept"`
	File    string `json:"file"`
	ChainID string `json:"chain_id"`
}

func main() {
	if len(os.Args) == 2 && os.Args[1] == "vectors" {
		printVectors()
		return
	}
	folder := os.Args[1]
	data, err := os.ReadFile(filepath.Join(folder, "cases.json"))
	var cases []Case
	if err == nil {
		err = json.Unmarshal(data, &cases)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "cometbft:", err)
		os.Exit(2)
	}
	right, wrong := 0, 0
	for _, one := range cases {
		if one.Kind != "finality" && one.Kind != "transition" {
			continue
		}
		err := judge(folder, one)
		said, must, verdict := "accepted", "accepted", "ok   "
		if err != nil {
			said = "refused"
		}
		if !one.Accept {
			must = "refused"
		}
		if said == must {
			right++
		} else {
			verdict = "WRONG"
			wrong++
		}
		fmt.Printf("%s cometbft: %s: %s, %s, must be %s", verdict, one.Kind, one.Name, said, must)
		if err != nil {
			fmt.Printf(" (%.100s)", err)
		}
		fmt.Println()
	}
	fmt.Printf("cometbft: %d passed, %d failed\n", right, wrong)
	if wrong > 0 || right == 0 {
		os.Exit(1)
	}
}
