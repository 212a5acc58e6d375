# SPDX-License-Identifier: Apache-2.0
"""The auditor's page: its program runs as printed, and agrees with our own verification."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tallystick.client import ProofKind, verify
from tallystick.client.verification import TITLES
from tallystick.encoding import format_json, parse_json
from tallystick.model import Receipt
from tests.unit.client.world import DOCUMENT, World, args_of, make_world

PAGE = Path(__file__).parents[2] / "docs" / "auditor" / "verify-offline.md"


@pytest.fixture
def case(tmp_path: Path) -> Path:
    """Return a folder with original, receipt, trust file and the page's program."""
    world, index = make_world()
    (tmp_path / "contract.pdf").write_bytes(DOCUMENT)
    (tmp_path / "contract.pdf.receipt.json").write_text(world.receipt(index).to_json())
    world.trust.save(tmp_path / "trust.json")
    program = re.search(
        r'```python title="verify_by_hand.py"\n(.*?)```', PAGE.read_text(), re.DOTALL
    )
    assert program is not None
    (tmp_path / "verify_by_hand.py").write_text(program[1])
    return tmp_path


def by_hand(folder: Path) -> tuple[bool, str]:
    """Run the page's program; return whether it found a match, and what it printed."""
    command = [sys.executable, "verify_by_hand.py", "contract.pdf"]
    command += ["contract.pdf.receipt.json", "trust.json"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode == 0 and "\nMATCH " in done.stdout, done.stdout


def test_the_program_on_the_page_accepts_a_genuine_receipt(case: Path) -> None:
    """As does ours, on the same three files."""
    assert by_hand(case)[0]
    assert verify(case / "contract.pdf", trust=case / "trust.json").ok


def test_the_program_on_the_page_accepts_a_file_of_a_batch(case: Path) -> None:
    """One receipt for many files."""
    world = World()
    files = [args_of(b"other"), args_of(DOCUMENT)]
    index = world.commit(world.sign({"deposits": list(files)}, method="deposit_many"))
    (case / "contract.pdf.receipt.json").write_text(world.receipt(index).to_json())
    world.trust.save(case / "trust.json")
    assert by_hand(case)[0]


def test_the_program_on_the_page_refuses_what_we_refuse(case: Path) -> None:
    """An altered file, and every part of the receipt exchanged for another genuine one."""
    world, index = make_world()
    refused = world.commit(world.sign(args_of(DOCUMENT)), code="E_DUP")
    mine, other = world.receipt(index), world.receipt(0)
    older = world.receipt(index, index + 1)
    mixtures: list[Receipt] = [
        replace(mine, transaction=other.transaction),
        replace(mine, entry=other.entry),
        replace(mine, log_receipt=other.log_receipt),
        replace(mine, log_receipt=older.log_receipt),
        replace(mine, checkpoint=older.checkpoint),
        replace(mine, network="demo." + "0" * 32),
        world.receipt(refused),
        other,
    ]
    for mixture in mixtures:
        (case / "contract.pdf.receipt.json").write_text(mixture.to_json())
        assert not verify(case / "contract.pdf", trust=case / "trust.json").ok
        is_match, printed = by_hand(case)
        assert not is_match
        assert "FAILED" in printed
    (case / "contract.pdf.receipt.json").write_text(mine.to_json())
    (case / "contract.pdf").write_bytes(DOCUMENT + b" ")
    assert not by_hand(case)[0]


def test_the_program_on_the_page_checks_the_trust_file(case: Path) -> None:
    """A network id that is not the hash of the document is refused first."""
    fields = parse_json((case / "trust.json").read_text())
    assert isinstance(fields, dict)
    (case / "trust.json").write_text(format_json({**fields, "network": "demo." + "0" * 32}))
    is_match, printed = by_hand(case)
    assert not is_match
    assert printed.startswith("FAILED network id")


def test_the_page_names_every_check() -> None:
    """A check that the page does not explain would be a riddle."""
    page = PAGE.read_text()
    assert all(f"\n| {name} |" in page for name in TITLES)


PROOFS = {
    ProofKind.RECEIPT: "receipt (`.receipt.json`)",
    ProofKind.STATEMENT: "transparent statement of another service",
    ProofKind.COSE_RECEIPT: "COSE receipt",
    ProofKind.CHECKPOINT: "checkpoint",
    ProofKind.LOG_PROOF: "log proof",
    ProofKind.TIME_STAMP: "time-stamp",
    ProofKind.PACKAGE: "evidence package",
    ProofKind.CONTAINER: "container",
    ProofKind.CUSTODY: "chain of custody",
    ProofKind.SIGNATURE: "electronic signature",
    ProofKind.EXTRACT: "extract",
    ProofKind.CASE: "case file",
    ProofKind.PDF: "certificate",
}


def test_every_kind_of_proof_has_a_row_on_the_page() -> None:
    """What `tally verify` takes is what the auditor's page lists."""
    assert PROOFS.keys() == set(ProofKind)
    table = PAGE.read_text().partition("| proof | told by |")[2].partition("\n\n")[0]
    assert [words for words in PROOFS.values() if f"\n| {words}" not in table] == []
