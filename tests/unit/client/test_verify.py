# SPDX-License-Identifier: Apache-2.0
"""Offline verification: what a genuine receipt shows, and what each kind of fault shows."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tallystick.client import CheckResult, FileFacts, Result, Verification, receipt_call, verify
from tallystick.client.verification import TITLES
from tallystick.crypto import digest_stream, sha256
from tallystick.encoding import Value
from tallystick.errors import (
    FileProblem,
    HashMismatch,
    InvalidReceipt,
    Malformed,
    TallystickError,
    Unverified,
    UsageError,
)
from tallystick.merkle import leaf_hash
from tallystick.model import Entry, Outcome, encode_entry
from tests.unit.client.world import (
    BANK,
    CLERK,
    COURT,
    DOCUMENT,
    LOG_KEY,
    OTHER_LOG_KEY,
    START,
    STRANGER,
    TELLER,
    World,
    args_of,
    make_genesis,
    make_world,
    sha256_hex,
)


def states(verification: Verification) -> dict[str, str]:
    """Return the result of each check by name."""
    return {check.name: check.result.value for check in verification.checks}


def failed(verification: Verification) -> set[str]:
    """Return the names of the failed checks."""
    return {name for name, result in states(verification).items() if result == "failed"}


def evidence(verification: Verification, name: str) -> str:
    """Return the English evidence of a check."""
    return next(check.evidence.en for check in verification.checks if check.name == name)


def test_a_genuine_receipt_of_the_original_matches() -> None:
    """Every check passes, in the order of the checklist (JUD-2)."""
    world, index = make_world()
    found = verify(world.receipt(index), trust=world.trust, original=DOCUMENT)
    assert list(states(found)) == list(TITLES)
    skipped = {name for name, state in states(found).items() if state != "passed"}
    assert skipped == {"finality", "validators", "witnesses"}, "there is one node, and it answered"
    assert (found.result, found.ok, bool(found), found.reasons) == (Result.MATCH, True, True, ())
    found.raise_for_failure()


def test_the_subject_names_who_deposited_what_and_when() -> None:
    """The signer's organisation is named as the trust file has it."""
    world, index = make_world()
    subject = verify(world.receipt(index), trust=world.trust, original=DOCUMENT).subject
    assert subject is not None
    assert subject.organization_name is not None
    assert subject.organization_name.zh == "杭州互联网法院"
    assert (subject.organization, subject.contract, subject.method) == (
        COURT,
        "evidence",
        "deposit",
    )
    assert (subject.height, subject.index) == (index + 1, index)
    assert subject.block_time == World.time(index)


def test_without_the_original_it_is_only_partly_checked() -> None:
    """What was not compared is said, not assumed."""
    world, index = make_world()
    found = verify(world.receipt(index), trust=world.trust)
    assert found.result is Result.PARTLY
    assert not found.ok
    assert [check.name for check in found.reasons] == ["file"]
    found.raise_for_failure()


def test_the_call_of_what_is_no_receipt_is_not_told() -> None:
    """Whatever lies beside a file is looked at; it need not be a receipt."""
    assert receipt_call(b"{}") is None


def test_another_file_does_not_match() -> None:
    """One changed byte fails the file check and nothing else (JUD-2)."""
    world, index = make_world()
    found = verify(world.receipt(index), trust=world.trust, original=DOCUMENT + b".")
    assert found.result is Result.NO_MATCH
    assert failed(found) == {"file"}
    assert found.checks[-2].code == "E_HASH"
    assert sha256_hex(DOCUMENT) in evidence(found, "file")
    with pytest.raises(Unverified, match="file hash"):
        found.raise_for_failure()


def test_a_receipt_without_a_file_needs_no_original() -> None:
    """A transaction that names no file is a match by itself."""
    world = World()
    index = world.commit(world.sign({"amount": 5}, method="transfer"))
    assert verify(world.receipt(index), trust=world.trust).ok
    found = verify(world.receipt(index), trust=world.trust, original=DOCUMENT)
    assert failed(found) == {"file"}
    assert "names no file" in evidence(found, "file")


