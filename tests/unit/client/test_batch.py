# SPDX-License-Identifier: Apache-2.0
"""Batches: planned offline, carried out in groups, and run again for what is missing only."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import httpx
import pytest

from tallystick.client import (
    BatchItem,
    BatchPlan,
    BatchResult,
    BatchState,
    FileFacts,
    plan_csv,
    plan_folder,
)
from tallystick.client.batch import groups
from tallystick.encoding import encode
from tallystick.errors import (
    FileProblem,
    Malformed,
    RoleMissing,
    TallystickError,
    Unavailable,
    UsageError,
)
from tallystick.model import decode_transaction
from tests.unit.client.mock_node import MockNode, problem
from tests.unit.client.world import sha256_hex


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder of five files with four contents, and things to leave out."""
    top = tmp_path / "files"
    (top / "sub").mkdir(parents=True)
    (top / ".hidden").mkdir()
    for name, content in {
        "a.txt": b"a",
        "b.txt": b"b",
        "c.txt": b"a",
        "sub/d.txt": b"d",
        "sub/空.txt": b"",
        "a.txt.receipt.json": b"{}",
        "a.txt.cose": b"",
        ".DS_Store": b"x",
        ".hidden/x": b"x",
    }.items():
        (top / name).write_bytes(content)
    return top


def plan_of(count: int) -> BatchPlan:
    """Return a plan of so many hashes."""
    items = (
        BatchItem(f"{n}", FileFacts(bytes.fromhex(sha256_hex(b"%d" % n)), 1), {"title": f"t{n}"})
        for n in range(count)
    )
    return BatchPlan(tuple(items), (), ())


# --- Planning -------------------------------------------------------------------------------------


def test_a_folder_is_planned_in_order_and_once(folder: Path) -> None:
    """Hidden files, receipts and repeated contents are left out."""
    calls: list[tuple[int, int, str]] = []
    plan = plan_folder(folder, case="1", progress=lambda *step: calls.append(step))
    assert [item.name for item in plan.items] == ["a.txt", "b.txt", "sub/d.txt", "sub/空.txt"]
    assert plan.repeated == (("c.txt", "a.txt"),)
    assert plan.problems == ()
    assert plan.size == 3
    assert plan.items[0].args["case_number"] == "1"
    assert plan.items[0].path == folder / "a.txt"
    assert calls[0] == (0, 5, "a.txt")
    assert len(calls) == 5


