# SPDX-License-Identifier: Apache-2.0
"""`Net` over HTTP: what it asks, what it believes, and what it raises."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import httpx
import pytest

from tallystick.client import Deposit, Result, problem_of, verify
from tallystick.encoding import Value, encode
from tallystick.errors import (
    Duplicate,
    InvalidCheckpoint,
    LimitExceeded,
    Malformed,
    NotFound,
    Refused,
    TallystickError,
    Unavailable,
    Unverified,
    UsageError,
)
from tests.unit.client.mock_node import MockNode, problem
from tests.unit.client.world import COURT, DOCUMENT, sha256_hex

KEY = b"evidence/deposits/EV-1"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return a file that is not deposited yet."""
    path = tmp_path / "contract.pdf"
    path.write_bytes(b"a new contract")
    return path


# --- Writing --------------------------------------------------------------------------------------


def test_a_deposit_comes_back_with_a_receipt_verified_against_the_file(
    node: MockNode, file: Path
) -> None:
    """What the caller gets was checked in full (docs/auditor/verify-offline.md)."""
    with node.net() as net:
        deposit = net.evidence.deposit(file, title="采购合同", case="（2026）京0491民初1号")
    assert isinstance(deposit, Deposit)
    assert deposit.receipt.verification.result is Result.MATCH
    assert deposit.id == "EV-2023-000008"
    assert deposit.transaction.level == deposit.receipt.level == "committed"
    assert deposit.events == ()
    saved = deposit.save()
    assert saved.name == "contract.pdf.receipt.json"
    assert verify(file, trust=node.world.trust).ok
    statement = deposit.save(file.with_name("contract.cose"))
    assert statement.read_bytes().startswith(b"\xd2\x84")
    assert deposit.receipt.json() == saved.read_text()
    assert deposit.transaction.id in repr(deposit.receipt)


def test_the_signed_arguments_say_what_is_known_of_the_file(node: MockNode, file: Path) -> None:
    """Title and type come from the name unless they are given; texts are composed (NFC)."""
    with node.net() as net:
        net.evidence.deposit(file, with_sm3=True, note="e\u0301", captured_at=5, method="upload")
        args = node.transaction(8)["args"]
    assert args["sha256"] == sha256_hex(b"a new contract")
    assert (args["size"], args["title"], args["file_name"]) == (14, "contract.pdf", "contract.pdf")
    assert (args["media_type"], args["note"], args["captured_at"]) == ("application/pdf", "é", 5)
    assert len(args["sm3"]) == 64
    assert "case_number" not in args


def test_content_and_hashes_can_be_deposited_too(node: MockNode) -> None:
    """A hash alone needs the size of its file; there is nothing to save beside."""
    moment = datetime(2023, 11, 14, 8, 0, tzinfo=timezone(timedelta(hours=8)))
    with node.net() as net:
        deposit = net.evidence.deposit(b"content", captured_at=moment, collector={"app": "x"})
        assert node.transaction(8)["args"]["captured_at"] == 1_699_920_000_000
        with pytest.raises(UsageError, match="where to save"):
            deposit.save()
        digest = "sha256:" + "ab" * 32
        with pytest.raises(UsageError, match="needs the size"):
            net.evidence.deposit(digest)
        with pytest.raises(UsageError, match="zone"):
            net.evidence.deposit(b"x", captured_at=datetime(2023, 1, 1))  # noqa: DTZ001
        hashed = net.evidence.deposit(digest, size=5)
    assert hashed.path is None
    assert node.transaction(9)["args"]["title"] == "sha256:" + "ab" * 8


def test_a_duplicate_is_refused_with_the_contracts_facts(node: MockNode) -> None:
    """The class is that of the code; facts and request id are kept."""
    with node.net() as net, pytest.raises(Duplicate, match="told by the node") as caught:
        net.evidence.deposit(DOCUMENT)
    found = problem_of(caught.value)
    assert found is not None
    assert found.transaction is not None
    assert found.transaction.code == "E_DUP"
    assert isinstance(found.facts, dict)
    assert found.facts["existing"] == "EV-2023-000004"
    assert caught.value.__notes__ == ["request id r-1"]


def test_a_contracts_own_code_is_kept_although_it_has_no_class(node: MockNode) -> None:
    """Unknown codes become their family by status."""
    node.refusals["x"] = ("E_LATE_FILING", {"days": 3})
    with node.net() as net, pytest.raises(Refused) as caught:
        net.evidence.deposit(b"x", title="x")
    assert type(caught.value) is Refused
    assert caught.value.code == "E_LATE_FILING"
    assert caught.value.title_zh == "合约自定义拒绝"
    assert Refused.code == "E_REFUSED"


def test_a_call_returns_the_result_proven_by_its_receipt(node: MockNode) -> None:
    """Any contract, any method."""
    with node.net() as net:
        done = net.call("evidence", "deposit", sha256=sha256_hex(b"1"), size=1)
    assert done.result == {"id": "EV-2023-000008"}
    assert done.receipt.record.network == node.world.network