def test_a_file_among_many_in_one_transaction_is_found() -> None:
    """`deposit_many` proves each of its files with one receipt."""
    world = World()
    items: list[Value] = [args_of(bytes([n])) for n in range(4)]
    index = world.commit(world.sign({"deposits": [7, *items]}, method="deposit_many"))
    receipt = world.receipt(index)
    found = verify(receipt, trust=world.trust, original=bytes([2]))
    assert found.ok
    assert "deposits[3].sha256" in evidence(found, "file")
    other = verify(receipt, trust=world.trust, original=b"other")
    assert "one of 4 files" in evidence(other, "file")


def test_a_digest_given_as_bytes_counts_and_a_malformed_one_does_not() -> None:
    """Contracts may spell a digest as bytes; what is not a digest names no file."""
    world = World()
    good = world.commit(world.sign({"sha256": bytes.fromhex(sha256_hex(DOCUMENT))}))
    bad = world.commit(world.sign({"sha256": "not hex"}))
    assert verify(world.receipt(good), trust=world.trust, original=DOCUMENT).ok
    assert failed(verify(world.receipt(bad), trust=world.trust, original=DOCUMENT)) == {"file"}


def test_the_right_hash_with_a_wrong_size_does_not_match() -> None:
    """Size is deposited beside the hash and compared too."""
    world = World()
    index = world.commit(world.sign({"sha256": sha256_hex(DOCUMENT), "size": 5}))
    found = verify(world.receipt(index), trust=world.trust, original=DOCUMENT)
    assert failed(found) == {"file"}
    assert "another size" in evidence(found, "file")


def test_the_same_hash_twice_passes_if_one_deposit_fits() -> None:
    """A wrong entry beside the right one does no harm."""
    world = World()
    digest = sha256_hex(DOCUMENT)
    items: list[Value] = [{"sha256": digest, "size": 1}, args_of(DOCUMENT)]
    index = world.commit(world.sign({"deposits": items}, method="deposit_many"))
    assert verify(world.receipt(index), trust=world.trust, original=DOCUMENT).ok


def test_sm3_is_computed_and_compared_when_it_was_deposited() -> None:
    """GB/T 32905 digests stand beside SHA-256, never instead of it."""
    sm3 = digest_stream([DOCUMENT], with_sm3=True).sm3
    assert sm3 is not None
    world, index = make_world(sm3=sm3.hex())
    assert verify(world.receipt(index), trust=world.trust, original=DOCUMENT).ok
    world, index = make_world(sm3="00" * 32)
    found = verify(world.receipt(index), trust=world.trust, original=DOCUMENT)
    assert failed(found) == {"file"}
    assert "another sm3" in evidence(found, "file")


def test_a_hash_alone_is_compared_and_named_as_such() -> None:
    """The third method of SF/T 0076: the hash without the file."""
    world, index = make_world()
    digest = sha256_hex(DOCUMENT)
    found = verify(world.receipt(index), trust=world.trust, original=f"sha256:{digest}")
    assert found.ok
    assert "the file itself was not seen" in evidence(found, "file")
    again = verify(FileFacts.of_hash(digest), receipt=world.receipt(index), trust=world.trust)
    assert again.ok


def test_a_refused_transaction_is_no_match_and_shows_its_code() -> None:
    """Refusals are in the log with their code; they prove no deposit."""
    world = World()
    args = args_of(DOCUMENT)
    index = world.commit(world.sign(args), code="E_DUP")
    found = verify(world.receipt(index), trust=world.trust, original=DOCUMENT)
    assert failed(found) == {"outcome"}
    assert next(c.code for c in found.checks if c.name == "outcome") == "E_DUP"
    with pytest.raises(Unverified, match="refused the transaction: E_DUP"):
        found.raise_for_failure()


def test_a_key_enrolled_later_is_said_and_does_not_spoil_the_match() -> None:
    """The trust file knows founding keys only; the log's outcome vouches for later ones."""
    world = World()
    args = args_of(DOCUMENT)
    mine = world.commit(world.sign(args, key=STRANGER))
    other = world.commit(world.sign(args, key=STRANGER, organization="91330100MA27XYZW1A"))
    found = verify(world.receipt(mine), trust=world.trust, original=DOCUMENT)
    assert (found.result, states(found)["signer"]) == (Result.MATCH, "skipped")
    assert "Hangzhou Internet Court" in evidence(found, "signer")
    unknown = verify(world.receipt(other), trust=world.trust, original=DOCUMENT)
    assert "not in the trust file" in evidence(unknown, "signer")
    assert "91330100MA27XYZW1A" in unknown.headline()