def test_what_cannot_be_read_is_a_problem_of_its_own(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rest of the folder is planned all the same."""
    (folder / "b.txt").unlink()
    (folder / "b.txt").symlink_to(folder / "nowhere")
    real = os.scandir

    def scandir(path: str) -> object:
        if str(path).endswith("sub"):
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    plan = plan_folder(folder)
    assert [item.name for item in plan.items] == ["a.txt"]
    assert [Path(name).name for name, _ in plan.problems] == ["b.txt", "sub"]
    assert all(isinstance(error, FileProblem) for _, error in plan.problems)
    with pytest.raises(FileProblem, match="not a folder"):
        plan_folder(folder / "a.txt")


def test_a_csv_file_names_files_and_hashes(folder: Path) -> None:
    """Cells win over what is said of all; times have zones; SM3 on request."""
    (folder / "list.csv").write_text(
        "path,title,case,captured_at,device,sha256,size\n"
        "a.txt,甲,2,2026-11-22T08:30:04+08:00,phone,,\n"
        ",\n"
        f",乙,,,,{sha256_hex(b'zz')},2\n"
        f"b.txt,,,,,{sha256_hex(b'b')},\n",
        encoding="utf-8-sig",
    )
    plan = plan_csv(folder / "list.csv", case="1", with_sm3=True)
    first, second, third = plan.items
    assert first.details["case"] == "2"
    assert first.args["collector"] == {"device": "phone"}
    assert first.args["captured_at"] == 1_795_307_404_000
    assert first.facts.sm3 is not None
    assert (second.path, second.facts.size, second.details["case"]) == (None, 2, "1")
    assert third.name == "b.txt"
    assert plan.problems == ()


def test_a_chinese_spreadsheets_encoding_is_understood(folder: Path) -> None:
    """GB 18030 without a mark, as such programs write it."""
    (folder / "list.csv").write_bytes("path,title\r\na.txt,采购合同\r\n".encode("gb18030"))
    assert plan_csv(folder / "list.csv").items[0].details["title"] == "采购合同"


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        ("missing.txt,,,", FileProblem),
        (f"a.txt,,{sha256_hex(b'other')},", FileProblem),
        (f",,{sha256_hex(b'x')},", UsageError),
        (f",,{sha256_hex(b'x')},minus one", Malformed),
        (",,12,1", Malformed),
        ("a.txt,yesterday,,", Malformed),
        ("a.txt,2026-11-22T08:30:04,,", Malformed),
        (",2026-11-22T08:30:04Z,,", UsageError),
    ],
)
def test_a_bad_row_is_a_problem_of_its_own(
    folder: Path, row: str, kind: type[TallystickError]
) -> None:
    """The other rows are planned all the same."""
    text = f"path,captured_at,sha256,size\n{row}\nb.txt,,,\n"
    (folder / "list.csv").write_text(text)
    plan = plan_csv(folder / "list.csv")
    assert [item.name for item in plan.items] == ["b.txt"]
    ((_, error),) = plan.problems
    assert isinstance(error, kind)


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ("", "no path column"),
        ("title\n", "no path column"),
        ("path,colour\n", "unknown column 'colour'"),
        ("path\na,b\n", "more cells than columns"),
        ('path\n"a\n', "not a CSV file"),
    ],
)
def test_what_is_no_batch_list_is_refused(folder: Path, text: str, pattern: str) -> None:
    """Before anything is hashed."""
    (folder / "list.csv").write_text(text)
    with pytest.raises((UsageError, FileProblem), match=pattern):
        plan_csv(folder / "list.csv")


def test_groups_fit_into_transactions() -> None:
    """By count, and by bytes of arguments."""
    assert [len(group) for group in groups(plan_of(250).items)] == [100, 100, 50]
    assert list(groups(())) == []
    long = [
        BatchItem(str(n), FileFacts(bytes(32), 1), {"title": "x", "note": "n" * 2000})
        for n in range(60)
    ]
    cut = list(groups(long))
    assert [item for group in cut for item in group] == long
    assert all(len(encode([item.args for item in group])) < 50_000 for group in cut)
    assert len(cut) == 3


# --- Carrying out ---------------------------------------------------------------------------------


def test_a_batch_deposits_each_file_and_proves_it(node: MockNode, folder: Path) -> None:
    """One transaction for a group; each result has its number and the group's receipt."""
    with node.net() as net:
        results = list(net.evidence.deposit_batch(plan_folder(folder)))
        assert [one.state for one in results] == [BatchState.DEPOSITED] * 4
        assert [one.deposit_id for one in results] == [f"EV-2023-{n:06}" for n in range(8, 12)]
        assert len({one.transaction_id for one in results}) == 1
        receipt = results[0].receipt
        assert receipt is not None
        for one in results:
            assert one.item.path is not None
            assert net.verify(one.item.path, receipt=receipt.record).ok
    call = decode_transaction(node.world.transactions[-1]).call
    assert call.method == "deposit_many"


def test_running_again_deposits_what_is_missing_only(node: MockNode, folder: Path) -> None:
    """Whole groups are recognised without any refused transaction."""
    with node.net() as net:
        list(net.evidence.deposit_batch(plan_folder(folder)))
        (folder / "e.txt").write_bytes(b"e")
        size = len(node.world.entries)
        results = list(net.evidence.deposit_batch(plan_folder(folder)))
        assert Counter(one.state for one in results) == {"already deposited": 4, "deposited": 1}
        assert len(node.world.entries) == size + 1
        again = list(net.evidence.deposit_batch(plan_folder(folder)))
    assert {one.state for one in again} == {BatchState.EXISTING}
    assert all(one.deposit_id for one in again)
    assert len(node.world.entries) == size + 1


def test_an_interrupted_batch_goes_on_where_it_stopped(node: MockNode, pauses: list[float]) -> None:
    """The results so far were yielded; the rest follows in the next run."""
    plan = plan_of(250)
    with node.net() as net:
        node.faults["POST /v1/transactions"] = [None, *[httpx.ConnectError("gone")] * 4]
        results: list[BatchResult] = []
        with pytest.raises(Unavailable):
            results.extend(net.evidence.deposit_batch(plan))
        assert len(node.deposits()) == 8 + 100
        states = Counter(one.state.value for one in net.evidence.deposit_batch(plan))
    assert states == {"already deposited": 100, "deposited": 150}
    assert len(pauses) == 3


def test_hidden_duplicates_are_taken_out_by_the_contracts_list(node: MockNode) -> None:
    """In the middle of a group, where sampling does not look."""
    plan = plan_of(9)
    with node.net() as net:
        list(net.evidence.deposit_batch(BatchPlan(plan.items[3:5], (), ())))
        results = list(net.evidence.deposit_batch(plan))
    states = [one.state.value for one in results]
    assert states == ["deposited"] * 3 + ["already deposited"] * 2 + ["deposited"] * 4
    assert [one.item for one in results] == list(plan.items)


def test_one_bad_file_does_not_spoil_its_group(node: MockNode) -> None:
    """It is found by halving, and the others are deposited."""
    node.refusals["t5"] = ("E_EARLY", {"captured_at": 1})
    node.refusals["t6"] = ("E_DUP", None)
    node.refusals["t7"] = ("E_DUP", {"duplicates": [{"index": 99, "existing": "x"}, "nonsense"]})
    with node.net() as net:
        results = list(net.evidence.deposit_batch(plan_of(9)))
    states = [one.state.value for one in results]
    assert states == ["deposited"] * 5 + ["failed"] * 3 + ["deposited"]
    assert [one.error.code for one in results if one.error] == ["E_EARLY", "E_DUP", "E_DUP"]


def test_a_signer_who_may_not_deposit_is_told_at_once(node: MockNode) -> None:
    """No halving of what is hopeless."""
    node.faults["POST /v1/transactions"] = [problem("E_ROLE", 409)]
    with node.net() as net, pytest.raises(RoleMissing):
        list(net.evidence.deposit_batch(plan_of(9)))
    assert node.count("POST /v1/transactions") == 1


def test_the_same_content_in_another_case_is_another_deposit(node: MockNode) -> None:
    """Also when the list cannot be filtered for `without a case`."""
    facts = FileFacts(bytes.fromhex(sha256_hex(b"one")), 3)
    with_case = BatchPlan((BatchItem("x", facts, {"title": "x", "case": "1"}),), (), ())
    without = BatchPlan((BatchItem("x", facts, {"title": "x"}),), (), ())
    with node.net() as net:
        for plan in (with_case, without):
            (first,) = net.evidence.deposit_batch(plan)
            (second,) = net.evidence.deposit_batch(plan)
            assert (first.state, second.state) == (BatchState.DEPOSITED, BatchState.EXISTING)
            assert first.deposit_id == second.deposit_id


def test_a_batch_that_is_there_costs_few_questions(node: MockNode) -> None:
    """One look at a transaction tells of all that it deposited."""
    plan = plan_of(250)
    with node.net() as net:
        list(net.evidence.deposit_batch(plan))
        before = len(node.asked)
        results = list(net.evidence.deposit_batch(plan))
    assert {one.state for one in results} == {BatchState.EXISTING}
    assert len({one.deposit_id for one in results}) == 250
    assert len(node.asked) - before < 15


def test_what_a_node_says_of_other_deposits_is_read_with_care(node: MockNode) -> None:
    """Nonsense beside the item that was asked for is passed over."""
    plan = plan_of(2)
    with node.net() as net:
        list(net.evidence.deposit_batch(plan))
        leaf = len(node.world.entries) - 1
        record = node.transaction(leaf)
        odd = [{"sha256": "zz"}, {"sha256": 5}, "x"]
        path = f"GET /v1/transactions/{record['id']}"
        for args in ({"deposits": odd}, {"deposits": 5}):
            told = {**record, "args": args, "result": [{"id": "EV-9"}] * 3}
            node.faults[path] = [httpx.Response(200, json=told)]
            states = {one.state for one in net.evidence.deposit_batch(plan)}
            assert states == {BatchState.EXISTING}
        rows = [{**row, "_created_leaf": None} for row in node.deposits()[:2]]
        answers = [httpx.Response(200, json={"items": [row]}) for row in rows[::-1]]
        node.faults["GET /v1/evidence/deposits"] = [*answers]
        ids = [one.deposit_id for one in net.evidence.deposit_batch(plan)]
    assert ids == [row["id"] for row in rows[::-1]]


def test_a_contract_that_returns_no_numbers_is_bearable(node: MockNode) -> None:
    """The results are then without them."""
    node.results = [7, {"id": 5}]
    with node.net() as net:
        results = list(net.evidence.deposit_batch(plan_of(3)))
        node.results = None
        assert [one.deposit_id for one in results] == [None] * 3
        node.results = "none"
        assert [one.deposit_id for one in net.evidence.deposit_batch(plan_of(2))] == [None] * 2
