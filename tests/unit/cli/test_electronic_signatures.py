# SPDX-License-Identifier: Apache-2.0
"""JUD, third method: an electronic signature beside a file is deposited, packed, and verified."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from tallystick.cli.founding import found_own
from tallystick.node import NodeConfig
from tests.electronic_signatures import ROOT, cms_over, pem, person
from tests.serving import served_node
from tests.transparency import ISSUER, SERVICE, ed, enveloped, p256, services_file, statement
from tests.unit.cli.conftest import Outcome, Tally
from tests.unit.cli.installing import EVIDENCE, SEALS, installed_contracts
from tests.unit.interchange.zips import unpacked, zipped

CODE = "91110108MADEM0038D"
AS = ("--as", "ledger-administrator")
CONTENT = b"a contract of two parties"
SIGNER = person()


@dataclass(frozen=True)
class Court:
    """What somebody has who was only handed files: no node, no receipt, no key."""

    tally: Tally
    folder: Path
    trust: Path

    @property
    def file(self) -> Path:
        """The original."""
        return self.folder / "contract.txt"

    @property
    def signature(self) -> Path:
        """The detached signature beside it."""
        return self.folder / "contract.txt.p7s"

    def verify(self, *more: object, receipt: str = "certificate.pdf") -> Outcome:
        """Verify the file with its certificate alone."""
        asked = ("verify", self.file, "--receipt", self.folder / receipt, "--offline")
        return self.tally(*asked, "--trust", self.trust, *more, "--json")

    def believing(self, *more: object) -> Outcome:
        """Verify likewise, believing the signer's authority."""
        return self.verify("--signers", self.folder / "root.pem", *more)


@pytest.fixture(scope="module")
def handed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder that is filled once: original, signature, certificate, extract, package."""
    return tmp_path_factory.mktemp("handed")


@pytest.fixture
def court(
    tmp_path: Path, home: Path, tally: Tally, monkeypatch: pytest.MonkeyPatch, handed: Path
) -> Court:
    """Hand over copies of what a depositor made at a real node, which is gone by then."""
    assert home.exists()
    if not (handed / "trust.json").exists():
        _deposit(tally, tmp_path / "node", handed, monkeypatch)
    monkeypatch.delenv("TALLY_URL", raising=False)
    folder = tmp_path / "court"
    shutil.copytree(handed, folder)
    return Court(tally, folder, folder / "trust.json")


def _deposit(tally: Tally, node: Path, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with installed_contracts(EVIDENCE, SEALS):
        found_own(node, network="ledger", organization=CODE, name="示范法院")
    with served_node(NodeConfig(data=node, workers=False)) as served:
        monkeypatch.setenv("TALLY_URL", served.url)
        (out / "contract.txt").write_bytes(CONTENT)
        (out / "contract.txt.p7s").write_bytes(cms_over(CONTENT, SIGNER))
        (out / "root.pem").write_bytes(pem(ROOT))
        told = tally("evidence", "deposit", out / "contract.txt", *AS, "--lang", "en")
        assert (told.code, "electronic signature" in told.err) == (0, True), told.err
        made = ("--organization", CODE, "--name", "示范法院", "--no-passphrase")
        assert tally("seal", "create", *made).code == 0
        assert tally("seal", "publish", *AS).code == 0
        certificate = ("evidence", "certificate", "EV-2026-000001", "--out")
        assert tally(*certificate, out / "certificate.pdf").code == 0
        export = ("evidence", "export", "deposit", "EV-2026-000001", "--out")
        assert tally(*export, out / "deposit.extract.json").code == 0
        package = ("evidence", "package", "EV-2026-000001", "--files", out, "--out")
        assert tally(*package, out / "bag.zip").code == 0
        (out / "contract.txt.receipt.json").rename(out / "receipt.json")
    shutil.copy(node / "trust.json", out / "trust.json")


def lines(told: Outcome) -> dict[str, str]:
    """Return how each check of the first checklist ended."""
    return {one["name"]: one["result"] for one in told.json["results"][0]["checks"]}


def said(told: Outcome, name: str) -> str:
    """Return what a line says in English."""
    (found,) = (one for one in told.json["results"][0]["checks"] if one["name"] == name)
    return str(found["evidence"]["en"])


SIGNED = ("signature_deposited", "electronic_signature", "electronic_signer")


@pytest.mark.parametrize("receipt", ["certificate.pdf", "deposit.extract.json", "receipt.json"])
def test_file_signature_and_certificate_are_all_that_is_needed(court: Court, receipt: str) -> None:
    """The third method verifies offline, says who signed, and that it is the one deposited."""
    told = court.verify("--signers", court.folder / "root.pem", receipt=receipt)
    assert told.code == 0, told.out
    assert {name: lines(told)[name] for name in SIGNED} == dict.fromkeys(SIGNED, "passed")
    assert lines(told)["file"] == "passed"
    who = said(told, "electronic_signer")
    assert ("Wang Fang" in who, "Example Root CA" in who) == (True, True), who


def test_a_certificate_beside_the_file_is_found_by_its_name(court: Court) -> None:
    """NAME.certificate.pdf, as a package has it: nothing has to be named."""
    (court.folder / "certificate.pdf").rename(court.folder / "contract.txt.certificate.pdf")
    asked = ("verify", court.file, "--offline", "--trust", court.trust)
    told = court.tally(*asked, "--signers", court.folder / "root.pem", "--json")
    assert (told.code, lines(told)["electronic_signature"]) == (0, "passed"), told.out


def test_a_signer_whom_nobody_believes_leaves_it_partly_checked(court: Court) -> None:
    """The signature holds; that it is this person's, only a certificate that is believed says."""
    told = court.verify()
    assert told.json["results"][0]["result"] == "partly checked"
    assert lines(told)["electronic_signature"] == "passed"
    assert lines(told)["electronic_signer"] == "skipped"
    (court.folder / "other.pem").write_bytes(pem(person("Zhang San")))
    assert lines(court.verify("--signers", court.folder / "other.pem")) == lines(told)


