// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/cometbft/cometbft/crypto/ed25519"
	cmtversion "github.com/cometbft/cometbft/proto/tendermint/version"
	"github.com/cometbft/cometbft/types"
	"github.com/fxamacker/cbor/v2"
)

type blockID struct {
	_          struct{} `cbor:",toarray"`
	Hash       []byte
	PartsTotal uint32
	PartsHash  []byte
}

type validator struct {
	_         struct{} `cbor:",toarray"`
	PublicKey []byte
	Power     int64
}

type signature struct {
	_         struct{} `cbor:",toarray"`
	Index     int
	Seconds   int64
	Nanos     int64
	Signature []byte
}

type proof struct {
	Version int `cbor:"version"`
	Header  struct {
		BlockVersion       uint64  `cbor:"block_version"`
		AppVersion         uint64  `cbor:"app_version"`
		ChainID            string  `cbor:"chain_id"`
		Height             int64   `cbor:"height"`
		Seconds            int64   `cbor:"seconds"`
		Nanoseconds        int64   `cbor:"nanoseconds"`
		LastBlockID        blockID `cbor:"last_block_id"`
		LastCommitHash     []byte  `cbor:"last_commit_hash"`
		DataHash           []byte  `cbor:"data_hash"`
		ValidatorsHash     []byte  `cbor:"validators_hash"`
		NextValidatorsHash []byte  `cbor:"next_validators_hash"`
		ConsensusHash      []byte  `cbor:"consensus_hash"`
		AppHash            []byte  `cbor:"app_hash"`
		LastResultsHash    []byte  `cbor:"last_results_hash"`
		EvidenceHash       []byte  `cbor:"evidence_hash"`
		ProposerAddress    []byte  `cbor:"proposer_address"`
	} `cbor:"header"`
	Commit struct {
		Round      int32       `cbor:"round"`
		PartsTotal uint32      `cbor:"parts_total"`
		PartsHash  []byte      `cbor:"parts_hash"`
		Signatures []signature `cbor:"signatures"`
	} `cbor:"commit"`
	Validators     []validator `cbor:"validators"`
	LogSize        uint64      `cbor:"log_size"`
	LogRoot        []byte      `cbor:"log_root"`
	StateRoot      []byte      `cbor:"state_root"`
	MembershipRoot []byte      `cbor:"membership_root"`
}

type transition struct {
	Kind       string `cbor:"kind"`
	Version    int    `cbor:"version"`
	Proof      []byte `cbor:"proof"`
	Record     []byte `cbor:"record"`
	StateProof []byte `cbor:"state_proof"`
}

type recorded struct {
	Organization string `cbor:"organization"`
	PublicKey    []byte `cbor:"public_key"`
	Power        int64  `cbor:"power"`
}

var strict, _ = cbor.DecOptions{
	DupMapKey:         cbor.DupMapKeyEnforcedAPF,
	ExtraReturnErrors: cbor.ExtraDecErrorUnknownField,
}.DecMode()

func judge(folder string, one Case) error {
	data, err := os.ReadFile(filepath.Join(folder, one.File))
	if err != nil {
		return err
	}
	if one.Kind == "finality" {
		_, err := judgeProof(data, one.ChainID)
		return err
	}
	var change transition
	if err := strict.Unmarshal(data, &change); err != nil {
		return err
	}
	header, err := judgeProof(change.Proof, one.ChainID)
	if err != nil {
		return err
	}
	var record []recorded
	if err := strict.Unmarshal(change.Record, &record); err != nil {
		return err
	}
	var next []*types.Validator
	for _, v := range record {
		next = append(next, types.NewValidator(ed25519.PubKey(v.PublicKey), v.Power))
	}
	if !bytes.Equal(types.NewValidatorSet(next).Hash(), header.NextValidatorsHash) {
		return errors.New("the header names other validators")
	}
	return nil
}