def test_a_receipt_that_does_not_check_out_is_not_handed_out(node: MockNode) -> None:
    """The node is not believed: not with another's receipt, not with a broken one."""
    with node.net() as net:
        wanted = node.transaction(1)["id"]
        path = f"GET /v1/transactions/{wanted}/receipt"
        other = node.world.receipt(2).to_json()
        node.faults[path] = [
            httpx.Response(200, text=other),
            httpx.Response(200, text="{}"),
            httpx.Response(200, text=other.replace("committed", "accepted")),
        ]
        for pattern in ("another transaction", "wrong fields", "no level"):
            with pytest.raises(Unverified, match=pattern):
                net.receipt(wanted)
        assert net.receipt(wanted).record == node.world.receipt(1)
        with pytest.raises(NotFound):
            net.receipt("00" * 32)
        with pytest.raises(Malformed):
            net.receipt("not a hash")


def test_signing_needs_an_identity(node: MockNode) -> None:
    """Reading does not."""
    with node.net(identity=None) as net:
        assert net.block(1).height == 1
        with pytest.raises(UsageError, match="identity"):
            net.evidence.deposit(b"x")


# --- Reading --------------------------------------------------------------------------------------


def test_lists_page_by_themselves(node: MockNode) -> None:
    """Every row once, whatever the page size."""
    node.page_rows = 3
    with node.net() as net:
        rows = list(net.transactions(contract="evidence", from_=datetime(2023, 1, 1, tzinfo=UTC)))
        assert [row.leaf_index for row in rows] == list(range(7, -1, -1))
        assert [block.height for block in net.blocks()] == list(range(1, 9))
        assert {one.id for one in net.organizations()} >= {COURT}
        assert len(list(net.evidence.list())) == 8
    first = next(r for r in node.requests if r.url.path == "/v1/transactions")
    assert dict(first.url.params) == {
        "contract": "evidence",
        "from": "2023-01-01T00:00:00.000Z",
        "limit": "100",
    }


def test_lists_show_what_this_net_has_just_written(node: MockNode) -> None:
    """Read your own writes: the height is sent along."""
    with node.net() as net:
        net.evidence.deposit(b"new")
        next(net.evidence.list(case="1"), None)
    last = node.requests[-1]
    assert last.headers["tally-min-height"] == "9"
    assert last.url.params["case_number"] == "1"


def test_single_records_are_typed(node: MockNode) -> None:
    """Times are aware, names bilingual, unknown fields ignored."""
    with node.net() as net:
        record = net.transaction(node.transaction(2)["id"])
        assert record.time.tzinfo is not None
        assert record.sentence is not None
        assert record.sentence.zh == "存证"
        assert net.block(3).transactions[0].leaf_index == 2
        assert net.organization(COURT).name.en == "Organisation"
        deposit = net.evidence.show("EV-2023-000004")
        assert deposit.sha256 == deposit["sha256"] == sha256_hex(DOCUMENT)
        assert "EV-2023-000004" in repr(deposit)
        assert (len(deposit), deposit.to_dict()["id"]) == (5, "EV-2023-000004")
        assert set(deposit) == set(deposit.to_dict())
        assert '"EV-2023-000004"' in deposit.json()
        with pytest.raises(AttributeError, match="no field nonsense"):
            _ = deposit.nonsense
        with pytest.raises(UsageError, match="empty"):
            net.evidence.show("")
        assert '"leaf_index": 2' in record.json()
        assert "<th>leaf_index</th>" in record._repr_html_()
        assert net.query("evidence", "by_hash", sha256="ab", deep=True) == [
            "by_hash",
            {"sha256": "ab", "deep": "true"},
        ]


def test_a_query_s_argument_keeps_its_name(node: MockNode) -> None:
    """The contract calls it `from_`, because Python reserves `from`; only lists drop the sign."""
    with node.net() as net:
        assert net.query("evidence", "by_day", from_="2023-01-01", kind_=None, to_=3) == [
            "by_day",
            {"from_": "2023-01-01", "to_": "3"},
        ]


def test_a_query_s_argument_with_parts_goes_as_json(node: MockNode) -> None:
    """A list or a map arrives as the door reads it; Python's own spelling would be refused."""
    with node.net() as net:
        found = net.query("evidence", "by_day", days=["甲", "b"], pair=("c",), of={"a": [1, None]})
        (_, words) = found
        assert {name: json.loads(text) for name, text in words.items()} == {
            "days": ["甲", "b"],
            "pair": ["c"],
            "of": {"a": [1, None]},
        }


def test_a_naive_time_in_a_filter_is_refused(node: MockNode) -> None:
    """Nobody could say when it was."""
    with node.net() as net, pytest.raises(UsageError, match="zone"):
        net.transactions(from_=datetime(2023, 1, 1))  # noqa: DTZ001


