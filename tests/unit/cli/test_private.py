# SPDX-License-Identifier: Apache-2.0
"""`tally private`: from a key to a file that was opened, and to one that nobody opens any more."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tallystick.client import KeyStore, SealingKeyStore
from tallystick.crypto import SealingKey
from tallystick.errors import FileProblem, NotFound, UsageError
from tallystick.node import NodeConfig, create_network
from tests.factories import BANK, COURT, LOG_KEY
from tests.serving import served_node
from tests.unit.cli.conftest import Tally
from tests.vault import AUDITOR, AUDITOR_ID, BANK_ID, CONTRACTS, GENESIS, OWNER_ID

WHERE = ("--contract", "vault", "--part", "secrets")
CLEAR = b"sales,2026\n"


@pytest.fixture
def vault(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Serve a node of the vault, and keep everybody's keys here."""
    assert home.exists()
    create_network(tmp_path / "node", GENESIS, LOG_KEY)
    for name, identity in (("owner", OWNER_ID), ("bank", BANK_ID), ("auditor", AUDITOR_ID)):
        KeyStore().save(name, identity)
    config = NodeConfig(data=tmp_path / "node", workers=False, contracts=CONTRACTS)
    with served_node(config) as served:
        monkeypatch.setenv("TALLY_URL", served.url)
        yield tmp_path / "node"


@pytest.fixture
def sealed(tally: Tally, vault: Path, tmp_path: Path) -> Path:
    """Make and publish keys of owner and bank, seal a file, declare it; return the package."""
    assert vault.is_dir()
    for who, code in (("owner", COURT), ("bank", BANK)):
        assert tally("private", "keygen", "--organization", code).code == 0
        assert tally("private", "publish", "--as", who).code == 0
    clear, package = tmp_path / "sales.csv", tmp_path / "P-1.sealed"
    clear.write_bytes(CLEAR)
    words = ("private", "seal", clear, "--record", "P-1", "--to", BANK, "--out", package)
    made = tally(*words, "--as", "owner", "--json")
    assert made.code == 0, made.out
    stated = {name: made.json[name] for name in ("ciphertext", "plaintext", "size")}
    args = {"record": "P-1", "sealed": stated, "recipients": [BANK]}
    declare = ("contract", "call", "vault", "declare", "--args", json.dumps(args))
    declared = tally(*declare, "--as", "owner")
    assert declared.code == 0, declared.err
    assert tally("private", "put", package, "P-1", *WHERE, "--as", "owner").code == 0
    return package


def test_a_recipient_opens_what_was_sealed_for_it(
    tally: Tally, sealed: Path, tmp_path: Path
) -> None:
    """Byte for byte, in a file for this user only; a file that exists is left alone."""
    out = tmp_path / "opened.csv"
    got = tally("private", "get", "P-1", *WHERE, "--out", out, "--as", "bank", "--json")
    assert (got.code, got.json["size"]) == (0, len(CLEAR))
    assert out.read_bytes() == CLEAR
    assert out.stat().st_mode & 0o077 == 0
    again = tally("private", "get", "P-1", *WHERE, "--out", out, "--as", "bank", "--json")
    assert again.json["error"]["code"] == "E_FILE"
    assert CLEAR not in sealed.read_bytes()


def test_who_is_no_recipient_is_told_so(tally: Tally, sealed: Path, tmp_path: Path) -> None:
    """With the exit code of permissions; the file is not made."""
    assert sealed.exists()
    assert tally("private", "keygen", "--organization", AUDITOR).code == 0
    out = tmp_path / "x"
    got = tally("private", "get", "P-1", *WHERE, "--out", out, "--as", "auditor", "--json")
    assert (got.code, got.json["error"]["code"]) == (4, "E_ROLE")
    assert not out.exists()


def test_a_record_can_be_taken_away_sealed_for_other_tools(
    tally: Tally, sealed: Path, tmp_path: Path
) -> None:
    """The sealed bytes, and beside them the wrap."""
    assert sealed.exists()
    out = tmp_path / "P-1.age"
    got = tally("private", "get", "P-1", *WHERE, "--sealed", "--out", out, "--as", "bank")
    assert got.code == 0
    assert "age -d" in got.err
    head = b"age-encryption.org/v1"
    assert out.read_bytes().startswith(head)
    assert Path(f"{out}.wrap").read_bytes().startswith(head)


def test_a_later_recipient_opens_it_and_after_erasure_nobody_does(
    tally: Tally, sealed: Path, tmp_path: Path
) -> None:
    """Each step by its command, in both languages."""
    assert sealed.exists()
    assert tally("private", "keygen", "--organization", AUDITOR).code == 0
    assert tally("private", "publish", "--as", "auditor").code == 0
    args = json.dumps({"record": "P-1", "recipient": AUDITOR})
    assert tally("contract", "call", "vault", "add", "--args", args, "--as", "owner").code == 0
    package = tmp_path / "for-auditor"
    words = ("private", "share", "P-1", AUDITOR, *WHERE, "--out", package, "--as", "owner")
    assert tally(*words).code == 0
    assert package.exists()
    out = ("--out", tmp_path / "audited.csv", "--as", "auditor")
    assert tally("private", "get", "P-1", *WHERE, *out).code == 0
    assert AUDITOR in tally("private", "show", "P-1", *WHERE, "--lang", "zh").out
    erase = ("contract", "call", "vault", "erase", "--args", '{"record": "P-1"}')
    assert tally(*erase, "--as", "owner").code == 0
    late = ("--out", tmp_path / "late.csv", "--as", "auditor", "--json")
    gone = tally("private", "get", "P-1", *WHERE, *late)
    assert (gone.code, gone.json["error"]["code"]) == (3, "E_ERASED")
    shown = tally("private", "show", "P-1", *WHERE, "--json").json
    assert shown["erased_by"] == f"{COURT}/clerk"


