# SPDX-License-Identifier: Apache-2.0
"""Fuzz targets for the verifier: whatever is offered, only what the network issued is a match."""

from __future__ import annotations

import dataclasses
from typing import Any

from tallystick.client import CheckResult, FileFacts, Verification, verify
from tallystick.crypto import sha256
from tallystick.errors import TallystickError, Unverified
from tallystick.model import Receipt, parse_receipt
from tests.fuzz.kit import Instructions, attempt, edit_bytes, expect
from tests.fuzz.world import FILE, ReceiptWorld, receipt_world

ORIGINALS = (FILE, b"another file", FileFacts(sha256(FILE), None), FileFacts(sha256(FILE), 7), None)
EDITS_MAX = 16
PARTS = ("transaction", "entry", "log_receipt", "checkpoint", "network", "level")


def verify_raw(data: bytes) -> bool:
    """Offer bytes as a receipt file or transparent statement: first byte chooses the original."""
    original = ORIGINALS[Instructions(data[:1]).choice(len(ORIGINALS))]
    found = verify(data[1:], trust=receipt_world().trust, original=original)
    _check_answer(found, original)
    if found:
        offered = attempt(parse_receipt, data[1:])
        expect(_is_issued(offered, receipt_world()), "a match is a receipt that was issued")
    return found.result != "no match"


def verify_altered(data: bytes) -> bool:
    """Alter an issued receipt, or swap parts between issued ones, and verify that."""
    world, steps = receipt_world(), Instructions(data)
    receipt = world.receipts[steps.choice(len(world.receipts))]
    original = ORIGINALS[steps.choice(len(ORIGINALS))]
    for _ in range(EDITS_MAX):
        if steps.is_done:
            break
        receipt = _alter(receipt, world, steps)
    found = verify(receipt, trust=world.trust, original=original)
    _check_answer(found, original)
    expect(not found or _is_issued(receipt, world), "a match is a receipt that was issued", receipt)
    return found.result != "no match"


def _alter(receipt: Receipt, world: ReceiptWorld, steps: Instructions) -> Receipt:
    kind = steps.choice(2 * len(PARTS))
    name = PARTS[kind % len(PARTS)]
    if kind >= len(PARTS):  # a valid part of another receipt: the binding must fail
        other = world.receipts[steps.choice(len(world.receipts))]
        return _with(receipt, name, getattr(other, name))
    part = getattr(receipt, name)
    if isinstance(part, bytes):
        return _with(receipt, name, edit_bytes(part, steps))
    return _with(receipt, name, edit_bytes(part.encode(), steps).decode("utf-8", "replace"))


def _with(receipt: Receipt, name: str, part: Any) -> Receipt:
    return dataclasses.replace(receipt, **{name: part})


def _is_issued(receipt: object, world: ReceiptWorld) -> bool:
    """Say whether it was issued; more signature lines of others on the checkpoint are allowed."""
    if not isinstance(receipt, Receipt):
        return False
    body = receipt.checkpoint.partition("\n\n")[0]
    return any(
        dataclasses.replace(receipt, checkpoint=one.checkpoint) == one
        and body == one.checkpoint.partition("\n\n")[0]
        for one in world.receipts
    )


def _check_answer(found: Verification, original: object) -> None:
    """Every way to show the answer works, whatever was in the input, and none says too much."""
    for language in ("en", "zh"):
        found.text(language).encode()
    found.json().encode()
    found._repr_html_().encode()
    try:
        found.raise_for_failure()
    except Unverified:
        expect(not found, "what failed is not a match", found)
    except TallystickError as error:
        expect(False, "a failed verification raises Unverified", error)
    if found:
        expect(original in (FILE, ORIGINALS[2]), "a match has the deposited file", original)
        expect(
            all(check.result is CheckResult.PASSED for check in found.checks if check.is_required),
            "a match has no open check",
            found,
        )
