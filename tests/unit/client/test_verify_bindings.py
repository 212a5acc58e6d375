# SPDX-License-Identifier: Apache-2.0
"""Every binding of a receipt is checked: parts of genuine receipts cannot be mixed (C3)."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, fields, replace

import pytest

from tallystick.client import Trust, verify
from tallystick.crypto import SecretKey
from tallystick.encoding import Header, build_sign1, encode_cbor, encode_header, to_be_signed
from tallystick.model import (
    CONTENT_TYPE,
    Receipt,
    decode_log_receipt,
    decode_transaction,
    encode_call,
)
from tests.unit.client.world import (
    CLERK,
    COURT,
    DOCUMENT,
    LOG_KEY,
    OTHER_LOG_KEY,
    TELLER,
    World,
    args_of,
    make_genesis,
)


@dataclass(frozen=True)
class Parts:
    """A receipt in its smallest exchangeable parts."""

    header: bytes
    payload: bytes
    signature: bytes
    entry: bytes
    receipt_header: bytes
    """Holds algorithm, log key, origin and tree structure."""
    receipt_signature: bytes
    size: int
    index: int
    path: tuple[bytes, ...]
    checkpoint: str
    network: str

    @classmethod
    def of(cls, receipt: Receipt) -> Parts:
        """Take a receipt apart."""
        transaction = decode_transaction(receipt.transaction)
        log = decode_log_receipt(receipt.log_receipt)
        payload = encode_call(transaction.call)
        start = receipt.transaction.index(payload)
        header_end = 4 + receipt.transaction[3]
        assert receipt.transaction[2] == 0x58
        assert header_end < start
        return cls(
            receipt.transaction[4:header_end],
            payload,
            transaction.signature,
            receipt.entry,
            log.protected,
            log.signature,
            log.size,
            log.index,
            log.path,
            receipt.checkpoint,
            receipt.network,
        )

    def assemble(self) -> Receipt:
        """Put a receipt together, well formed whatever the parts."""
        proof = encode_cbor([self.size, self.index, list(self.path)])
        unprotected = encode_cbor({396: {-1: [proof]}})
        return Receipt(
            network=self.network,
            level="committed",
            transaction=build_sign1(self.header, self.payload, self.signature),
            entry=self.entry,
            log_receipt=build_sign1(
                self.receipt_header, None, self.receipt_signature, unprotected=unprotected
            ),
            checkpoint=self.checkpoint,
        )


def worlds() -> tuple[Trust, Receipt, dict[str, Receipt]]:
    """Return a trust, a genuine receipt of `DOCUMENT`, and genuine receipts of other objects."""
    keys = (LOG_KEY, OTHER_LOG_KEY)
    here, there = World(make_genesis(log_keys=keys)), World(make_genesis("other", keys))
    for world in (here, there):
        world.fill(3)
        world.deposit()
        world.deposit(b"another document", key=TELLER)
        world.commit(world.sign(args_of(DOCUMENT)), code="E_DUP")
        world.fill(4)
    return (
        here.trust,
        here.receipt(3),
        {
            "another transaction of the same log": here.receipt(4),
            "the same transaction in an older tree": here.receipt(3, 7),
            "the same transaction by another log key": here.receipt(3, key=OTHER_LOG_KEY),
            "a refused transaction about the same file": here.receipt(5),
            "the same deposit on another network": there.receipt(3),
        },
    )


TRUST, MINE, OTHERS = worlds()


def test_the_parts_put_together_again_are_the_receipt() -> None:
    """Otherwise the mixtures below would prove nothing."""
    for receipt in (MINE, *OTHERS.values()):
        assert Parts.of(receipt).assemble() == receipt
    assert verify(MINE, trust=TRUST, original=DOCUMENT).ok


@pytest.mark.parametrize("other", OTHERS)
def test_every_mixture_of_two_genuine_receipts_is_refused(other: str) -> None:
    """All 2048 mixtures of their eleven parts: only the genuine ones of this file match (C3)."""
    mine, theirs = Parts.of(MINE), Parts.of(OTHERS[other])
    names = [field.name for field in fields(Parts)]
    genuine = {receipt for receipt in (MINE, OTHERS[other]) if verify_whole(receipt)}
    seen = set()
    for choice in itertools.product((mine, theirs), repeat=len(names)):
        parts = {name: getattr(source, name) for name, source in zip(names, choice, strict=True)}
        mixed = Parts(**parts).assemble()
        if mixed not in seen:
            seen.add(mixed)
            # A checkpoint has the same content whichever of the log's keys signed it.
            assert verify_whole(mixed) == (mixed in genuine or is_same_but_for_the_signer(mixed))
    assert len(seen) > len(genuine)


def verify_whole(receipt: Receipt) -> bool:
    """Return whether a receipt proves the deposit of `DOCUMENT`."""
    return verify(receipt, trust=TRUST, original=DOCUMENT).ok


def is_same_but_for_the_signer(mixed: Receipt) -> bool:
    """Return whether receipt and checkpoint are genuine, each by one of the log's two keys."""
    twin = OTHERS["the same transaction by another log key"]
    return (
        replace(mixed, checkpoint=MINE.checkpoint, log_receipt=MINE.log_receipt) == MINE
        and mixed.log_receipt in {MINE.log_receipt, twin.log_receipt}
        and mixed.checkpoint in {MINE.checkpoint, twin.checkpoint}
    )