def test_publishing_asks_which_of_several_keys_is_meant(tally: Tally, sealed: Path) -> None:
    """And takes one that is named, if its checksum is right."""
    assert sealed.exists()
    newer = tally("private", "keygen", "--organization", BANK, "--json").json["public_key"]
    several = tally("private", "publish", "--as", "bank", "--json")
    assert (several.code, several.json["error"]["code"]) == (2, "E_USAGE")
    wrong = tally("private", "publish", newer[:-1] + "b", "--as", "bank", "--json")
    assert wrong.json["error"]["code"] == "E_FORMAT"
    assert tally("private", "publish", newer, "--as", "bank").code == 0


@pytest.mark.usefixtures("vault")
def test_a_file_that_is_not_there_is_told_before_anything_else(
    tally: Tally, tmp_path: Path
) -> None:
    """Nothing is sealed."""
    words = ("private", "seal", tmp_path / "none", "--record", "P", "--out", tmp_path / "o")
    assert tally(*words, "--as", "owner", "--json").json["error"]["code"] == "E_FILE"


def test_a_file_can_come_by_standard_input(
    tally: Tally, sealed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that it need not lie on a disk."""
    assert sealed.exists()
    source = tmp_path / "stdin"
    source.write_bytes(CLEAR)
    with source.open("r") as stream:
        monkeypatch.setattr("sys.stdin", stream)
        words = ("private", "seal", "-", "--record", "P-2", "--out", tmp_path / "P-2")
        assert tally(*words, "--as", "owner").code == 0


def test_sealing_keys_are_kept_as_carefully_as_others(tmp_path: Path) -> None:
    """Missing, readable by others, damaged: each is told, and no secret is in the message."""
    store = SealingKeyStore(tmp_path / "sealing")
    with pytest.raises(NotFound, match=BANK):
        store.load(BANK)
    key, path = store.create(BANK)
    assert [one.public_key for one in store.load(BANK)] == [key.public_key]
    path.chmod(0o644)
    with pytest.raises(FileProblem, match="other users"):
        store.load(BANK)
    path.chmod(0o600)
    path.write_text("# nothing\n")
    with pytest.raises(FileProblem, match="not a sealing key"):
        store.load(BANK)
    path.write_text(SealingKey.generate().text[:-4])
    with pytest.raises(FileProblem) as caught:
        store.load(BANK)
    assert "AGE-SECRET" not in str(caught.value)


def test_sealing_keys_can_be_under_a_passphrase(
    tally: Tally, sealed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without it nothing opens, with it everything does, and the secret is in no file."""
    assert sealed.exists()
    right, wrong = tmp_path / "right", tmp_path / "wrong"
    right.write_text("correct horse\n")
    wrong.write_text("battery staple\n")
    of_bank = ("--organization", BANK, "--sealing-passphrase-file")
    done = tally("private", "protect", *of_bank, right, "--json")
    assert (done.code, len(done.json["paths"])) == (0, 1)
    assert b"AGE-SECRET" not in Path(done.json["paths"][0]).read_bytes()
    assert tally("private", "protect", *of_bank, wrong, "--json").json["paths"] == []
    get = ("private", "get", "P-1", *WHERE, "--as", "bank", "--json", "--out")
    asked = tally(*get, tmp_path / "1", "--no-input")
    assert asked.json["error"]["field"] == "--sealing-passphrase-file"
    refused = tally(*get, tmp_path / "1", "--sealing-passphrase-file", wrong)
    assert refused.json["error"]["code"] == "E_PASSPHRASE"
    assert tally("private", "unprotect", *of_bank, wrong, "--json").code != 0
    monkeypatch.setenv("TALLY_SEALING_PASSPHRASE", "correct horse")
    assert tally(*get, tmp_path / "1").code == 0
    assert (tmp_path / "1").read_bytes() == CLEAR
    assert len(tally("private", "unprotect", *of_bank, right, "--json").json["paths"]) == 1
    assert SealingKeyStore().load(BANK)


def test_a_new_sealing_key_can_have_a_passphrase_from_the_start(
    tally: Tally, home: Path, tmp_path: Path
) -> None:
    """No moment with an open file; an empty passphrase makes none; nobody to ask is told."""
    assert home.exists()
    words = ("private", "keygen", "--organization", BANK, "--encrypt", "--json")
    (tmp_path / "empty").write_text("\n")
    assert tally(*words, "--sealing-passphrase-file", tmp_path / "empty").code != 0
    assert SealingKeyStore().paths(BANK) == []
    (tmp_path / "right").write_text("correct horse\n")
    made = tally(*words, "--sealing-passphrase-file", tmp_path / "right")
    assert made.json["encrypted"] is True
    with pytest.raises(UsageError, match="under a passphrase"):
        SealingKeyStore().load(BANK)
    kept = SealingKeyStore().load(BANK, passphrase=lambda: "correct horse")
    assert [one.public_key for one in kept] == [made.json["public_key"]]
    with pytest.raises(UsageError, match="empty"):
        SealingKeyStore(tmp_path / "other").create(BANK, passphrase="")
