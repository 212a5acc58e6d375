# SPDX-License-Identifier: Apache-2.0
"""Verification with a node at hand: it supplies the receipt, and is not believed either."""

from __future__ import annotations

from tallystick.client.evidence import deposits
from tallystick.client.exchange import Flow, fetch
from tallystick.client.files import FileFacts, FileSource
from tallystick.client.reading import fetch_entry, fetch_page
from tallystick.client.session import Session
from tallystick.client.submission import receipt_ask
from tallystick.client.trust import Trust
from tallystick.client.verification import Check, CheckResult, Verification, Wording
from tallystick.client.verify_any import verify
from tallystick.client.verify_case import ProofBundle
from tallystick.client.verify_checks import check_bundle, unreadable
from tallystick.client.verify_offline import ReceiptSource
from tallystick.errors import NotFound, NotWitnessed, TallystickError, UsageError
from tallystick.model import parse_receipt


def check_at_hand(
    what: ReceiptSource | FileSource,
    trust: Trust,
    receipt: ReceiptSource | None,
    original: FileSource | None,
    witnesses_min: int,
) -> Verification | None:
    """Return the offline answer, or None if there is no receipt at hand; raises as `verify`."""
    try:
        return verify(
            what, trust=trust, receipt=receipt, original=original, witnesses_min=witnesses_min
        )
    except UsageError as error:
        if error.field == "receipt":
            return None
        raise


def check_by_hash(session: Session, facts: FileFacts, witnesses_min: int) -> Flow[Verification]:
    """Ask the node who deposited this content, and verify the earliest deposit's receipt.

    The node can hide a deposit, but not invent one: what it sends is checked as offline.
    """
    trust = yield from session.contact()
    # The earliest deposit is the one that counts, however many came later.
    listing = deposits({"sha256": facts.sha256.hex(), "order": "oldest"})
    page = yield from fetch_page(session, listing, None)
    for item in page.items:
        leaf = item.get("_created_leaf")
        if isinstance(leaf, int) and leaf >= 0:
            entry = yield from fetch_entry(leaf)
            transaction_id = entry.transaction_id.hex()
            return (yield from _check_one(trust, transaction_id, facts, witnesses_min))
    return _unknown(facts)


def _check_one(
    trust: Trust, transaction_id: str, facts: FileFacts, witnesses_min: int
) -> Flow[Verification]:
    try:
        answer = yield from fetch(receipt_ask(transaction_id, witnesses_min))
    except NotWitnessed:
        # What there is is checked all the same; the checklist says that witnesses are missing.
        answer = yield from fetch(receipt_ask(transaction_id))
    try:
        bundle = ProofBundle.of_receipt(parse_receipt(answer.body))
    except TallystickError as error:
        return unreadable(error)
    return check_bundle(bundle, trust, facts, witnesses_min=witnesses_min)


def _unknown(facts: FileFacts) -> Verification:
    digest = facts.sha256.hex()
    evidence = Wording(
        f"the node knows no deposit of SHA-256 {digest}",
        f"节点上没有 SHA-256 为 {digest} 的存证",
    )
    return Verification((Check("file", CheckResult.FAILED, evidence, NotFound.code),))