def test_another_file_another_signature_and_another_signer_are_no_match(court: Court) -> None:
    """JUD-2: file, signature, or both exchanged; also for one that holds and is not deposited."""
    court.file.write_bytes(CONTENT + b".")
    told = court.believing()
    assert (told.code, lines(told)["file"]) == (6, "failed")
    court.file.write_bytes(CONTENT)
    court.signature.write_bytes(cms_over(CONTENT + b".", SIGNER))
    told = court.believing()
    assert (told.code, lines(told)["electronic_signature"]) == (6, "failed")
    court.signature.write_bytes(cms_over(CONTENT, person("Li Si")))
    told = court.believing()
    assert told.code == 6
    assert lines(told)["signature_deposited"] == "failed"
    assert lines(told)["electronic_signature"] == "passed", "it holds, and is another one"
    court.signature.write_bytes(b"no signature")
    assert court.believing().code == 6


def test_a_signature_that_was_deposited_and_is_not_here_is_said(court: Court) -> None:
    """The file matches by its hash; the second method is named with its digest."""
    court.signature.unlink()
    told = court.believing()
    assert told.code == 0
    assert "not beside" in said(told, "electronic_signature")


def test_a_package_carries_the_signature_and_another_one_in_it_is_refused(court: Court) -> None:
    """In the verification of the bag it has a checklist of its own."""
    bag = court.folder / "bag.zip"
    asked = ("verify", bag, "--trust", court.trust, "--signers", court.folder / "root.pem")
    results = {one["name"]: one for one in court.tally(*asked, "--json").json["results"]}
    name = "evidence/EV-2026-000001/signature.p7s"
    assert results[name]["result"] == "match"
    files = unpacked(bag.read_bytes())
    bag.write_bytes(zipped({**files, name: cms_over(CONTENT, person("Li Si"))}))
    assert court.tally(*asked).code == 6


def test_a_signature_alone_is_checked_over_the_file_beside_it(court: Court) -> None:
    """`tally verify NAME.p7s`; without the file it says so, and with another it fails."""
    asked = ("verify", court.signature, "--signers", court.folder / "root.pem", "--json")
    told = court.tally(*asked)
    assert (told.code, sorted(lines(told).values())) == (0, ["passed", "passed"])
    court.file.rename(court.folder / "elsewhere.txt")
    assert court.tally(*asked).json["results"][0]["result"] == "partly checked"
    court.file.write_bytes(b"another")
    assert court.tally(*asked).code == 6


@pytest.mark.parametrize("detached", [True, False], ids=["detached", "digest"])
def test_a_cose_statement_is_a_signature_too(court: Court, *, detached: bool) -> None:
    """By the key of an issuer whom --services names; it is not the deposited one, and says so."""
    court.signature.unlink()
    cose = court.folder / "contract.txt.cose"
    services = court.folder / "services.json"
    services.write_bytes(services_file([(SERVICE, ed())], [(ISSUER, p256())]))

    def found(content: bytes) -> set[str]:
        digest = hashlib.sha256(content).digest()
        made = statement(p256(), content, detached=True) if detached else enveloped(p256(), digest)
        cose.write_bytes(made)
        told = lines(court.verify("--services", services))
        assert told["signature_deposited"] == "failed"
        return {told[name] for name in ("electronic_signature", "electronic_signer")}

    assert found(CONTENT) == {"passed"}
    assert "failed" in found(b"another")


def test_what_is_over_another_file_is_not_put_on_record(
    running: object, tally: Tally, tmp_path: Path
) -> None:
    """Nor a file that is no signature: the deposit is refused, and nothing is sent."""
    assert running is not None
    file = tmp_path / "a.txt"
    file.write_bytes(CONTENT)
    beside = tmp_path / "a.txt.p7s"
    for data in (cms_over(b"another", SIGNER), b"none"):
        beside.write_bytes(data)
        told = tally("evidence", "deposit", file, "--json")
        assert told.json["error"]["code"] == "E_SIG", told.out
    assert not (tmp_path / "a.txt.receipt.json").exists()
