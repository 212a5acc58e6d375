# SPDX-License-Identifier: Apache-2.0
"""The chain of evidence: source, time-stamp, signature, collectors, the matter, batches (JUD)."""

from __future__ import annotations

import hashlib

import pytest
from msgspec.structs import replace

from tallystick.contracts import schema_of, unreadable_tables
from tallystick.contracts.parts import BatchTree
from tallystick.encoding import Value, encode
from tallystick.errors import Refused
from tallystick.industries.evidence import Evidence, deposit_leaf
from tallystick.model import Execution
from tallystick.testing import LedgerHarness
from tests.unit.industries.evidence.test_evidence import (
    ALICE,
    AUDITOR,
    CAROL,
    CASE,
    COURT,
    deposit,
    ledger,
    refused,
    shown,
    statement,
)

__all__ = ["ledger"]
DIGEST = hashlib.sha256(b"token").hexdigest()
TOOL: dict[str, Value] = {"app": "capture", "version": "2.1"}


def test_a_deposit_says_where_it_is_from_and_how_it_can_be_verified(ledger: LedgerHarness) -> None:
    """Source is a claim; the ways to verify follow from what was deposited (SPC rules, Art 11)."""
    deposit(ledger, source="https://example.com/", token_sha256=DIGEST, signature_sha256=DIGEST)
    found = shown(ledger, "EV-2026-000001")
    assert found["source"] == "https://example.com/"
    assert found["verification"] == ["time_stamp", "electronic_signature", "hash_check"]
    deposit(ledger, "b", token_sha256=DIGEST)
    assert shown(ledger, "EV-2026-000002")["verification"] == ["time_stamp", "hash_check"]


def test_the_deposits_of_a_matter_are_numbered_so_that_a_gap_shows(ledger: LedgerHarness) -> None:
    """Each names the one before it, whether the depositor says so or not."""
    for content in "abc":
        deposit(ledger, content, case_number=CASE)
    deposit(ledger, "elsewhere")
    ledger.run("deposit", CAROL, **statement("a", case_number=CASE))
    places = [
        (found["matter_number"], found["matter_previous"])
        for found in (shown(ledger, f"EV-2026-{number:06}") for number in range(1, 6))
    ]
    assert places == [
        (1, None),
        (2, "EV-2026-000001"),
        (3, "EV-2026-000002"),
        (0, None),
        (1, None),
    ], "each organisation has its own chain in a matter"


def test_a_batch_of_deposits_continues_the_chain_of_its_matter(ledger: LedgerHarness) -> None:
    """In one transaction as in several."""
    batch: list[Value] = [statement(one, case_number=CASE) for one in "ab"]
    assert ledger.run("deposit_many", ALICE, deposits=batch).code == "ok"
    assert shown(ledger, "EV-2026-000002")["matter_previous"] == "EV-2026-000001"


def test_a_registered_collector_is_marked_and_a_withdrawn_one_collects_no_more(
    ledger: LedgerHarness,
) -> None:
    """Earlier deposits keep their mark; another organisation's withdrawal touches nobody else."""
    assert ledger.run("register_collector", ALICE, **TOOL, sha256=DIGEST).code == "ok"
    deposit(ledger, "a", collector=TOOL)
    deposit(ledger, "b", collector={"app": "capture"})
    deposit(ledger, "c", collector={"app": "capture", "version": "2.2"})
    assert ledger.run("withdraw_collector", CAROL, **TOOL, reason="x").code == "E_MISSING"
    execution = ledger.run("withdraw_collector", ALICE, **TOOL, reason="漏洞")
    withdrawn_at = ledger.block_time_ms
    assert [one.name for one in execution.events] == ["evidence.CollectorWithdrawn"]
    facts = refused(deposit(ledger, "d", collector=TOOL), "E_STATE")
    assert facts["withdrawn_at"] == withdrawn_at
    marks = [shown(ledger, f"EV-2026-{n:06}")["collector_registered"] for n in (1, 2, 3)]
    assert marks == [True, False, False]
    kept = ledger.query("collector", organization=COURT, **TOOL)
    assert isinstance(kept, dict)
    assert kept["reason"] == "漏洞"
    assert ledger.run("deposit", CAROL, **statement("e", collector=TOOL)).code == "ok"


