# SPDX-License-Identifier: Apache-2.0
"""Who signed a block: the organisations whose validators agreed, or the one that orders alone."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from tallystick.api.answer import BRIEFLY, Answer, json_answer
from tallystick.api.asked import Asked
from tallystick.api.wire_types import Count, Hash, Time, TimeMs, format_time
from tallystick.model import FinalityProof, decode_finality


class BlockSignature(Struct, frozen=True, kw_only=True):
    """Whether a validator signed."""

    organization: Annotated[str, Meta(description="Empty if the key is nobody's any more.")]
    public_key: Hash
    power: Count
    signed: bool
    time: Annotated[Time | None, Meta(description="What the validator's own vote says.")]
    time_ms: TimeMs | None


class BlockSignatures(Struct, frozen=True, kw_only=True):
    """Who signed the header that carries what a block led to."""

    height: Count
    by: Annotated[
        Literal["validators", "node"],
        Meta(description="`node`: one organisation orders alone and signs what it shows."),
    ]
    header_height: Annotated[
        int | None, Meta(description="Of the engine's header with the block's app hash.")
    ]
    power: Annotated[int, Meta(description="Of those that signed.")]
    power_total: Count
    signatures: list[BlockSignature]


def show_block_signatures(asked: Asked) -> Answer:
    """Answer GET /v1/blocks/{height}/signatures."""
    node, height = asked.server.node, asked.required_integer("height")
    header = node.block(height).header
    proof = node.consortium.finality_of(header)
    if proof is None:
        return json_answer(_alone(asked, height), headers=(BRIEFLY,))
    return json_answer(_agreed(asked, decode_finality(proof)), headers=(BRIEFLY,))


def _agreed(asked: Asked, proof: FinalityProof) -> BlockSignatures:
    owners = asked.server.node.register().register.validator_keys
    given = {one.index: one for one in proof.commit.signatures}
    signatures: list[BlockSignature] = []
    for index, validator in enumerate(proof.validators):
        vote, owner = given.get(index), owners.get(validator.public_key)
        time = None if vote is None else vote.seconds * 1000 + vote.nanoseconds // 1_000_000
        signatures.append(
            BlockSignature(
                organization="" if owner is None else owner.organization,
                public_key=validator.public_key.hex(),
                power=validator.power,
                signed=vote is not None,
                time=None if time is None else format_time(time),
                time_ms=time,
            )
        )
    return BlockSignatures(
        height=proof.height,
        by="validators",
        header_height=proof.header.height,
        power=sum(one.power for one in signatures if one.signed),
        power_total=sum(one.power for one in signatures),
        signatures=signatures,
    )


def _alone(asked: Asked, height: int) -> BlockSignatures:
    keys = asked.server.node.status().log_keys
    signatures = [
        BlockSignature(
            organization=key.organization,
            public_key=key.public_key.hex(),
            power=1,
            signed=True,
            time=None,
            time_ms=None,
        )
        for key in keys[:1]
    ]
    return BlockSignatures(
        height=height,
        by="node",
        header_height=None,
        power=len(signatures),
        power_total=len(signatures),
        signatures=signatures,
    )
