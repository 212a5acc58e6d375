// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"math/rand"
	"os"
	"time"

	"github.com/cometbft/cometbft/crypto/ed25519"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	cmtversion "github.com/cometbft/cometbft/proto/tendermint/version"
	"github.com/cometbft/cometbft/types"
)

// The generator is seeded, and keys are made from numbers: the same vectors every time.
var random = rand.New(rand.NewSource(40))

type idVector struct {
	Hash       string `json:"hash"`
	PartsTotal uint32 `json:"parts_total"`
	PartsHash  string `json:"parts_hash"`
}

type headerVector struct {
	Name               string   `json:"name"`
	BlockVersion       uint64   `json:"block_version"`
	AppVersion         uint64   `json:"app_version"`
	ChainID            string   `json:"chain_id"`
	Height             int64    `json:"height"`
	Seconds            int64    `json:"seconds"`
	Nanoseconds        int64    `json:"nanoseconds"`
	LastBlockID        idVector `json:"last_block_id"`
	LastCommitHash     string   `json:"last_commit_hash"`
	DataHash           string   `json:"data_hash"`
	ValidatorsHash     string   `json:"validators_hash"`
	NextValidatorsHash string   `json:"next_validators_hash"`
	ConsensusHash      string   `json:"consensus_hash"`
	AppHash            string   `json:"app_hash"`
	LastResultsHash    string   `json:"last_results_hash"`
	EvidenceHash       string   `json:"evidence_hash"`
	ProposerAddress    string   `json:"proposer_address"`
	Hash               string   `json:"hash"`
}

type voteVector struct {
	ChainID     string    `json:"chain_id"`
	Height      int64     `json:"height"`
	Round       int32     `json:"round"`
	BlockID     *idVector `json:"block_id"`
	Seconds     int64     `json:"seconds"`
	Nanoseconds int64     `json:"nanoseconds"`
	SignBytes   string    `json:"sign_bytes"`
}

type validatorVector struct {
	PublicKey string `json:"public_key"`
	Power     int64  `json:"power"`
	Address   string `json:"address"`
}

type setVector struct {
	Validators []validatorVector `json:"validators"`
	Hash       string            `json:"hash"`
}

type signatureVector struct {
	Flag        string `json:"flag"`
	Seconds     int64  `json:"seconds"`
	Nanoseconds int64  `json:"nanoseconds"`
	Signature   string `json:"signature"`
}

type commitVector struct {
	ChainID    string            `json:"chain_id"`
	Height     int64             `json:"height"`
	Round      int32             `json:"round"`
	BlockID    idVector          `json:"block_id"`
	Set        setVector         `json:"set"`
	Signatures []signatureVector `json:"signatures"`
	Accepted   bool              `json:"accepted"`
}

func printVectors() {
	out := struct {
		Source     string         `json:"source"`
		Headers    []headerVector `json:"headers"`
		Precommits []voteVector   `json:"precommits"`
		Sets       []setVector    `json:"validator_sets"`
		Commits    []commitVector `json:"commits"`
	}{
		"github.com/cometbft/cometbft v0.40.0, by tests/interop/cometbft",
		headers(), votes(), sets(), commits(),
	}
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetIndent("", " ")
	if err := encoder.Encode(out); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
}

var moments = []time.Time{
	{}, // the engine's zero time, year 1
	time.Unix(0, 0).UTC(),
	time.Unix(0, 1).UTC(),
	time.Unix(-1, 999_999_999).UTC(),
	time.Unix(1_700_000_000, 0).UTC(),
	time.Unix(1_700_000_000, 123_456_789).UTC(),
	time.Unix(253_402_300_799, 999_999_999).UTC(),
}

func headers() []headerVector {
	heights := []int64{1, 2, 127, 128, 16_384, 1 << 31, 1<<53 + 1, math.MaxInt64}
	chains := []string{"a", "tallystick-00112233445566778899aabbccddeeff", "测试链"}
	var found []headerVector
	add := func(name string, h *types.Header) { found = append(found, shownHeader(name, h)) }
	for n := 0; n < 60; n++ {
		h := randomHeader(chains[n%len(chains)], heights[n%len(heights)], moments[n%len(moments)])
		add(fmt.Sprintf("random %d", n), h)
	}
	first := randomHeader("chain", 1, moments[4])
	first.LastBlockID = types.BlockID{}
	add("the first header, with no block before", first)
	short := randomHeader("chain", 7, moments[5])
	short.AppHash = []byte{1, 2, 3}
	add("an app hash of three bytes", short)
	none := randomHeader("chain", 7, moments[5])
	none.AppHash, none.LastResultsHash, none.Version = nil, nil, cmtversion.Consensus{}
	add("empty fields and zero versions", none)
	return found
}

func randomHeader(chain string, height int64, moment time.Time) *types.Header {
	return &types.Header{
		Version:            cmtversion.Consensus{Block: 11, App: uint64(random.Int63()) >> random.Intn(63)},
		ChainID:            chain,
		Height:             height,
		Time:               moment,
		LastBlockID:        randomID(),
		LastCommitHash:     randomBytes(32),
		DataHash:           randomBytes(32),
		ValidatorsHash:     randomBytes(32),
		NextValidatorsHash: randomBytes(32),
		ConsensusHash:      randomBytes(32),
		AppHash:            randomBytes(32),
		LastResultsHash:    randomBytes(32),
		EvidenceHash:       randomBytes(32),
		ProposerAddress:    randomBytes(20),
	}
}

