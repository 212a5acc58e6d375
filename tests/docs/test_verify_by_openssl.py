# SPDX-License-Identifier: Apache-2.0
"""INV-1: certificate and case bundle are verified by a machine that has nothing of ours.

The commands of docs/auditor/verify-offline.md run as they are printed, in an environment whose
path holds the named programs only: no Python, no package of ours, no settings.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import pytest

from tallystick.client import Extract
from tallystick.encoding import parse_json
from tallystick.interchange.packages import Exhibit, make_package
from tallystick.model import LogProof, Receipt
from tests.unit.client.mock_node import MockNode
from tests.unit.client.test_certificates import certificate, extract_of, publish
from tests.unit.client.world import DOCUMENT, make_world
from tests.unit.interchange.exhibits import FACTS
from tests.unit.interchange.zips import unpacked, zipped

PAGE: Final = Path(__file__).parents[2] / "docs" / "auditor" / "verify-offline.md"
SHELL: Final = (
    *("sh", "openssl", "grep", "sed"),
    *(
        "base64",
        "basenc",
        "cat",
        "cut",
        "date",
        "mktemp",
        "od",
        "rm",
        "seq",
        "sha256sum",
        "tr",
        "wc",
    ),
)
OTHERS: Final = {"a certificate": ("pdfsig", "pdfdetach"), "a case bundle": ("unzip",)}


@dataclass(frozen=True)
class Machine:
    """A folder of files, and a folder of the only programs that there are."""

    folder: Path
    programs: Path

    def follow(self, title: str) -> tuple[bool, str]:
        """Run the page's commands; return whether all went well and the last said so."""
        said = ""
        for command in commands(title):
            done = subprocess.run(
                ["/usr/bin/env", "-i", f"PATH={self.programs}", "sh", "-c", command],
                cwd=self.folder,
                capture_output=True,
                text=True,
                check=False,
            )
            said += done.stdout + done.stderr
            if done.returncode:
                return False, said
        return said.endswith("\nMATCH\n"), said


def block(kind: str, title: str) -> str:
    """Return a block of the page."""
    found = re.search(rf'```{kind} title="{title}"\n(.*?)```', PAGE.read_text(), re.DOTALL)
    assert found is not None
    return found[1]


def commands(title: str) -> list[str]:
    """Return the commands that the page gives."""
    return [line.removeprefix("$ ") for line in block("console", title).splitlines()]


@pytest.fixture
def machine(tmp_path: Path, request: pytest.FixtureRequest) -> Machine:
    """Return a machine with the programs for one kind of file, and the page's program."""
    programs, folder = tmp_path / "programs", tmp_path / "files"
    programs.mkdir()
    folder.mkdir()
    title = str(request.cls.title)
    for name in (*SHELL, *OTHERS.get(title, ())):
        there = shutil.which(name)
        if there is None and os.environ.get("CI") == "true":
            pytest.fail(f"{name} is not on this machine: scripts/install_pdf_readers.sh")
        if there is None:
            pytest.skip(f"{name} is not on this machine")
        (programs / name).symlink_to(there)
    (folder / "verify_by_openssl.sh").write_text(block("sh", "verify_by_openssl.sh"))
    return Machine(folder, programs)


@dataclass(frozen=True)
class Proven:
    """A ledger with a document, its receipt, and that of another."""

    node: MockNode
    receipt: Receipt
    other: Receipt


@pytest.fixture
def proven() -> Proven:
    """Return a ledger with the record of a seal."""
    world, index = make_world()
    node = MockNode(world)
    publish(node)
    return Proven(node, world.receipt(index), world.receipt(0))


def lies(proven: Proven) -> Mapping[str, Receipt]:
    """Return receipts with one part of another genuine one."""
    mine, other, world = proven.receipt, proven.other, proven.node.world
    older = world.receipt(3, 4)
    return {
        "transaction": replace(mine, transaction=other.transaction),
        "entry": replace(mine, entry=other.entry),
        "path": replace(mine, log_receipt=other.log_receipt),
        "size": replace(mine, log_receipt=older.log_receipt),
        "checkpoint": replace(mine, checkpoint=older.checkpoint),
        "root": replace(mine, checkpoint=mine.checkpoint.replace("height 8", "height 9")),
    }


LIES: Final = ("transaction", "entry", "path", "size", "checkpoint", "root")


