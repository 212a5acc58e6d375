# SPDX-License-Identifier: Apache-2.0
"""Deposits of the evidence contract: rules JUD-1 and the refusals of system JUD."""

from __future__ import annotations

import hashlib

import pytest

from tallystick.contracts import schema_of, sentence
from tallystick.encoding import Value, encode
from tallystick.industries.evidence import Evidence
from tallystick.model import Execution
from tallystick.testing import LedgerHarness, make_signer
from tallystick.units import OUTCOME_BYTES_MAX, TRANSACTION_BYTES_MAX

COURT, BANK = "91350100M000100Y43", "911100001000000059"
ALICE = make_signer("depositor", organization=COURT, member="alice")
BOB = make_signer("depositor", organization=COURT, member="bob")
CAROL = make_signer("depositor", organization=BANK, member="carol")
AUDITOR = make_signer("auditor")
CASE = "（2026）京0491民初1号"
EMPTY = hashlib.sha256(b"").hexdigest()
SCHEMA = schema_of(Evidence)


def sha(content: str) -> str:
    """Return the digest of a content."""
    return hashlib.sha256(content.encode()).hexdigest()


def statement(content: str = "a", **more: Value) -> dict[str, Value]:
    """Return the arguments of a deposit of a content."""
    return {"sha256": sha(content), "size": len(content), "title": f"File {content}", **more}


def deposit(ledger: LedgerHarness, content: str = "a", **more: Value) -> Execution:
    """Deposit a content by alice of the court."""
    return ledger.run("deposit", ALICE, **statement(content, **more))


def refused(execution: Execution, code: str) -> dict[str, Value]:
    """Expect a refusal and return its facts."""
    assert execution.code == code
    assert (execution.events, execution.writes) == ((), {})
    assert isinstance(execution.result, dict)
    return execution.result


@pytest.fixture
def ledger() -> LedgerHarness:
    """Return an empty ledger of the evidence contract."""
    return LedgerHarness(Evidence)


def shown(ledger: LedgerHarness, deposit_id: str) -> dict[str, Value]:
    """Return a deposit as the query shows it."""
    found = ledger.query("show", id=deposit_id)
    assert isinstance(found, dict)
    return found


def test_a_deposit_is_told_its_id_time_and_flag(ledger: LedgerHarness) -> None:
    """This result is what the log entry, and so the receipt, proves."""
    execution = deposit(ledger)
    assert execution.code == "ok"
    assert execution.result == {
        "id": "EV-2026-000001",
        "deposited_at": ledger.block_time_ms,
        "earlier_deposit": False,
    }


def test_a_deposit_is_kept_whole(ledger: LedgerHarness) -> None:
    """JUD-1: deposited_at is block time; captured_at stays what was claimed."""
    collector: Value = {
        "device": "PC-7",
        "app": "capture",
        "version": "2.1",
        "environment": "clean",
    }
    stated = statement(
        "合同",
        size=6,
        kind="web_page",
        media_type="text/html",
        file_name="合同.html",
        sm3="0" * 64,
        case_number=CASE,
        captured_at=1_789_000_000_000,
        method="web_capture",
        collector=collector,
        note="第一次\n采集",
    )
    assert ledger.run("deposit", ALICE, **stated).code == "ok"
    assert shown(ledger, "EV-2026-000001") == stated | {
        "id": "EV-2026-000001",
        "organization": COURT,
        "member": "alice",
        "deposited_at": ledger.block_time_ms,
        "earlier_deposit": False,
        "same_content": None,
        "previous": None,
        "source": None,
        "token_sha256": None,
        "signature_sha256": None,
        "active_content": False,
        "verification": ["hash_check"],
        "collector_registered": False,
        "matter_number": 1,
        "matter_previous": None,
    }


def test_a_deposit_announces_itself_in_two_languages(ledger: LedgerHarness) -> None:
    """The event is the transaction's line in the history."""
    (event,) = deposit(ledger, case_number=CASE).events
    assert event.name == "evidence.Deposited"
    declared = SCHEMA.event(event.name)
    assert declared is not None
    words = sentence(declared, event.fields)
    assert words.en == f"{COURT} deposited “File a” as EV-2026-000001."
    assert words.zh == f"{COURT} 存证《File a》，编号 EV-2026-000001。"


def test_only_depositors_deposit(ledger: LedgerHarness) -> None:
    """E_ROLE names the role."""
    execution = ledger.run("deposit", AUDITOR, **statement())
    assert refused(execution, "E_ROLE") == {"roles": ["depositor"]}


def test_capture_after_deposit_is_refused(ledger: LedgerHarness) -> None:
    """JUD-1: the last millisecond is accepted, one later refused."""
    now = ledger.block_time_ms + 1
    facts = refused(deposit(ledger, captured_at=now + 1), "E_EARLY")
    assert facts == {"captured_at": now + 1, "deposited_at": now}
    assert deposit(ledger, captured_at=now + 1).code == "ok"