def test_a_known_key_in_another_organisations_name_is_refused() -> None:
    """Key and organisation are bound by enrolment."""
    world = World()
    args = args_of(DOCUMENT)
    index = world.commit(world.sign(args, key=CLERK, organization=BANK))
    found = verify(world.receipt(index), trust=world.trust, original=DOCUMENT)
    assert failed(found) == {"signer"}


@pytest.mark.parametrize(
    "period",
    [
        {"valid_until": START},
        {"valid_from": START + 10**9},
        {"revoked_at": START},
    ],
)
def test_a_founding_key_counts_only_while_it_was_in_force(period: dict[str, int]) -> None:
    """Not before its period, not after it, not from its revocation on."""
    world = World(make_genesis(clerk_key=period))
    found = verify(world.receipt(world.deposit()), trust=world.trust, original=DOCUMENT)
    assert failed(found) == {"signer"}


def test_a_key_revoked_later_still_counts() -> None:
    """A revocation does not undo what was signed before it."""
    world = World(make_genesis(clerk_key={"revoked_at": START + 10**9}))
    assert verify(world.receipt(world.deposit()), trust=world.trust, original=DOCUMENT).ok


def test_a_log_key_outside_the_trust_file_is_refused() -> None:
    """Anyone can sign a log; only the trust file's keys count."""
    world = World(log_key=OTHER_LOG_KEY)
    found = verify(world.receipt(world.deposit()), trust=world.trust, original=DOCUMENT)
    assert {"checkpoint"} <= failed(found)
    assert states(found)["inclusion"] == "skipped"
    mixed = replace(world.receipt(0), checkpoint=world.note(key=LOG_KEY))
    found = verify(mixed, trust=world.trust, original=DOCUMENT)
    assert failed(found) == {"receipt_signature"}


def test_every_log_key_of_the_trust_file_counts() -> None:
    """Receipt and checkpoint may be signed by different nodes of the network."""
    world = World(make_genesis(log_keys=(LOG_KEY, OTHER_LOG_KEY)))
    index = world.deposit()
    receipt = replace(world.receipt(index), checkpoint=world.note(key=OTHER_LOG_KEY))
    assert verify(receipt, trust=world.trust, original=DOCUMENT).ok


def test_a_trust_file_without_log_keys_proves_nothing() -> None:
    """No key, no belief."""
    world = World(make_genesis(log_keys=()))
    found = verify(world.receipt(world.deposit()), trust=world.trust)
    assert failed(found) == {"checkpoint"}


@pytest.mark.parametrize(
    ("height", "moment"),
    [(1, START - 1), (1, World.time(0) + 1), (2, World.time(0)), (0, World.time(0)), (1, 2**49)],
)
def test_times_and_heights_must_agree(height: int, moment: int) -> None:
    """A signed log that contradicts itself in time is refused."""
    world = World()
    index = world.deposit()
    entry = Entry(
        sha256(world.transactions[index]),
        height,
        moment,
        Outcome("ok", None, (), bytes(32)),
    )
    other = World()
    other.transactions.append(world.transactions[index])
    other.entries.append(encode_entry(entry))
    other.log.append([leaf_hash(other.entries[0])])
    found = verify(other.receipt(0), trust=other.trust, original=DOCUMENT)
    assert failed(found) == {"time"}
    assert found.text("zh")


def test_a_level_beyond_what_is_proven_is_not_believed() -> None:
    """`witnessed` is left open, an invented level is refused."""
    world, index = make_world()
    witnessed = replace(world.receipt(index), level="witnessed")
    found = verify(witnessed, trust=world.trust, original=DOCUMENT)
    assert (found.result, [c.name for c in found.reasons]) == (Result.PARTLY, ["level"])
    for level in ("accepted", "COMMITTED", ""):
        changed = replace(world.receipt(index), level=level)
        assert failed(verify(changed, trust=world.trust, original=DOCUMENT)) == {"level"}