def resigned(secret: SecretKey, payload: bytes, **header: object) -> bytes:
    """Return a transaction with an unusual header, validly signed over it."""
    usual: dict[str, object] = {
        "algorithm": -8,
        "key_id": secret.public_key,
        "issuer": COURT,
        "subject": TRUST.network,
        "content_type": CONTENT_TYPE,
    }
    protected = encode_header(Header(**{**usual, **header}))  # type: ignore[arg-type]
    return build_sign1(protected, payload, secret.sign(to_be_signed(protected, payload)))


@pytest.mark.parametrize(
    "header",
    [
        {"algorithm": -7},
        {"algorithm": -19},
        {"content_type": None},
        {"content_type": "application/cbor"},
        {"subject": "log"},
        {"subject": OTHERS["the same deposit on another network"].network},
        {"key_id": b"short"},
        {"proof_structure": 1},
    ],
)
def test_an_unusual_header_is_refused_although_it_is_signed(header: dict[str, object]) -> None:
    """Algorithm, content type and claims are bound by meaning, not only by signature (C8)."""
    payload = Parts.of(MINE).payload
    world = World(make_genesis(log_keys=(LOG_KEY, OTHER_LOG_KEY)))
    world.commit(resigned(CLERK, payload))
    assert verify(world.receipt(0), trust=TRUST, original=DOCUMENT).ok
    mixed = replace(world.receipt(0), transaction=resigned(CLERK, payload, **header))
    found = verify(mixed, trust=TRUST, original=DOCUMENT)
    assert next(check for check in found.checks if check.name == "transaction").code


@pytest.mark.parametrize(
    "header",
    [
        {"algorithm": -7},
        {"content_type": CONTENT_TYPE},
        {"subject": "statement"},
        {"issuer": OTHERS["the same deposit on another network"].network},
        {"proof_structure": None},
        {"proof_structure": 2},
    ],
)
def test_a_receipt_with_an_unusual_header_is_refused_although_it_is_signed(
    header: dict[str, object],
) -> None:
    """A signature of the log key made for something else is not a receipt."""
    log = decode_log_receipt(MINE.log_receipt)
    usual: dict[str, object] = {
        "algorithm": -8,
        "key_id": LOG_KEY.public_key,
        "issuer": TRUST.network,
        "subject": "log",
        "proof_structure": 1,
    }
    root = bytes.fromhex(
        next(
            check.evidence.en.rpartition(" ")[2]
            for check in verify(MINE, trust=TRUST).checks
            if check.name == "inclusion"
        )
    )
    parts = Parts.of(MINE)
    for changes, is_good in (({}, True), (header, False)):
        protected = encode_header(Header(**{**usual, **changes}))  # type: ignore[arg-type]
        signature = LOG_KEY.sign(to_be_signed(protected, root))
        mixed = replace(parts, receipt_header=protected, receipt_signature=signature).assemble()
        assert verify_whole(mixed) is is_good
    assert log.size == 10


def test_a_trust_file_of_another_network_is_refused() -> None:
    """The same keys and organisations found another network: nothing carries over."""
    other = World(make_genesis("other", (LOG_KEY, OTHER_LOG_KEY))).trust
    found = verify(MINE, trust=other, original=DOCUMENT)
    assert {c.name for c in found.checks if c.code} == {"network", "checkpoint"}


@pytest.mark.parametrize("part", ["transaction", "entry", "log_receipt"])
def test_every_flipped_bit_is_refused(part: str) -> None:
    """No bit of the binary parts is without meaning (JUD-2)."""
    data = getattr(MINE, part)
    for place in range(8 * len(data)):
        flipped = bytearray(data)
        flipped[place // 8] ^= 1 << place % 8
        changed = replace(MINE, **{part: bytes(flipped)})  # type: ignore[arg-type]
        assert not verify_whole(changed), (part, place)


def test_every_changed_character_of_the_checkpoint_is_refused() -> None:
    """The note has one spelling."""
    for place in range(len(MINE.checkpoint)):
        changed = list(MINE.checkpoint)
        changed[place] = "A" if changed[place] != "A" else "B"
        assert not verify_whole(replace(MINE, checkpoint="".join(changed))), place