def test_a_version_is_registered_once_and_withdrawn_once(ledger: LedgerHarness) -> None:
    """A withdrawn version does not come back under its number."""
    ledger.run("register_collector", ALICE, **TOOL)
    refused(ledger.run("register_collector", ALICE, **TOOL), "E_DUP")
    ledger.run("withdraw_collector", ALICE, **TOOL, reason="x")
    refused(ledger.run("withdraw_collector", ALICE, **TOOL, reason="x"), "E_STATE")
    refused(ledger.run("register_collector", ALICE, **TOOL), "E_DUP")


@pytest.mark.parametrize(
    ("action", "arguments"),
    [
        ("register_collector", dict(TOOL)),
        ("withdraw_collector", {**TOOL, "reason": "x"}),
        ("deposit_batch", {"root": DIGEST, "count": 1, "total": 1, "first_at": 1, "last_at": 1}),
    ],
)
def test_only_depositors_write_the_chain(
    ledger: LedgerHarness, action: str, arguments: dict[str, Value]
) -> None:
    """A reader changes nothing."""
    refused(ledger.run(action, AUDITOR, **arguments), "E_ROLE")


FILES = [hashlib.sha256(bytes([number])).hexdigest() for number in range(7)]
TREE = BatchTree([deposit_leaf(digest, number) for number, digest in enumerate(FILES)])


def batch(ledger: LedgerHarness, **changes: Value) -> Execution:
    """Deposit the batch of seven files."""
    stated: dict[str, Value] = {
        "root": TREE.root,
        "count": TREE.count,
        "total": 21,
        "first_at": 1,
        "last_at": 2,
    }
    return ledger.run("deposit_batch", ALICE, **(stated | changes))


def test_any_file_of_a_batch_is_shown_by_its_path(ledger: LedgerHarness) -> None:
    """50,000 files a day are one transaction; a changed byte, size or place fails (JUD-2)."""
    batch(ledger)
    for index, digest in enumerate(FILES):
        shown_in: dict[str, Value] = {
            "sha256": digest,
            "size": index,
            "index": index,
            "path": list(TREE.path(index)),
        }
        found = ledger.query("in_batch", batch="EB-2026-000001", **shown_in)
        assert isinstance(found, dict)
        assert (found["organization"], found["count"]) == (COURT, 7)
        changes: tuple[dict[str, Value], ...] = (
            {"sha256": DIGEST},
            {"size": index + 1},
            {"index": (index + 1) % 7},
        )
        for change in changes:
            with pytest.raises(Refused, match="not at place"):
                ledger.query("in_batch", batch="EB-2026-000001", **(shown_in | change))


def test_a_batch_stands_once_and_was_captured_before(ledger: LedgerHarness) -> None:
    """JUD-1 holds for batches too."""
    late = ledger.block_time_ms + 1_000_000
    assert batch(ledger, last_at=late).code == "E_EARLY"
    assert batch(ledger).code == "ok"
    assert batch(ledger).code == "E_DUP"


def test_a_batch_of_any_size_is_a_small_transaction() -> None:
    """A million hashes: the root, the count, the times."""
    stated: dict[str, Value] = {
        "root": DIGEST,
        "count": 1_000_000,
        "total": 2**50,
        "first_at": 2**41,
        "last_at": 2**41,
    }
    assert len(encode(stated)) < 200


FIRST = {
    *("sha256", "size", "title", "kind", "media_type", "file_name", "sm3", "case_number"),
    *("previous", "captured_at", "method", "collector", "note", "id", "organization", "member"),
    *("deposited_at", "earlier_deposit", "same_content"),
}


def test_a_record_of_version_1_reads_as_one_of_version_2() -> None:
    """Decision 0026: every field that came later has a default, so no migration is needed."""
    new = schema_of(Evidence)
    deposits = next(one for one in new.tables if one.name == "deposits")
    first = tuple(one for one in deposits.fields if one.name in FIRST)
    assert len(first) == len(FIRST) < len(deposits.fields)
    old = replace(new, version=1, tables=(replace(deposits, fields=first),))
    assert unreadable_tables(old, new) == ()
    assert new.version == 2