func judgeProof(data []byte, chainID string) (*types.Header, error) {
	var p proof
	if err := strict.Unmarshal(data, &p); err != nil {
		return nil, err
	}
	header := headerOf(&p)
	if err := header.ValidateBasic(); err != nil {
		return nil, err
	}
	roots, err := cbor.Marshal([]any{
		"tallystick/app-hash/v1", p.LogSize, p.LogRoot, p.StateRoot, p.MembershipRoot})
	if err != nil {
		return nil, err
	}
	if sum := sha256.Sum256(roots); !bytes.Equal(sum[:], header.AppHash) {
		return nil, errors.New("the app hash is of other roots")
	}
	set, err := setOf(&p)
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(set.Hash(), header.ValidatorsHash) {
		return nil, errors.New("the header names other validators")
	}
	commit, err := commitOf(&p, header, set)
	if err != nil {
		return nil, err
	}
	if err := set.VerifyCommit(chainID, commit.BlockID, header.Height, commit); err != nil {
		return nil, err
	}
	if err := set.VerifyCommitLight(chainID, commit.BlockID, header.Height, commit); err != nil {
		return nil, err
	}
	signed := types.SignedHeader{Header: header, Commit: commit}
	return header, signed.ValidateBasic(chainID)
}

func headerOf(p *proof) *types.Header {
	h := p.Header
	return &types.Header{
		Version: cmtversion.Consensus{Block: h.BlockVersion, App: h.AppVersion},
		ChainID: h.ChainID,
		Height:  h.Height,
		Time:    time.Unix(h.Seconds, h.Nanoseconds).UTC(),
		LastBlockID: types.BlockID{
			Hash:          h.LastBlockID.Hash,
			PartSetHeader: types.PartSetHeader{Total: h.LastBlockID.PartsTotal, Hash: h.LastBlockID.PartsHash},
		},
		LastCommitHash:     h.LastCommitHash,
		DataHash:           h.DataHash,
		ValidatorsHash:     h.ValidatorsHash,
		NextValidatorsHash: h.NextValidatorsHash,
		ConsensusHash:      h.ConsensusHash,
		AppHash:            h.AppHash,
		LastResultsHash:    h.LastResultsHash,
		EvidenceHash:       h.EvidenceHash,
		ProposerAddress:    h.ProposerAddress,
	}
}

// setOf lets the engine sort the set itself, and wants the proof's order to be the same.
func setOf(p *proof) (*types.ValidatorSet, error) {
	var listed []*types.Validator
	for _, v := range p.Validators {
		one := types.NewValidator(ed25519.PubKey(v.PublicKey), v.Power)
		if err := one.ValidateBasic(); err != nil {
			return nil, err
		}
		listed = append(listed, one)
	}
	if len(listed) == 0 {
		return nil, errors.New("no validators")
	}
	set := types.NewValidatorSet(listed)
	for place, v := range set.Validators {
		if !bytes.Equal(v.PubKey.Bytes(), p.Validators[place].PublicKey) {
			return nil, fmt.Errorf("validator %d is out of order", place)
		}
	}
	return set, nil
}

func commitOf(p *proof, header *types.Header, set *types.ValidatorSet) (*types.Commit, error) {
	commit := &types.Commit{
		Height: header.Height,
		Round:  p.Commit.Round,
		BlockID: types.BlockID{
			Hash:          header.Hash(),
			PartSetHeader: types.PartSetHeader{Total: p.Commit.PartsTotal, Hash: p.Commit.PartsHash},
		},
		Signatures: make([]types.CommitSig, set.Size()),
	}
	for place := range commit.Signatures {
		commit.Signatures[place] = types.NewCommitSigAbsent()
	}
	last := -1
	for _, s := range p.Commit.Signatures {
		if s.Index <= last || s.Index >= set.Size() {
			return nil, errors.New("signatures are out of order")
		}
		last = s.Index
		commit.Signatures[s.Index] = types.CommitSig{
			BlockIDFlag:      types.BlockIDFlagCommit,
			ValidatorAddress: set.Validators[s.Index].Address,
			Timestamp:        time.Unix(s.Seconds, s.Nanos).UTC(),
			Signature:        s.Signature,
		}
	}
	return commit, nil
}