def test_state_is_proven_not_believed(node: MockNode) -> None:
    """A value, an absence, and a lie."""
    node.write({KEY: encode({"a": 1})})
    with node.net() as net:
        assert net.state("evidence", "deposits", "EV-1") == {"a": 1}
        assert net.state("evidence", "deposits", "EV-2") is None
        node._values = {KEY: encode({"a": 2})}
        with pytest.raises(Unverified):
            net.state("evidence", "deposits", "EV-1")
        node.write({KEY: b"\xff"})
        with pytest.raises(Unverified, match="not canonical"):
            net.state("evidence", "deposits", "EV-1")


def test_the_state_of_another_height_than_asked_for_is_refused(node: MockNode) -> None:
    """It may be true, and is no answer to the question."""
    node.write({KEY: encode({"a": 1})})
    with node.net() as net:
        assert net.state("evidence", "deposits", "EV-1", height=8) == {"a": 1}
        assert node.requests[-1].url.params["height"] == "8"
        with pytest.raises(InvalidCheckpoint, match="another height") as refused:
            net.state("evidence", "deposits", "EV-1", height=7)
        assert refused.value.facts() == {
            "field": "checkpoint.height",
            "expected": "7",
            "found": "8",
        }


@pytest.mark.parametrize(
    "nonsense",
    [
        httpx.Response(200, text="<html>"),
        httpx.Response(200, json=[]),
        httpx.Response(200, json={"height": "x"}),
        httpx.Response(404, text="nginx"),
        httpx.Response(403, text="forbidden"),
        httpx.Response(500, headers={"content-type": "application/problem+json"}, text="{"),
    ],
)
def test_what_is_not_a_node_is_said_to_be_none(node: MockNode, nonsense: httpx.Response) -> None:
    """A proxy's or a stranger's answer never looks like a node's, and is not asked again."""
    node.faults["GET /v1/status"] = [nonsense]
    with node.net() as net, pytest.raises(Unavailable) as caught:
        net.status()
    assert caught.value.expected == "a Tallystick node"
    assert node.count("GET /v1/status") == 1


def test_a_proxys_busy_answers_are_tried_again(node: MockNode, pauses: list[float]) -> None:
    """429 and 502 without a problem description pass by themselves."""
    node.faults["GET /v1/status"] = [httpx.Response(429), httpx.Response(502)]
    with node.net() as net:
        assert net.status().log_size == 8
    assert len(pauses) == 2


@pytest.mark.parametrize(
    ("status", "family"),
    [(404, NotFound), (409, Refused), (503, Unavailable), (500, TallystickError)],
)
def test_unknown_codes_become_their_family(
    node: MockNode, status: int, family: type[TallystickError], pauses: list[float]
) -> None:
    """By status; the code is kept."""
    node.faults["GET /v1/status"] = [problem("E_FUTURE", status)] * 4
    with node.net() as net, pytest.raises(family) as caught:
        net.status()
    assert (type(caught.value), caught.value.code) == (family, "E_FUTURE")
    assert len(pauses) == (3 if status == 503 else 0)


def test_a_far_entry_is_found_under_its_tile_path(node: MockNode) -> None:
    """C2SP spells tile numbers in groups of three; a full bundle has no width."""
    entry = node.world.entries[4]
    bundle = (len(entry).to_bytes(2, "big") + entry) * 256
    row = {"items": [{"_created_leaf": 1_234_067 * 256 + 255}]}
    node.faults["GET /v1/evidence/deposits"] = [httpx.Response(200, json=row)]
    node.faults["GET /tile/entries/x001/x234/067"] = [httpx.Response(200, content=bundle)]
    with node.net() as net:
        assert net.verify("sha256:" + sha256_hex(DOCUMENT)).ok


def test_a_deposit_whose_number_is_the_whole_result_is_understood(node: MockNode) -> None:
    """Contracts may return the number alone, or nothing."""
    with node.net() as net:
        cases: list[tuple[Value, str | None]] = [("EV-1", "EV-1"), (7, None), ({"id": 7}, None)]
        for result, expected in cases:
            node.results = result
            assert net.evidence.deposit(repr(result).encode()).id == expected
            assert dict(node.net().status().to_dict())["log_size"] > 0


def test_an_answer_has_a_size_limit(node: MockNode, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hostile node cannot fill this machine's memory."""
    monkeypatch.setattr("tallystick.client.transport._ANSWER_SIZE_MAX", 10)
    with node.net() as net, pytest.raises(LimitExceeded):
        net.status()


def test_an_item_of_the_wrong_shape_is_not_a_nodes(node: MockNode) -> None:
    """Rows are typed too."""
    page = {"items": [{"height": "x"}], "next_cursor": None}
    node.faults["GET /v1/blocks"] = [httpx.Response(200, json=page)]
    with node.net() as net, pytest.raises(Unavailable):
        list(net.blocks())