@pytest.mark.parametrize(
    ("more", "algorithm"),
    [
        ({"size": 0}, "SHA-256"),
        ({"sha256": EMPTY}, "SHA-256"),
        ({"sm3": "1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b"}, "SM3"),
        ({"sha256": EMPTY, "size": 0, "sm3": "0" * 64}, "SM3"),
    ],
)
def test_size_and_hash_must_agree_on_emptiness(
    ledger: LedgerHarness, more: dict[str, Value], algorithm: str
) -> None:
    """Size 0 if and only if the hash of nothing (E_HASH)."""
    facts = refused(ledger.run("deposit", ALICE, **(statement() | more)), "E_HASH")
    assert facts["algorithm"] == algorithm


def test_an_empty_file_can_be_deposited(ledger: LedgerHarness) -> None:
    """It exists, and that may matter; with both hashes of nothing."""
    sm3 = "1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b"
    assert deposit(ledger, "", sm3=sm3).code == "ok"


def test_the_same_content_in_the_same_matter_is_deposited_once(ledger: LedgerHarness) -> None:
    """E_DUP with the id there is, so that a batch can be run again; members act for the party."""
    deposit(ledger, case_number=CASE)
    again = ledger.run("deposit", BOB, **statement(case_number=CASE))
    assert refused(again, "E_DUP") == {
        "existing": "EV-2026-000001",
        "duplicates": [{"index": 0, "existing": "EV-2026-000001"}],
    }


def test_the_same_content_in_another_matter_is_deposited_again(ledger: LedgerHarness) -> None:
    """Each matter has its own deposit; the own earlier one is no flag."""
    deposit(ledger, case_number=CASE)
    for number, case in ((2, None), (3, "another")):
        execution = deposit(ledger, case_number=case)
        assert execution.code == "ok"
        found = shown(ledger, f"EV-2026-00000{number}")
        assert not found["earlier_deposit"]
        assert found["same_content"] == f"EV-2026-00000{number - 1}"


def test_another_partys_earlier_deposit_is_flagged(ledger: LedgerHarness) -> None:
    """JUD refuse rule 1: accepted, but flagged."""
    deposit(ledger)
    execution = ledger.run("deposit", CAROL, **statement())
    assert execution.code == "ok"
    assert isinstance(execution.result, dict)
    assert execution.result["earlier_deposit"] is True
    # Now both have deposited it: the court's own next one has an earlier one by another, too.
    assert shown(ledger, "EV-2026-000002")["same_content"] == "EV-2026-000001"
    deposit(ledger, case_number=CASE)
    assert shown(ledger, "EV-2026-000003")["earlier_deposit"] is True


def test_a_reference_to_the_earlier_deposit_lifts_the_flag(ledger: LedgerHarness) -> None:
    """Who names the earlier deposit does not claim to be the first."""
    deposit(ledger, case_number=CASE)
    deposit(ledger, "b", case_number=CASE)
    cited = statement(case_number=CASE, previous="EV-2026-000001")
    execution = ledger.run("deposit", CAROL, **cited)
    assert isinstance(execution.result, dict)
    assert execution.result["earlier_deposit"] is False
    other = statement("b", case_number=CASE, previous="EV-2026-000001")
    execution = ledger.run("deposit", CAROL, **other)
    assert isinstance(execution.result, dict)
    assert execution.result["earlier_deposit"] is True


def test_a_previous_deposit_exists_and_belongs_to_the_matter(ledger: LedgerHarness) -> None:
    """E_MISSING for an unknown one, E_VALUE for one of another matter."""
    deposit(ledger, case_number=CASE)
    unknown = deposit(ledger, "b", case_number=CASE, previous="EV-2026-000009")
    assert refused(unknown, "E_MISSING") == {"field": "deposits", "found": "EV-2026-000009"}
    other = deposit(ledger, "b", case_number="another", previous="EV-2026-000001")
    assert refused(other, "E_VALUE") == {"previous": "EV-2026-000001", "case_number": CASE}
    assert refused(deposit(ledger, "b", previous="EV-2026-000001"), "E_VALUE")
    assert deposit(ledger, "b", case_number=CASE, previous="EV-2026-000001").code == "ok"
    assert shown(ledger, "EV-2026-000002")["previous"] == "EV-2026-000001"


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"sha256": "A" * 64}, "sha256"),
        ({"sha256": "a" * 63}, "sha256"),
        ({"sha256": "a" * 63 + "\n"}, "sha256"),
        ({"size": -1}, "size"),
        ({"title": ""}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"title": "two\nlines"}, "title"),
        ({"title": "ends\n"}, "title"),
        ({"kind": "poem"}, "kind"),
        ({"media_type": "PDF"}, "media_type"),
        ({"media_type": "a/b\n"}, "media_type"),
        ({"case_number": "x" * 65}, "case_number"),
        ({"case_number": ""}, "case_number"),
        ({"previous": "EV-1"}, "previous"),
        ({"previous": "EV-2026-000001\n"}, "previous"),
        ({"captured_at": -1}, "captured_at"),
        ({"note": "x" * 2001}, "note"),
        ({"collector": {"colour": "red"}}, "collector"),
        ({"owner": "me"}, "owner"),
    ],
)
def test_a_statement_of_another_form_is_refused_by_field(
    ledger: LedgerHarness, more: dict[str, Value], field: str
) -> None:
    """E_ARGUMENT names the argument."""
    execution = ledger.run("deposit", ALICE, **(statement() | more))
    assert refused(execution, "E_ARGUMENT") == {"field": field}


