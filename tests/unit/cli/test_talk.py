# SPDX-License-Identifier: Apache-2.0
"""Talk on standard error, and the check of a log's signatures and states."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tallystick.cli.answers import Mark
from tallystick.cli.log_check import LogCheck, _by_signature
from tallystick.cli.receipt_contents import _plain
from tallystick.cli.stage import Stage, set_stage
from tallystick.cli.talk import note, progress, step, waiting, warn
from tallystick.crypto import VerifierPool, sha256
from tallystick.encoding import Value
from tallystick.errors import Corrupted, InvalidReceipt
from tallystick.merkle import leaf_hash, log_root
from tallystick.model import Block, app_hash, decode_entry, encode_entry
from tests.unit.cli.conftest import Running, Tally


def test_steps_say_how_they_ended_and_how_long_they_took(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Nothing of it on standard output."""
    step("done", took_s=0.25)
    step("slow", took_s=2.0)
    step("bad", mark=Mark.FAILED)
    warn("careful")
    note()
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == "✔ done  250 ms\n✔ slow  2.0 s\n✖ bad\n! careful\n\n"


def test_colours_only_where_they_may_be(capsys: pytest.CaptureFixture[str]) -> None:
    """The sign is there in any case."""
    set_stage(Stage(talk_color=True))
    step("done")
    assert capsys.readouterr().err == "\x1b[32m✔\x1b[0m done\n"


@pytest.mark.usefixtures("terminal")
def test_bars_and_spinners_are_drawn_on_a_terminal_only(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Piped, not a byte."""
    monkeypatch.setenv("TERM", "xterm")
    for is_terminal in (False, True):
        set_stage(Stage(progress=is_terminal))
        with progress("hashing", 10, is_bytes=True) as advance:
            advance(10)
        with progress("counting", None) as advance:
            advance(1)
        with waiting("waiting"):
            pass
        captured = capsys.readouterr()
        assert captured.out == ""
        assert ("hashing" in captured.err) is is_terminal


@pytest.mark.usefixtures("terminal")
def test_a_deposit_on_a_terminal_shows_a_bar(
    tally: Tally, running: Running, tmp_path: Path
) -> None:
    """The answer itself stays on standard output, as a table."""
    path = tmp_path / "bar.txt"
    path.write_text("bar", encoding="utf-8")
    assert running.url
    outcome = tally("evidence", "deposit", path, "--case", "bars", "--color", "never")
    assert outcome.code == 0
    assert "hashing" in outcome.err
    assert outcome.out.startswith("id  ")


def forged_signature(block: Block) -> Block:
    """Return the block with another signature, everything else computed anew."""
    raw = bytearray(block.transactions[0])
    raw[-1] ^= 1
    changed = bytes(raw)
    entry = decode_entry(block.entries[0])
    entries = (encode_entry(replace(entry, transaction_id=sha256(changed))), *block.entries[1:])
    return replace(block, transactions=(changed, *block.transactions[1:]), entries=entries)


def with_roots(block: Block, *, log_root: bytes, state_root: bytes) -> Block:
    """Return the block under a header of these roots."""
    header = block.header
    digest = app_hash(header.log_size, log_root, state_root, header.membership_root)
    header = replace(header, log_root=log_root, state_root=state_root, app_hash=digest)
    return replace(block, header=header, header_bytes=header.encode())


@pytest.fixture
def block(running: Running, tally: Tally, tmp_path: Path) -> Block:
    """Return the first block of the shared node, which has one by now."""
    path = tmp_path / "first.txt"
    path.write_text("first", encoding="utf-8")
    tally("evidence", "deposit", path, "--case", "blocks")
    return running.node.block(1)


def test_a_forged_signature_in_the_log_is_found(running: Running, block: Block) -> None:
    """Although chain, entries and roots agree: only the key could have signed it."""
    forged = forged_signature(block)
    root = log_root([leaf_hash(entry) for entry in forged.entries])
    checked = LogCheck(running.node.genesis_bytes, VerifierPool(0))
    with pytest.raises(Corrupted) as caught:
        checked.check(with_roots(forged, log_root=root, state_root=block.header.state_root))
    assert caught.value.field == "signature"
    assert checked.height == 1


@pytest.mark.parametrize(("facts", "is_signed"), [({"document": "x"}, True), (None, False)])
def test_a_contract_refuses_forged_signatures_in_transactions_that_are_signed(
    block: Block, facts: dict[str, Value] | None, *, is_signed: bool
) -> None:
    """By the code that a forged transaction has too: facts tell the two apart."""
    entry = decode_entry(block.entries[0])
    refused = replace(entry.outcome, code="E_SIG", result=facts)
    entries = (encode_entry(replace(entry, outcome=refused)), *block.entries[1:])
    signed, forged = _by_signature(replace(block, entries=entries))
    found = (len(signed), len(forged))
    whole = len(block.transactions)
    assert found == ((whole, 0) if is_signed else (whole - 1, 1))


def test_a_state_root_that_the_writes_do_not_lead_to_is_found(
    running: Running, block: Block
) -> None:
    """The state is computed again from the recorded writes."""
    checked = LogCheck(running.node.genesis_bytes, VerifierPool(0))
    with pytest.raises(Corrupted) as caught:
        checked.check(with_roots(block, log_root=block.header.log_root, state_root=b"\1" * 32))
    assert caught.value.field == "state_root"


def test_ledger_values_become_json() -> None:
    """Bytes as hexadecimal; what the ledger cannot hold is refused."""
    assert _plain({"a": [b"\x01", None, True, 2, "x"]}) == {"a": ["01", None, True, 2, "x"]}
    with pytest.raises(InvalidReceipt):
        _plain(1.5)