def test_a_transparent_statement_is_partly_checked() -> None:
    """A .cose file carries no log entry, so inclusion cannot be shown from it."""
    world, index = make_world()
    statement = world.receipt(index).statement()
    found = verify(statement, trust=world.trust, original=DOCUMENT)
    assert found.result is Result.PARTLY
    assert {"inclusion", "receipt_signature", "checkpoint"} <= {c.name for c in found.reasons}
    assert states(found)["signature"] == states(found)["file"] == "passed"
    assert found.headline() == "◐ PARTLY CHECKED · Hangzhou Internet Court"


def test_a_statement_with_a_strangers_receipt_is_refused() -> None:
    """Even what can be checked of a statement is checked."""
    world = World(log_key=OTHER_LOG_KEY)
    statement = world.receipt(world.deposit()).statement()
    assert failed(verify(statement, trust=world.trust)) == {"receipt_signature"}


# --- Forms of input ------------------------------------------------------------------------------


def test_files_are_found_beside_each_other(tmp_path: Path) -> None:
    """`verify("x.pdf", trust=...)` finds `x.pdf.receipt.json`, then `x.pdf.cose`."""
    world, index = make_world()
    original, trust = tmp_path / "x.pdf", tmp_path / "trust.json"
    original.write_bytes(DOCUMENT)
    world.trust.save(trust)
    receipt = tmp_path / "x.pdf.receipt.json"
    receipt.write_text(world.receipt(index).to_json())
    assert verify(str(original), trust=str(trust)).ok
    assert verify(receipt, trust=trust).result is Result.PARTLY
    assert verify(receipt, trust=trust, original=original).ok
    assert verify(original, receipt=str(receipt), trust=trust).ok
    receipt.unlink()
    (tmp_path / "x.pdf.cose").write_bytes(world.receipt(index).statement())
    assert states(verify(original, trust=trust))["file"] == "passed"


def test_a_receipt_is_recognised_by_its_content(tmp_path: Path) -> None:
    """A receipt may have any name."""
    world, index = make_world()
    renamed = tmp_path / "r"
    for content in (world.receipt(index).to_json().encode(), world.receipt(index).statement()):
        renamed.write_bytes(content)
        assert verify(renamed, trust=world.trust).result is Result.PARTLY


def test_a_receipt_may_be_bytes_or_decoded_json() -> None:
    """What a program holds needs no detour through a file."""
    world, index = make_world()
    text = world.receipt(index).to_json()
    for form in (text.encode(), json.loads(text)):
        assert verify(DOCUMENT, receipt=form, trust=world.trust).ok


def test_a_file_without_a_receipt_is_a_question_not_an_answer(tmp_path: Path) -> None:
    """Misuse is raised: it says nothing about the file."""
    world, _ = make_world()
    lonely = tmp_path / "x.pdf"
    lonely.write_bytes(DOCUMENT)
    with pytest.raises(UsageError, match="no receipt beside it"):
        verify(lonely, trust=world.trust)
    with pytest.raises(FileProblem, match="no such file"):
        verify(tmp_path / "gone.pdf", trust=world.trust)
    with pytest.raises(UsageError, match="receipt is needed"):
        verify(FileFacts.of_hash("00" * 32), trust=world.trust)


def test_original_and_receipt_must_not_be_confused() -> None:
    """Two originals, or a receipt as the original, are misuse."""
    world, index = make_world()
    receipt = world.receipt(index)
    with pytest.raises(UsageError, match="one original"):
        verify(receipt, receipt=receipt, trust=world.trust)
    with pytest.raises(UsageError, match="one original"):
        verify(b"", receipt=receipt, trust=world.trust, original=b"")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"\xd2\x84",
        b"\xd2\x05",
        b"[" * 5000,
        b'{"format": "tallystick.receipt.v1"}',
        b"\xff\xfe",
        {1: 2},
        {"a": b"bytes"},
        {"a": float("nan")},
    ],
)
def test_what_is_no_receipt_fails_the_first_check(content: bytes | dict[str, object]) -> None:
    """Nonsense is a failed check, and the rest is not reached."""
    world, _ = make_world()
    found = verify(content, trust=world.trust, original=DOCUMENT)
    assert states(found)["receipt"] == "failed"
    assert set(states(found).values()) == {"failed", "skipped"}
    assert found.subject is None
    assert found.headline() == "✖ NO MATCH"


