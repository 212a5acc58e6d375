# SPDX-License-Identifier: Apache-2.0
"""From what the engine answers about a decided block to our records that prove it final."""

from __future__ import annotations

from collections.abc import Iterable

from tallystick.consensus.cometbft.rpc_types import (
    BLOCK_ID_FLAG_COMMIT,
    BlockId,
    Commit,
    CommitAnswer,
    Header,
    ValidatorEntry,
)
from tallystick.model import (
    BlockHeader,
    CommitSignature,
    EngineBlockId,
    EngineCommit,
    EngineHeader,
    EngineValidator,
    FinalityProof,
)

_NANOSECONDS = 10**9


def build_finality(
    answer: CommitAnswer, validators: Iterable[ValidatorEntry], roots: BlockHeader
) -> FinalityProof:
    """Return the proof that a block of the ledger is final.

    Args:
        answer: header and commit of the engine's block after it.
        validators: the set that signed them, in the engine's order.
        roots: the ledger's own header of the block.
    """
    signed = answer.signed_header
    return FinalityProof(
        header=_header(signed.header),
        commit=_commit(signed.commit),
        validators=tuple(
            EngineValidator(bytes(one.pub_key.value), one.voting_power) for one in validators
        ),
        log_size=roots.log_size,
        log_root=roots.log_root,
        state_root=roots.state_root,
        membership_root=roots.membership_root,
    )


def _header(header: Header) -> EngineHeader:
    seconds, nanoseconds = divmod(header.time, _NANOSECONDS)
    return EngineHeader(
        block_version=header.version.block,
        app_version=header.version.app,
        chain_id=header.chain_id,
        height=header.height,
        seconds=seconds,
        nanoseconds=nanoseconds,
        last_block_id=_block_id(header.last_block_id),
        last_commit_hash=bytes(header.last_commit_hash),
        data_hash=bytes(header.data_hash),
        validators_hash=bytes(header.validators_hash),
        next_validators_hash=bytes(header.next_validators_hash),
        consensus_hash=bytes(header.consensus_hash),
        app_hash=bytes(header.app_hash),
        last_results_hash=bytes(header.last_results_hash),
        evidence_hash=bytes(header.evidence_hash),
        proposer_address=bytes(header.proposer_address),
    )


def _block_id(block_id: BlockId) -> EngineBlockId:
    return EngineBlockId(bytes(block_id.hash), block_id.parts.total, bytes(block_id.parts.hash))


def _commit(commit: Commit) -> EngineCommit:
    signatures = []
    for index, one in enumerate(commit.signatures):
        if one.block_id_flag == BLOCK_ID_FLAG_COMMIT and one.signature is not None:
            seconds, nanoseconds = divmod(one.timestamp, _NANOSECONDS)
            signatures.append(CommitSignature(index, seconds, nanoseconds, one.signature))
    return EngineCommit(
        round=commit.round,
        parts_total=commit.block_id.parts.total,
        parts_hash=bytes(commit.block_id.parts.hash),
        signatures=tuple(signatures),
    )