class TestAReceipt:
    """The program by itself."""

    title = "a receipt"

    def put(self, machine: Machine, proven: Proven, receipt: Receipt) -> None:
        """Hand over original, receipt and trust file."""
        (machine.folder / "contract.pdf").write_bytes(DOCUMENT)
        (machine.folder / "contract.pdf.receipt.json").write_text(receipt.to_json())
        proven.node.world.trust.save(machine.folder / "trust.json")

    def test_leads_to_the_root_hash(self, machine: Machine, proven: Proven) -> None:
        """The root is the log's, and every line holds."""
        self.put(machine, proven, proven.receipt)
        is_match, said = machine.follow(self.title)
        assert is_match, said
        assert f"leads to the root {proven.node.world.head().root.hex()}" in said

    @pytest.mark.parametrize("lie", LIES)
    def test_an_altered_one_fails(self, machine: Machine, proven: Proven, lie: str) -> None:
        """Whatever part is exchanged for another genuine one."""
        self.put(machine, proven, lies(proven)[lie])
        is_match, said = machine.follow(self.title)
        assert (is_match, "FAILED" in said) == (False, True), said

    def test_a_refused_transaction_fails(self, machine: Machine, proven: Proven) -> None:
        """In the log with its code, and carried out it was not."""
        world = proven.node.world
        index = world.commit(world.sign({"a": 1}), code="E_DUP")
        self.put(machine, proven, world.receipt(index))
        assert "FAILED transaction was carried out" in machine.follow(self.title)[1]

    def test_another_original_or_trust_file_fails(self, machine: Machine, proven: Proven) -> None:
        """The file's hash is what was signed; the network is the founding document's."""
        self.put(machine, proven, proven.receipt)
        (machine.folder / "contract.pdf").write_bytes(DOCUMENT + b".")
        assert "FAILED the original's hash" in machine.follow(self.title)[1]
        self.put(machine, proven, proven.receipt)
        trust = (machine.folder / "trust.json").read_text()
        (machine.folder / "trust.json").write_text(re.sub(r"demo\.[0-9a-f]", "demo.x", trust))
        assert "FAILED network id" in machine.follow(self.title)[1]


class TestACertificate:
    """A PDF, taken apart by poppler."""

    title = "a certificate"

    def put(self, machine: Machine, proven: Proven, receipt: Receipt) -> None:
        """Hand over a certificate of the document's deposit."""
        extract: Extract = replace(extract_of(proven.node), receipts=(plain(receipt),))
        data = certificate(proven.node, extract=extract)
        (machine.folder / "certificate.pdf").write_bytes(data)
        (machine.folder / "contract.pdf").write_bytes(DOCUMENT)
        proven.node.world.trust.save(machine.folder / "trust.json")

    def test_leads_to_the_root_hash(self, machine: Machine, proven: Proven) -> None:
        """Seal, attachment, digest, and every receipt in it."""
        self.put(machine, proven, proven.receipt)
        is_match, said = machine.follow(self.title)
        assert is_match, said
        assert f"leads to the root {proven.node.world.head().root.hex()}" in said
        extract = (machine.folder / "extract.json").read_bytes()
        assert hashlib.sha256(extract).hexdigest() in said

    def test_an_edited_one_fails(self, machine: Machine, proven: Proven) -> None:
        """One byte of the page after sealing."""
        self.put(machine, proven, proven.receipt)
        path = machine.folder / "certificate.pdf"
        path.write_bytes(path.read_bytes().replace(b"/Lang", b"/Lanf", 1))
        assert not machine.follow(self.title)[0]

    def test_one_sealed_over_altered_proofs_fails(self, machine: Machine, proven: Proven) -> None:
        """A good seal does not make a wrong receipt right."""
        self.put(machine, proven, lies(proven)["entry"])
        is_match, said = machine.follow(self.title)
        assert (is_match, "FAILED entry is about" in said) == (False, True), said


class TestACaseBundle:
    """A bag of originals and proofs."""

    title = "a case bundle"

    def put(self, machine: Machine, proven: Proven, receipt: Receipt) -> None:
        """Hand over a bundle with the document."""
        made = Exhibit(
            id="EV-2026-000001",
            name="合同.pdf",
            content=[DOCUMENT],
            sha256=hashlib.sha256(DOCUMENT).hexdigest(),
            size=len(DOCUMENT),
            facts={"title": "合同"},
            receipt=receipt.to_json().encode(),
            statement=receipt.statement(),
            log_proof=LogProof.of_receipt(proven.receipt).to_text().encode(),
        )
        (machine.folder / "bundle.zip").write_bytes(make_package([made], FACTS))
        proven.node.world.trust.save(machine.folder / "trust.json")

    def test_leads_to_the_root_hash(self, machine: Machine, proven: Proven) -> None:
        """The bag whole, and the original by its receipt."""
        self.put(machine, proven, proven.receipt)
        is_match, said = machine.follow(self.title)
        assert is_match, said
        assert f"leads to the root {proven.node.world.head().root.hex()}" in said

    @pytest.mark.parametrize("part", ["合同.pdf", "receipt.json", "manifest-sha256.txt"])
    def test_an_altered_one_fails(self, machine: Machine, proven: Proven, part: str) -> None:
        """Original, proof or list: a manifest notices."""
        self.put(machine, proven, proven.receipt)
        path = machine.folder / "bundle.zip"
        files = unpacked(path.read_bytes())
        name = next(one for one in files if one.split("/")[-1] == part)
        path.write_bytes(zipped({**files, name: files[name] + b"."}))
        assert not machine.follow(self.title)[0]

    def test_one_packed_again_with_altered_proofs_fails(
        self, machine: Machine, proven: Proven
    ) -> None:
        """Manifests can be made by anybody; signatures of the log cannot."""
        self.put(machine, proven, lies(proven)["path"])
        is_match, said = machine.follow(self.title)
        assert (is_match, "FAILED" in said) == (False, True), said


def plain(receipt: Receipt) -> dict[str, Any]:
    """Return a receipt as an extract holds it."""
    found = parse_json(receipt.to_json())
    assert isinstance(found, dict)
    return found
