# SPDX-License-Identifier: Apache-2.0
"""`tally seal` and certificates: from a key to a paper that a court checks without a node."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tallystick.cli.console_certificates import SETTINGS_FILE, certificates_of
from tallystick.cli.demo.names import KEYS_FOLDER, SEALS_FOLDER
from tallystick.cli.founding import found_own
from tallystick.cli.proof_checks import CHECKS
from tallystick.client import ProofKind, read_extract, tally_home
from tallystick.errors import DataFolderProblem, WrongPassphrase
from tallystick.interchange.certificates import (
    CERTIFICATE_FILE,
    EXTRACT_FILE,
    attached_files,
    link_of,
    read_sealed,
)
from tallystick.model import parse_checkpoint
from tallystick.node import NodeConfig
from tests.serving import served_node
from tests.unit.cli.conftest import Outcome, Tally
from tests.unit.cli.installing import EVIDENCE, SEALS, installed_contracts

CODE = "91110108MADEM0038D"
AS = ("--as", "ledger-administrator")
DEPOSIT = "EV-2026-000001"


@pytest.fixture
def node(
    tmp_path: Path, home: Path, tally: Tally, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    """Serve a node of one organisation with a deposit; return its trust file."""
    assert home.exists()
    folder = tmp_path / "node"
    with installed_contracts(EVIDENCE, SEALS):
        found_own(folder, network="ledger", organization=CODE, name="示范法院")
    with served_node(NodeConfig(data=folder, workers=False)) as served:
        monkeypatch.setenv("TALLY_URL", served.url)
        file = tmp_path / "contract.txt"
        file.write_text("contract")
        assert tally("evidence", "deposit", file, "--title", "合同", *AS).code == 0
        yield folder / "trust.json"


@pytest.fixture
def sealed(node: Path, tally: Tally, tmp_path: Path) -> Path:
    """Make and publish a seal under a passphrase; return the passphrase's file."""
    assert node.exists()
    words = tmp_path / "pass.txt"
    words.write_text("sesame\n")
    made = tally(
        *("seal", "create", "--organization", CODE, "--name", "示范法院"),
        *("--passphrase-file", words, "--json"),
    )
    assert made.code == 0, made.err
    assert Path(made.json["path"]).stat().st_mode & 0o077 == 0
    done = tally("seal", "publish", "--seal-passphrase-file", words, *AS, "--json")
    assert (done.code, done.json["fingerprint"]) == (0, made.json["fingerprint"])
    return words