@pytest.mark.parametrize("part", ["transaction", "entry", "log_receipt"])
@pytest.mark.parametrize("junk", [b"", b"\xd2\x05", b"\x00" * 100, b"\xd2\x84\x40\xa0\xf6\x40"])
def test_an_unreadable_part_is_a_failed_check(part: str, junk: bytes) -> None:
    """Later checks that need the part are not reached; the result is no match."""
    world, index = make_world()
    broken = replace(world.receipt(index), **{part: junk})  # type: ignore[arg-type]
    found = verify(broken, trust=world.trust, original=DOCUMENT)
    assert {"transaction": "transaction", "entry": "entry", "log_receipt": "receipt"}[part] in (
        failed(found)
    )
    assert isinstance(found.to_dict(), dict)


@pytest.mark.parametrize("note", ["", "\n\n", "\ud800\n\n— x\n", "x\n" * 20_000])
def test_an_unreadable_checkpoint_is_a_failed_check(note: str) -> None:
    """Also text that has no bytes at all."""
    world, index = make_world()
    found = verify(replace(world.receipt(index), checkpoint=note), trust=world.trust)
    assert failed(found) == {"checkpoint"}


def test_a_broken_trust_file_is_raised() -> None:
    """Without trust there is nothing to check against."""
    world, index = make_world()
    with pytest.raises(Malformed):
        verify(world.receipt(index), trust=b"{}")


# --- The answer ---------------------------------------------------------------------------------


def test_the_answer_reads_well_in_both_languages() -> None:
    """One line for each check, and what a match means (JUD-9)."""
    world, index = make_world()
    found = verify(world.receipt(index), trust=world.trust, original=DOCUMENT)
    english, chinese = str(found).splitlines(), found.text("zh-CN").splitlines()
    assert english[0].startswith("✔ MATCH · Hangzhou Internet Court · 2023-11-14T22:1")
    assert chinese[0].startswith("✔ 一致 · 杭州互联网法院 · ")
    assert len(english) == len(chinese) == len(TITLES) + 2
    assert "unchanged since" in english[-1]
    assert repr(found) == "<Verification 'match'>"


def test_the_answer_has_a_machine_form() -> None:
    """Names, results and codes are stable; texts come in both languages."""
    world, index = make_world()
    found = verify(world.receipt(index), trust=world.trust)
    plain = json.loads(found.json())
    assert plain["result"] == "partly checked"
    assert [check["name"] for check in plain["checks"]] == list(TITLES)
    assert plain["subject"]["block_time_ms"] == World.time(index)
    assert repr(found) == "<Verification 'partly checked': file>"


def test_a_notebook_shows_the_checklist_and_no_strangers_markup() -> None:
    """Text from receipts is escaped."""
    world, index = make_world()
    hostile = replace(world.receipt(index), network="<script>\u202e\x1b[2J")
    shown = verify(hostile, trust=world.trust)._repr_html_()
    assert "<script>" not in shown
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert "NO MATCH" in shown


def test_an_unreadable_transaction_has_no_subject_in_json() -> None:
    """What could not be read is null."""
    world, index = make_world()
    broken = replace(world.receipt(index), transaction=b"")
    assert verify(broken, trust=world.trust).to_dict()["subject"] is None


def test_a_failed_check_raises_an_error_of_its_code() -> None:
    """Programs branch on the class or on `found`."""
    world, index = make_world()
    broken = replace(world.receipt(index), entry=world.entries[0])
    with pytest.raises(InvalidReceipt) as caught:
        verify(broken, trust=world.trust).raise_for_failure()
    assert caught.value.field == "entry"
    assert isinstance(caught.value, TallystickError)
    assert not issubclass(HashMismatch, Unverified)


def test_the_teller_of_the_bank_is_named() -> None:
    """Member and organisation appear in the signer's line."""
    world = World()
    found = verify(world.receipt(world.deposit(key=TELLER)), trust=world.trust, original=DOCUMENT)
    assert "Li Qiang for Example Bank" in evidence(found, "signer")
    assert all(check.result is CheckResult.PASSED for check in found.checks if check.is_required)
