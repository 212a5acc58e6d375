# SPDX-License-Identifier: Apache-2.0
"""A ledger of which the court alone decides and validates, block by block."""

from __future__ import annotations

import msgspec

from tallystick.encoding import Value
from tallystick.ledger import AppliedBlock, Ledger, apply_block, open_ledger
from tallystick.model import (
    OK,
    ROLE_ADMINISTRATOR,
    GenesisDocument,
    Validator,
    decode_entry,
    decode_transaction,
    network_id,
)
from tests.factories import (
    ADMINISTRATOR,
    CLERK,
    COURT,
    MemoryStore,
    NotesHost,
    make_genesis,
    member,
    secret,
    sign,
)

VALIDATOR = secret(70)


def governed_genesis() -> GenesisDocument:
    """Return the test network, in which the court alone decides and validates."""
    genesis = make_genesis()
    people = (
        member(COURT, "clerk", "depositor"),
        member(COURT, "head", ROLE_ADMINISTRATOR, "governor"),
    )
    return msgspec.structs.replace(
        genesis,
        organizations=genesis.organizations[:1],
        members=people,
        keys=genesis.keys[:2],
        validators=(Validator(organization=COURT, public_key=VALIDATOR.public_key, power=10),),
    )


GENESIS_BYTES = governed_genesis().encode()
NETWORK = network_id("testnet", GENESIS_BYTES)


def open_governed(store: MemoryStore | None = None) -> Ledger:
    """Return the network's ledger at genesis."""
    return open_ledger(GENESIS_BYTES, store or MemoryStore(), None, NotesHost())


def apply_one(
    ledger: Ledger, method: str, args: dict[str, Value], **options: object
) -> AppliedBlock:
    """Apply a block of one transaction, by the head of the court unless told otherwise."""
    given: dict[str, object] = {"contract": "governance", "key": ADMINISTRATOR} | options
    given |= {"nonce": ledger.head.height, "network": NETWORK}
    raw = sign(method, args, **given)  # type: ignore[arg-type]
    applied = apply_block(
        ledger,
        height=ledger.head.height + 1,
        time=ledger.head.time,
        transactions=[decode_transaction(raw)],
    )
    ledger.store.save(applied)  # type: ignore[attr-defined]  # the tests' store
    return applied


def put(ledger: Ledger, contract: str) -> tuple[str, Value]:
    """Let the clerk put a note into a contract, and return code and facts."""
    args: dict[str, Value] = {"id": "a", "text": "x"}
    applied = apply_one(ledger, "put", args, contract=contract, key=CLERK)
    outcome = decode_entry(applied.block.entries[0]).outcome
    return outcome.code, outcome.result


def decide(ledger: Ledger, kind: str, /, **fields: Value) -> AppliedBlock:
    """Let the court decide alone."""
    applied = apply_one(ledger, "propose", {"action": {"type": kind, **fields}})
    assert applied.codes == (OK,)
    return applied
