# SPDX-License-Identifier: Apache-2.0
"""Proofs on request: inclusion and consistency of the log, and values of the state."""

from __future__ import annotations

from msgspec import Struct

from tallystick.api.answer import BRIEFLY, FOR_EVER, NO_STORE, Answer, json_answer
from tallystick.api.asked import Asked
from tallystick.api.limits import HISTORY_STEPS_MAX
from tallystick.api.ports import LedgerNode
from tallystick.api.represent import show_value
from tallystick.api.wire_types import Base64, Count, Hash, Hex, Json
from tallystick.encoding import Value, decode, encode, format_base64
from tallystick.errors import HistoryTooLong, InvalidArguments
from tallystick.units import STATE_KEY_BYTES_MAX


class InclusionAnswer(Struct, frozen=True):
    """The way from a leaf to the root of the log of a given size (RFC 9162 section 2.1.3)."""

    leaf_index: Count
    size: Count
    path: list[Hash]


class ConsistencyAnswer(Struct, frozen=True):
    """Proof that the larger log begins with the smaller one (RFC 9162 section 2.1.4)."""

    from_size: Count
    to_size: Count
    path: list[Hash]


class StateProofAnswer(Struct, frozen=True, kw_only=True):
    """A state value or its absence, provable under the checkpoint (docs/spec/state.md)."""

    contract: str
    table: str
    key: str
    state_key: Hex
    """The key's bytes in the state tree."""
    is_present: bool
    value: Json = None
    value_base64: Base64 | None = None
    """The value's canonical bytes."""
    proof: Base64
    """Canonical bytes of the proof."""
    checkpoint: str
    """Signed note; the proof leads to its state root."""


def prove_inclusion(asked: Asked) -> Answer:
    """Answer GET /v1/log/proof/inclusion."""
    node = asked.server.node
    index = asked.required_integer("index")
    size = asked.integer("size")
    if size is None:
        size = node.status().log_size
    path = node.inclusion_proof(index, size)
    record = InclusionAnswer(index, size, [step.hex() for step in path])
    return json_answer(record, headers=(FOR_EVER if asked.integer("size") else BRIEFLY,))


def prove_consistency(asked: Asked) -> Answer:
    """Answer GET /v1/log/proof/consistency."""
    node = asked.server.node
    size1 = asked.required_integer("from")
    size2 = asked.integer("to")
    if size2 is None:
        size2 = node.status().log_size
    path = node.consistency_proof(size1, size2)
    record = ConsistencyAnswer(size1, size2, [step.hex() for step in path])
    return json_answer(record, headers=(FOR_EVER if asked.integer("to") else BRIEFLY,))


def prove_state(asked: Asked) -> Answer:
    """Answer GET /v1/state/{contract}/{table}/{key}/proof."""
    contract, table = asked.required_text("contract"), asked.required_text("table")
    key = asked.required_text("key")
    state_key = f"{contract}/{table}/{key}".encode()
    if len(state_key) > STATE_KEY_BYTES_MAX:
        raise InvalidArguments(
            "no state key is that long", field="key", expected=f"{STATE_KEY_BYTES_MAX} bytes"
        )
    height = asked.integer("height")
    if height is not None:
        _check_history(asked.server.node, height)
    proved = asked.server.node.prove_state(state_key, height)
    value: Value = None if proved.value is None else decode(proved.value, name="state value")
    # The proof's plain value has only lists, numbers and bytes.
    proof = encode(proved.proof.to_value())  # type: ignore[arg-type]
    return json_answer(
        StateProofAnswer(
            contract=contract,
            table=table,
            key=key,
            state_key=state_key.hex(),
            is_present=proved.value is not None,
            value=show_value(value),
            value_base64=None if proved.value is None else format_base64(proved.value),
            proof=format_base64(proof),
            checkpoint=proved.checkpoint,
        ),
        headers=(NO_STORE if height is None else FOR_EVER,),
    )


def _check_history(node: LedgerNode, height: int) -> None:
    """Raise `HistoryTooLong` if proving the state of a height would keep the node too long."""
    if not 0 < height < node.status().height:
        return  # nothing to fold, or no such block, which the node says itself
    size = node.block(height).header.log_size
    if size + height > HISTORY_STEPS_MAX:  # an empty block takes its time, too
        raise HistoryTooLong(
            f"there are {size} entries in the {height} blocks up to there",
            field="height",
            expected=f"the newest, or one with at most {HISTORY_STEPS_MAX} entries and blocks",
            found=str(height),
        )