def test_a_deposit_s_certificate_is_a_match_without_a_node(
    tally: Tally, node: Path, sealed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """JUD-2: with its proof beside it; one byte changed and it is refused."""
    out = tmp_path / "deposit.pdf"
    made = tally(
        *("evidence", "certificate", DEPOSIT, "--out", out),
        *("--seal-passphrase-file", sealed, "--portal", "https://ledger.example", "--json"),
    )
    assert made.code == 0, made.err
    monkeypatch.delenv("TALLY_URL")
    told = tally("verify", out, "--trust", node, "--lang", "en")
    assert (told.code, "MATCH" in told.out) == (0, True), told.out
    proof = Path(made.json["proof"])
    assert tally("extract", "verify", proof, "--trust", node).code == 0
    data = bytearray(out.read_bytes())
    data[3000] ^= 1
    out.write_bytes(data)
    told = tally("verify", out, "--trust", node, "--lang", "en")
    assert (told.code, "NO MATCH" in told.out) == (6, True)


def test_the_register_s_name_stands_on_certificate_and_extract(
    tally: Tally, node: Path, sealed: Path, tmp_path: Path
) -> None:
    """Proven from a real ledger; without a node `tally extract verify` names the organisation."""
    out, plain = tmp_path / "deposit.pdf", tmp_path / "deposit.extract.json"
    asked = ("evidence", "certificate", DEPOSIT, "--out", out)
    assert tally(*asked, "--seal-passphrase-file", sealed).code == 0
    assert tally("evidence", "export", "deposit", DEPOSIT, "--out", plain).code == 0
    inside = read_extract(read_sealed(out.read_bytes()).files[EXTRACT_FILE])
    for extract in (inside, read_extract(plain.read_bytes())):
        assert extract.names[CODE].zh == "示范法院"
    told = tally("extract", "verify", plain, "--trust", node)
    assert told.code == 0
    assert f"示范法院 示范法院 ({CODE})" in told.out
    assert tally("verify", out, "--offline", "--trust", node).code == 0


def test_every_extract_can_be_a_certificate_by_its_name_or_by_the_option(
    tally: Tally, node: Path, sealed: Path, tmp_path: Path
) -> None:
    """What is no extract cannot; the same name can still be the JSON file."""
    words = ("--seal-passphrase-file", sealed, "--seal-of", CODE)
    by_name, by_option = tmp_path / "a.pdf", tmp_path / "b"
    assert tally("evidence", "export", "deposit", DEPOSIT, "-o", by_name, *words).code == 0
    more = ("--format", "pdf")
    assert tally("evidence", "export", "deposit", DEPOSIT, "-o", by_option, *words, *more).code == 0
    assert by_option.read_bytes()[:5] == by_name.read_bytes()[:5] == b"%PDF-"
    json_file = tmp_path / "c.pdf"
    told = tally("evidence", "export", "deposit", DEPOSIT, "-o", json_file, "--format", "file")
    assert (told.code, json_file.read_bytes()[:1]) == (0, b"{")
    assert tally("charity", "export", "audit", "CP-1", "-o", tmp_path / "d.pdf").code == 2
    assert tally("verify", by_name, "--trust", node).code == 0


def test_a_wrong_passphrase_and_a_seal_that_is_not_in_force_make_nothing(
    tally: Tally, node: Path, sealed: Path, tmp_path: Path
) -> None:
    """Nor does a seal of nobody, nor one that was revoked."""
    assert node.exists()
    out, wrong = tmp_path / "x.pdf", tmp_path / "wrong.txt"
    wrong.write_text("other\n")
    make = ("evidence", "certificate", DEPOSIT, "--out", out, "--seal-passphrase-file")
    assert tally(*make, wrong, "--json").json["error"]["code"] == "E_PASSPHRASE"
    assert tally("seal", "revoke", "1", "--reason", "lost", *AS).code == 0
    assert tally(*make, sealed, "--json").json["error"]["code"] == "E_MISSING"
    assert tally("seal", "show", CODE, "--json").json["error"]["code"] == "E_MISSING"
    again = tally("seal", "publish", "--seal-passphrase-file", sealed, *AS, "--json")
    assert again.json["error"]["code"] == "E_DUP"
    assert not out.exists()


def test_the_seal_in_force_is_shown(tally: Tally, node: Path, sealed: Path) -> None:
    """Name, fingerprint, since when, until when."""
    assert node.exists()
    assert sealed.exists()
    shown = tally("seal", "show", CODE, "--json").json
    assert (shown["name"], shown["version"]) == ("示范法院", 1)
    assert len(shown["fingerprint"]) == 64


def test_without_a_seal_there_is_no_certificate(tally: Tally, node: Path, tmp_path: Path) -> None:
    """Said with what to do; a seal without a passphrase can be made, and is not yet in force."""
    assert node.exists()
    out = tmp_path / "x.pdf"
    told = tally("evidence", "certificate", DEPOSIT, "--out", out, "--json")
    assert told.json["error"]["code"] == "E_NOT_FOUND"
    words = ("--organization", CODE, "--name", "x", "--no-passphrase")
    assert tally("seal", "create", *words).code == 0
    told = tally("evidence", "certificate", DEPOSIT, "--out", out, "--json")
    assert told.json["error"]["code"] == "E_MISSING"
    assert not out.exists()


def test_a_pdf_that_is_no_certificate_is_an_original_like_any_other(
    tally: Tally, node: Path, tmp_path: Path
) -> None:
    """Its deposit is looked for by its hash."""
    assert node.exists()
    assert ProofKind.PDF in CHECKS
    file = tmp_path / "contract.pdf"
    file.write_bytes(b"%PDF-1.7\nour contract\n")
    assert tally("evidence", "deposit", file, "--title", "x", *AS).code == 0
    (tmp_path / "contract.pdf.receipt.json").unlink()
    assert tally("verify", file).code == 0


def link_in(pdf: Path) -> str:
    """Return the text of a certificate's QR code."""
    sealed = read_sealed(pdf.read_bytes())
    extract = read_extract(sealed.files[EXTRACT_FILE])
    head = parse_checkpoint(extract.checkpoint)
    place = {"network": head.origin, "height": head.height}
    said = {name: getattr(extract, name) for name in ("contract", "kind", "subject")}
    return link_of({**place, **said}, extract.facts, None)


def checks(told: Outcome) -> dict[str, str]:
    """Return what became of each check."""
    return {one["name"]: one["result"] for one in told.json["results"][0]["checks"]}


def test_the_text_of_the_code_is_asked_of_the_node_or_held_against_the_file(
    tally: Tally, node: Path, sealed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Same facts then and now; with a portal before it too; another digest is no match."""
    out = tmp_path / "deposit.pdf"
    make = ("evidence", "certificate", DEPOSIT, "--out", out, "--seal-passphrase-file", sealed)
    assert tally(*make).code == 0
    text = link_in(out)
    told = tally("verify", text, "--trust", node, "--json")
    assert told.code == 0, told.out + told.err
    assert checks(told) == {"link": "passed", "facts": "passed", "standing": "passed"}
    told = tally("verify", f"https://ledger.example/verify#{text}", "--trust", node, "--json")
    assert (told.code, told.json["ok"]) == (0, True)
    told = tally("verify", f"https://ledger.example/p/{text}", "--trust", node, "--json")
    assert (told.code, told.json["ok"]) == (0, True)
    other = f"{text[:-64]}{'0' * 64}"
    told = tally("verify", other, "--trust", node, "--json")
    assert (told.code, checks(told)) == (6, {"link": "passed", "facts": "failed"})
    told = tally("verify", text.replace("tallystick:", "tallystick:x"), "--trust", node, "--json")
    assert (told.code, checks(told)) == (6, {"link": "failed"})
    told = tally("verify", text.replace("-000001/", "-000009/"), "--trust", node, "--json")
    assert (told.code, checks(told)["facts"]) == (6, "failed")
    told = tally("verify", text.replace("/deposit/", "/other/"), "--trust", node, "--json")
    assert (told.code, told.json["results"][0]["result"]) == (0, "partly checked")
    assert tally("verify", "tallystick:what", "--trust", node).code == 6
    monkeypatch.delenv("TALLY_URL")
    assert tally("verify", text, "--offline", "--trust", node).code == 2
    for beside in (out, out.with_suffix(".extract.json")):
        told = tally("verify", text, "--receipt", beside, "--trust", node, "--json")
        assert (told.code, told.json["ok"]) == (0, True), told.out
        told = tally("verify", other, "--receipt", beside, "--trust", node, "--json")
        assert (told.code, checks(told)) == (6, {"link": "failed"})


def test_a_node_at_hand_says_whether_a_certificate_s_seal_was_revoked(
    tally: Tally, node: Path, sealed: Path, tmp_path: Path
) -> None:
    """Offline it still holds, as of its block; at the node it is refused."""
    out = tmp_path / "deposit.pdf"
    make = ("evidence", "certificate", DEPOSIT, "--out", out, "--seal-passphrase-file", sealed)
    assert tally(*make).code == 0
    told = tally("verify", out, "--trust", node, "--json")
    assert (told.code, checks(told)["standing"]) == (0, "passed")
    assert tally("seal", "revoke", "1", "--reason", "lost", *AS).code == 0
    told = tally("verify", out, "--trust", node, "--json")
    assert (told.code, checks(told)["standing"]) == (6, "failed")
    assert "standing" not in checks(tally("verify", out, "--trust", node, "--offline", "--json"))


def test_a_seal_with_a_time_stamp_says_when_it_was_set_by_a_clock_that_is_believed(
    tally: Tally, node: Path, sealed: Path, tmp_path: Path
) -> None:
    """PAdES B-T: checked by pinned authorities; without any the rest holds all the same."""
    out = tmp_path / "deposit.pdf"
    make = ("evidence", "certificate", DEPOSIT, "--out", out, "--seal-passphrase-file", sealed)
    assert tally(*make, "--time-stamp", "local").code == 0
    told = tally("verify", out, "--trust", node, "--offline", "--json")
    names = ("time_stamp", "imprint", "authority", "still_valid")
    assert (told.code, {checks(told)[one] for one in names}) == (0, {"passed"})
    assert told.json["ok"]
    next((tally_home() / "time-stamp-authorities").glob("*.pem")).unlink()
    told = tally("verify", out, "--trust", node, "--offline", "--json")
    assert (told.json["ok"], checks(told)["authority"]) == (True, "skipped")
    root = tally_home() / "time-stamp-authority" / "root.pem"
    told = tally("verify", out, "--trust", node, "--offline", "--authorities", root, "--json")
    assert (told.json["ok"], checks(told)["authority"]) == (True, "passed")
    told = tally(*make, "--time-stamp", "http://localhost:9/tsa", "--json")
    assert told.json["error"]["code"] == "E_TIME_AUTHORITY", told.out
    assert tally(*make, "--time-stamp", "ftp://x", "--json").code == 2


def test_a_container_bears_the_seal_and_is_checked_by_the_trust_file(
    tally: Tally, node: Path, sealed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ASiC-E with a signature of its own: whose it is, the record inside proves."""
    out = tmp_path / "a.asice"
    asked = ("evidence", "package", DEPOSIT, "--files", tmp_path / "contract.txt", "--out", out)
    words = ("--form", "asic", "--seal", "--seal-passphrase-file", sealed)
    assert tally(*asked, *words).code == 0
    monkeypatch.delenv("TALLY_URL")
    told = tally("verify", out, "--trust", node, "--json").json["results"][0]
    lines = {one["name"]: one for one in told["checks"]}
    assert (told["result"], CODE in lines["seal"]["evidence"]["en"]) == ("match", True)


def test_the_console_gives_certificates_under_the_seal_that_its_operator_named(
    tally: Tally, node: Path, sealed: Path, tmp_path: Path
) -> None:
    """None before; then a certificate that holds, whose QR code leads to the console's address."""
    folder, url = node.parent, os.environ["TALLY_URL"]
    assert certificates_of(folder, url) is None
    settings = folder / SETTINGS_FILE
    settings.write_text(f'organization = "{CODE}"\npassphrase_file = "{sealed}"\n', "utf-8")
    certificates = certificates_of(folder, url)
    assert certificates is not None
    assert certificates.is_ready()
    out = tmp_path / "deposit.pdf"
    out.write_bytes(certificates.make("evidence", "deposit", DEPOSIT, "https://ledger.example"))
    told = tally("verify", out, "--trust", node, "--lang", "en")
    assert (told.code, "MATCH" in told.out) == (0, True), told.out
    facts = attached_files(out.read_bytes())[CERTIFICATE_FILE]
    assert b'"portal": "https://ledger.example/p/"' in facts
    settings.write_text("", "utf-8")
    closed = certificates_of(folder, url)
    assert closed is not None
    with pytest.raises(WrongPassphrase):
        closed.make("evidence", "deposit", DEPOSIT, "https://ledger.example")


@pytest.mark.parametrize("text", ["seal = 1", "organization =", "organization = 1"])
def test_settings_of_the_consoles_seal_that_say_something_else_are_refused(
    tmp_path: Path, text: str
) -> None:
    """A misspelt word would give certificates under another seal, or none."""
    (tmp_path / SETTINGS_FILE).write_text(text, "utf-8")
    with pytest.raises(DataFolderProblem):
        certificates_of(tmp_path, "http://localhost:1")


def test_a_demonstration_gives_certificates_once_it_has_made_its_seal(tmp_path: Path) -> None:
    """Nobody has to name it."""
    (tmp_path / KEYS_FOLDER).mkdir()
    certificates = certificates_of(tmp_path, "http://localhost:1")
    assert certificates is not None
    assert not certificates.is_ready()
    (tmp_path / SEALS_FOLDER).mkdir()
    (tmp_path / SEALS_FOLDER / "x.p12").touch()
    assert certificates.is_ready()