func shownHeader(name string, h *types.Header) headerVector {
	return headerVector{
		name, h.Version.Block, h.Version.App, h.ChainID, h.Height, h.Time.Unix(),
		int64(h.Time.Nanosecond()), shownID(h.LastBlockID), text(h.LastCommitHash),
		text(h.DataHash), text(h.ValidatorsHash), text(h.NextValidatorsHash), text(h.ConsensusHash),
		text(h.AppHash), text(h.LastResultsHash), text(h.EvidenceHash), text(h.ProposerAddress),
		text(h.Hash()),
	}
}

func votes() []voteVector {
	heights := []int64{0, 1, 255, 1 << 40, math.MaxInt64}
	rounds := []int32{0, 1, 300, math.MaxInt32}
	var found []voteVector
	for n := 0; n < 70; n++ {
		vote := types.Vote{
			Type:      cmtproto.PrecommitType,
			Height:    heights[n%len(heights)],
			Round:     rounds[n%len(rounds)],
			Timestamp: moments[n%len(moments)],
		}
		chain := []string{"", "a", "tallystick-00112233445566778899aabbccddeeff", "测试链"}[n%4]
		one := voteVector{
			ChainID: chain, Height: vote.Height, Round: vote.Round,
			Seconds: vote.Timestamp.Unix(), Nanoseconds: int64(vote.Timestamp.Nanosecond()),
		}
		if n%3 != 0 {
			vote.BlockID = randomID()
			id := shownID(vote.BlockID)
			one.BlockID = &id
		}
		one.SignBytes = text(types.VoteSignBytes(chain, vote.ToProto()))
		found = append(found, one)
	}
	return found
}

func sets() []setVector {
	var found []setVector
	for _, size := range []int{1, 2, 3, 4, 5, 7, 8, 13, 25, 100} {
		set, _ := randomSet(size, func(int) int64 { return 10 })
		found = append(found, shownSet(set))
		set, _ = randomSet(size, func(int) int64 { return 1 + random.Int63n(1000) })
		found = append(found, shownSet(set))
	}
	set, _ := randomSet(3, func(n int) int64 { return []int64{1, 1 << 40, types.MaxTotalVotingPower / 2}[n] })
	return append(found, shownSet(set))
}

// commits are of random blocks: some validators sign, some vote for no block, some are absent.
func commits() []commitVector {
	var found []commitVector
	for n := 0; n < 24; n++ {
		size := []int{1, 4, 7, 13}[n%4]
		set, keys := randomSet(size, func(int) int64 { return 1 + random.Int63n(100) })
		chain, id, height := fmt.Sprintf("chain-%d", n), randomID(), 1+random.Int63n(1<<40)
		commit := &types.Commit{Height: height, Round: int32(n % 3), BlockID: id}
		one := commitVector{
			ChainID: chain, Height: height, Round: commit.Round, BlockID: shownID(id), Set: shownSet(set),
		}
		for place, v := range set.Validators {
			sig, flag := types.NewCommitSigAbsent(), "absent"
			if draw := random.Intn(8); draw > 0 {
				vote := types.Vote{
					Type: cmtproto.PrecommitType, Height: height, Round: commit.Round,
					Timestamp: time.Unix(1_700_000_000+int64(n), int64(place)).UTC(),
				}
				sig.BlockIDFlag, flag = types.BlockIDFlagNil, "nil"
				if draw > 1 {
					vote.BlockID = id
					sig.BlockIDFlag, flag = types.BlockIDFlagCommit, "commit"
				}
				signed, err := keys[v.Address.String()].Sign(types.VoteSignBytes(chain, vote.ToProto()))
				if err != nil {
					panic(err)
				}
				sig.ValidatorAddress, sig.Timestamp, sig.Signature = v.Address, vote.Timestamp, signed
			}
			commit.Signatures = append(commit.Signatures, sig)
			one.Signatures = append(one.Signatures, signatureVector{
				flag, sig.Timestamp.Unix(), int64(sig.Timestamp.Nanosecond()), text(sig.Signature),
			})
		}
		one.Accepted = set.VerifyCommit(chain, id, height, commit) == nil
		found = append(found, one)
	}
	return found
}

func randomSet(size int, power func(int) int64) (*types.ValidatorSet, map[string]ed25519.PrivKey) {
	keys := map[string]ed25519.PrivKey{}
	var listed []*types.Validator
	for n := 0; n < size; n++ {
		key := ed25519.GenPrivKeyFromSecret(randomBytes(8))
		v := types.NewValidator(key.PubKey(), power(n))
		keys[v.Address.String()] = key
		listed = append(listed, v)
	}
	return types.NewValidatorSet(listed), keys
}

func shownSet(set *types.ValidatorSet) setVector {
	out := setVector{Hash: text(set.Hash())}
	for _, v := range set.Validators {
		out.Validators = append(out.Validators,
			validatorVector{text(v.PubKey.Bytes()), v.VotingPower, text(v.Address)})
	}
	return out
}

func randomID() types.BlockID {
	return types.BlockID{
		Hash:          randomBytes(32),
		PartSetHeader: types.PartSetHeader{Total: 1 + uint32(random.Int31n(1000)), Hash: randomBytes(32)},
	}
}

func shownID(id types.BlockID) idVector {
	return idVector{text(id.Hash), id.PartSetHeader.Total, text(id.PartSetHeader.Hash)}
}

func randomBytes(size int) []byte {
	data := make([]byte, size)
	random.Read(data)
	return data
}

func text(data []byte) string { return hex.EncodeToString(data) }