def test_ids_count_by_year(ledger: LedgerHarness) -> None:
    """The first of a new year is number 1 again."""
    deposit(ledger, "a")
    assert deposit(ledger, "b").result == {
        "id": "EV-2026-000002",
        "deposited_at": ledger.block_time_ms,
        "earlier_deposit": False,
    }
    ledger.warp(days=365)
    assert isinstance(deposit(ledger, "c").result, dict)
    assert shown(ledger, "EV-2027-000001")["title"] == "File c"


def test_refused_deposits_use_no_number(ledger: LedgerHarness) -> None:
    """Ids have no gaps."""
    deposit(ledger, "a")
    deposit(ledger, "a")
    deposit(ledger, "b", previous="EV-2026-000009")
    deposit(ledger, "b")
    assert shown(ledger, "EV-2026-000002")["title"] == "File b"


def test_a_batch_is_deposited_as_one(ledger: LedgerHarness) -> None:
    """One transaction, one event, consecutive ids."""
    batch: list[Value] = [statement(content, case_number=CASE) for content in "abc"]
    execution = ledger.run("deposit_many", ALICE, deposits=batch)
    assert execution.code == "ok"
    assert isinstance(execution.result, list)
    assert [one["id"] for one in execution.result if isinstance(one, dict)] == [
        *("EV-2026-000001", "EV-2026-000002", "EV-2026-000003"),
    ]
    (event,) = execution.events
    assert event.name == "evidence.BatchDeposited"
    assert event.fields == {
        "organization": COURT,
        "count": 3,
        "first": "EV-2026-000001",
        "last": "EV-2026-000003",
    }
    assert len(ledger.state.records("evidence", "deposits")) == 3


def test_a_batch_is_all_or_nothing(ledger: LedgerHarness) -> None:
    """One bad deposit, and none is kept."""
    batch: list[Value] = [statement("a"), statement("b", size=0)]
    refused(ledger.run("deposit_many", ALICE, deposits=batch), "E_HASH")
    late: list[Value] = [statement("a"), statement("b", previous="EV-2026-000001", case_number="x")]
    refused(ledger.run("deposit_many", ALICE, deposits=late), "E_VALUE")
    assert ledger.state.values == {}


def test_a_batch_run_again_names_every_duplicate(ledger: LedgerHarness) -> None:
    """So that the rest can be sent at once."""
    deposit(ledger, "b")
    batch: list[Value] = [statement(content) for content in ("a", "b", "c", "a")]
    facts = refused(ledger.run("deposit_many", ALICE, deposits=batch), "E_DUP")
    assert facts == {
        "existing": "EV-2026-000001",
        "duplicates": [
            {"index": 1, "existing": "EV-2026-000001"},
            {"index": 3, "existing": None},
        ],
    }


@pytest.mark.parametrize("count", [0, 201])
def test_a_batch_has_1_to_200_deposits(ledger: LedgerHarness, count: int) -> None:
    """Beyond, there are more transactions."""
    batch: list[Value] = [statement(str(number)) for number in range(count)]
    assert refused(ledger.run("deposit_many", ALICE, deposits=batch), "E_ARGUMENT")


def test_a_full_batch_fits_into_transaction_and_entry(ledger: LedgerHarness) -> None:
    """200 plain deposits, and 200 duplicates, stay within the limits of the ledger."""
    batch: list[Value] = [statement(str(number), case_number=CASE) for number in range(200)]
    assert len(encode({"deposits": batch})) < TRANSACTION_BYTES_MAX - 2048
    execution = ledger.run("deposit_many", ALICE, deposits=batch)
    assert execution.code == "ok"
    assert len(encode(execution.result)) < OUTCOME_BYTES_MAX // 2
    again = refused(ledger.run("deposit_many", ALICE, deposits=batch), "E_DUP")
    assert isinstance(again["duplicates"], list)
    assert len(again["duplicates"]) == 200


def test_deposits_are_found_by_hash_newest_first(ledger: LedgerHarness) -> None:
    """Whoever deposited the content, in whatever matter; at most a hundred."""
    assert ledger.query("by_hash", sha256=sha("a")) == []
    ledger.run("deposit", CAROL, **statement())
    for number in range(101):
        deposit(ledger, case_number=f"case {number}")
    found = ledger.query("by_hash", sha256=sha("a"))
    assert isinstance(found, list)
    assert len(found) == 100
    assert [one["id"] for one in found if isinstance(one, dict)][:2] == [
        *("EV-2026-000102", "EV-2026-000101"),
    ]


def test_every_argument_and_event_speaks_chinese() -> None:
    """Labels of all arguments of both actions are written, not derived."""
    for method in SCHEMA.methods:
        if method.kind == "action":
            for argument in method.arguments:
                assert argument.label.zh != argument.name
        assert method.description.zh != method.description.en
    assert all(event.template.zh != event.template.en for event in SCHEMA.events)
