# SPDX-License-Identifier: Apache-2.0
"""`tally key`, passphrases, and which key signs."""

from __future__ import annotations

import getpass
import io
import os
import stat
import sys
from pathlib import Path

import pytest

from tallystick.cli.founding import found_demo
from tallystick.cli.identities import choose_key, own_store
from tallystick.cli.runfile import RunFile, RunRecord
from tallystick.cli.secrets import read_passphrase
from tallystick.cli.stage import Stage, set_stage
from tallystick.client import KeyStore
from tallystick.errors import FileProblem, UsageError
from tests.unit.cli.conftest import Tally

CODE = "91110108MADEM0038D"
WHO = ("--organization", CODE, "--member", "wang")


@pytest.fixture
def passphrase(tmp_path: Path) -> Path:
    """Return a file with a passphrase."""
    path = tmp_path / "passphrase"
    path.write_text("correct horse\n", encoding="utf-8")
    return path


def asked(monkeypatch: pytest.MonkeyPatch, *answers: str) -> None:
    """Let a person answer."""
    waiting = list(answers)
    set_stage(Stage(prompts=True))
    monkeypatch.setattr(getpass, "getpass", lambda *_, **__: waiting.pop(0))


def test_a_new_key_shows_its_public_half_only(tally: Tally) -> None:
    """The secret stays in a file that only this user can read."""
    made = tally("key", "create", "mine", *WHO, "--json").json
    path = Path(made["path"])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert made["encrypted"] is False
    (row,) = tally("key", "list", "--json").json
    assert row["public_key"] == made["public_key"]
    assert "seed" not in row


def test_a_taken_name_or_a_wrong_code_is_refused(tally: Tally) -> None:
    """No key is ever replaced."""
    assert tally("key", "create", "mine", *WHO).code == 0
    assert tally("key", "create", "mine", *WHO).code == 1
    wrong = tally("key", "create", "other", "--organization", "X", "--member", "m")
    assert "E_FORMAT" in wrong.err
    assert tally("key", "create", "../up", *WHO).code == 2


def test_a_sealed_key_needs_its_passphrase(tally: Tally, passphrase: Path, tmp_path: Path) -> None:
    """From a file, because nobody is there to be asked."""
    made = tally("key", "create", "sealed", *WHO, "--passphrase-file", passphrase, "--json")
    assert made.json["encrypted"] is True
    out = tmp_path / "out.pem"
    refused = tally("key", "export", "sealed", "-o", out)
    assert refused.code == 2
    assert "--passphrase-file" in refused.err
    assert tally("key", "export", "sealed", "-o", out, "--passphrase-file", passphrase).code == 0


def test_a_key_survives_export_and_import(tally: Tally, tmp_path: Path) -> None:
    """PKCS #8 PEM, readable by this user only, never overwritten."""
    made = tally("key", "create", "mine", *WHO, "--json").json
    out = tmp_path / "mine.pem"
    assert tally("key", "export", "mine", "-o", out).code == 0
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert tally("key", "export", "mine", "-o", out).code == 1
    back = tally("key", "import", "again", out, *WHO, "--json").json
    assert back["public_key"] == made["public_key"]


def test_a_key_passes_through_standard_streams(
    tally: Tally, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`tally key export NAME -o - | ssh host tally key import NAME -`."""
    made = tally("key", "create", "mine", *WHO, "--json").json
    pem = tally("key", "export", "mine", "-o", "-").out
    assert pem.startswith("-----BEGIN PRIVATE KEY-----")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(pem.encode())))
    back = tally("key", "import", "again", "-", *WHO, "--json").json
    assert back["public_key"] == made["public_key"]


def test_an_encrypted_pem_is_opened_and_a_sealed_key_written(
    tally: Tally, passphrase: Path, tmp_path: Path
) -> None:
    """The same passphrase opens the PEM and seals the key."""
    tally("key", "create", "mine", *WHO)
    out = tmp_path / "mine.pem"
    words = ("--encrypt", "--passphrase-file", passphrase)
    assert tally("key", "export", "mine", "-o", out, *words).code == 0
    assert b"ENCRYPTED" in out.read_bytes()
    assert tally("key", "import", "again", out, *WHO).code == 2
    assert tally("key", "import", "again", out, *WHO, *words, "--json").json["encrypted"] is True


def test_what_is_no_key_is_refused(tally: Tally, tmp_path: Path) -> None:
    """A file of something else never becomes a key."""
    path = tmp_path / "x.pem"
    path.write_text("not a key", encoding="utf-8")
    assert "E_FILE" in tally("key", "import", "x", path, *WHO).err
    assert "E_FILE" in tally("key", "import", "x", tmp_path / "gone.pem", *WHO).err


def test_passphrases_are_asked_for_twice_when_new(monkeypatch: pytest.MonkeyPatch) -> None:
    """A typing mistake must not lock a key for ever."""
    asked(monkeypatch, "one", "one")
    assert read_passphrase(None, confirm=True) == "one"
    asked(monkeypatch, "one", "two")
    with pytest.raises(UsageError, match="differ"):
        read_passphrase(None, confirm=True)
    asked(monkeypatch, "")
    with pytest.raises(UsageError):
        read_passphrase(None)


def test_passphrases_come_from_files_or_standard_input(
    passphrase: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Only the first line counts."""
    assert read_passphrase(str(passphrase)) == "correct horse"
    monkeypatch.setattr(sys, "stdin", io.StringIO("typed\nmore\n"))
    assert read_passphrase("-") == "typed"
    with pytest.raises(FileProblem):
        read_passphrase(str(tmp_path / "gone"))
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    with pytest.raises(FileProblem):
        read_passphrase(str(tmp_path / "binary"))


def test_the_only_key_signs_unless_another_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """With several, nothing is guessed."""
    url = "http://localhost:1"
    with pytest.raises(UsageError, match="no key to sign"):
        choose_key(None, url)
    own_store().create("one", CODE, "m")
    assert choose_key(None, url).name == "one"
    own_store().create("two", CODE, "m")
    with pytest.raises(UsageError, match="several"):
        choose_key(None, url)
    assert choose_key("two", url).name == "two"
    monkeypatch.setenv("TALLY_KEY", "one")
    assert choose_key(None, url).name == "one"
    with pytest.raises(UsageError) as caught:
        choose_key("three", url)
    assert caught.value.expected == "one, two"


def test_at_a_demonstration_its_depositor_signs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tally: Tally
) -> None:
    """A visitor needs no key, and an own key is not mistaken for a member's."""
    folder = tmp_path / "demo"
    found_demo(folder)
    monkeypatch.setenv("TALLY_DATA", str(folder))
    own_store().create("own", CODE, "m")
    url = "http://localhost:8799"
    with RunFile(folder).hold(RunRecord(os.getpid(), url)):
        assert choose_key(None, url).name == "demo-wang-fang"
        assert choose_key("own", url).name == "own"
        assert choose_key(None, "http://localhost:1").name == "own"
    listed = tally("key", "list", "--json").json
    assert [row["name"] for row in listed if "demonstration" not in row] == ["own"]
    assert len(listed) == 9


def test_a_name_nobody_has_is_explained(tally: Tally) -> None:
    """Without any key, the hint says how to get one."""
    outcome = tally("key", "export", "nobody", "-o", "-")
    assert outcome.code == 2
    assert "tally key create" in outcome.err
    assert isinstance(own_store(), KeyStore)
