# SPDX-License-Identifier: Apache-2.0
"""`tally document`: from a file to one that another organisation opened, and to its erasure."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tallystick.api import HttpServer
from tallystick.cli.answers import Mark
from tallystick.cli.doctor.folder import check_documents
from tallystick.client import KeyStore
from tallystick.node import NodeConfig, create_network, open_node
from tests.factories import BANK, COURT, LOG_KEY
from tests.unit.cli.conftest import Tally
from tests.unit.node.test_documents import CONTRACTS, DOCUMENTS_GENESIS
from tests.vault import BANK_ID, OWNER_ID

CLEAR = b"sales,2026\n" * 5
OWN = ("--as", "owner", "--json")


@pytest.fixture
def file(
    tally: Tally, tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    """Serve a node of the register, with keys of owner and bank here; return a file to put."""
    assert home.exists()
    create_network(tmp_path / "node", DOCUMENTS_GENESIS, LOG_KEY)
    node = open_node(NodeConfig(data=tmp_path / "node", workers=False, contracts=CONTRACTS))
    node.start()
    clear = tmp_path / "sales.csv"
    clear.write_bytes(CLEAR)
    with HttpServer(node, port=0) as server:
        monkeypatch.setenv("TALLY_URL", f"http://localhost:{server.port}")
        for name, identity, code in (("owner", OWNER_ID, COURT), ("bank", BANK_ID, BANK)):
            KeyStore().save(name, identity)
            assert tally("private", "keygen", "--organization", code).code == 0
            assert tally("private", "publish", "--as", name).code == 0
        yield clear
    node.stop()


def test_from_put_by_grant_and_revocation_to_erasure(
    tally: Tally, file: Path, tmp_path: Path
) -> None:
    """Each step says what it did, with a receipt; what is refused says why."""
    assert tally("document", "list", "--json").json == []
    put = tally("document", "put", file, "--document", "D-1", "--receipt", tmp_path / "r", *OWN)
    assert (put.code, put.json["version"]) == (0, 1), put.out
    assert tally("verify", tmp_path / "r").code == 0
    terms = ("--to", BANK, "--purpose", "loan", "--until", "2090-01-01", "--grant", "G-1")
    granted = tally("document", "grant", "D-1", *terms, *OWN)
    assert (granted.code, granted.json["grantee"]) == (0, BANK), granted.out
    out = tmp_path / "opened.csv"
    by = ("--grant", "G-1", "--purpose", "loan", "--as", "bank", "--json")
    got = tally("document", "get", "D-1", "--out", out, *by)
    assert (got.code, got.json["name"]) == (0, "sales.csv"), got.out
    assert out.read_bytes() == CLEAR
    assert tally("document", "verify", out, "D-1").code == 0
    revoked = tally("document", "revoke", "G-1", *OWN)
    assert (revoked.code, revoked.json["rotated"]) == (0, ["D-1/2"]), revoked.out
    again = tally("document", "get", "D-1", "--out", tmp_path / "x", *by)
    assert again.json["error"]["code"] in {"E_EXPIRED", "E_ERASED"}
    assert not (tmp_path / "x").exists()
    longer = tally("document", "extend", "D-1", "--retain-until", "2020-01-01", *OWN)
    assert longer.code == 0
    assert tally("document", "hold", "D-1", "--reason", "x", *OWN).json["error"]["code"] == "E_ROLE"
    assert tally("document", "hold", "D-1", "--lift", *OWN).json["error"]["code"] == "E_ROLE"
    assert tally("document", "hold", "D-1", *OWN).json["error"]["code"] == "E_USAGE"
    assert tally("document", "erase", "D-1", *OWN).code == 0
    shown = tally("document", "show", "D-1", "--json").json
    assert shown["erased_by"] == f"{COURT}/clerk"
    (row,) = tally("document", "list", "--json").json
    assert row["erased_at"]
    gone = tally("document", "get", "D-1", "--out", tmp_path / "x", *OWN)
    assert gone.json["error"]["code"] == "E_ERASED"


def test_both_languages_say_what_revocation_cannot_take_back(tally: Tally, file: Path) -> None:
    """In the help, before anybody does it."""
    assert file.exists()
    assert "takes that back" in tally("document", "revoke", "--help").out.replace("\n", " ")
    assert "无法收回" in tally("--lang", "zh", "document", "revoke", "--help").out


def test_the_doctor_says_where_documents_are_and_how_full_that_is(
    tally: Tally, tmp_path: Path
) -> None:
    """A store that cannot be used, and a quota nearly used up, are told with the repair."""
    data = tmp_path / "node"
    create_network(data, DOCUMENTS_GENESIS, LOG_KEY)
    assert check_documents(data).mark is Mark.OK
    (data / "documents.toml").write_text("quota_bytes = 5000\n")
    assert check_documents(data).mark is Mark.OK
    (data / "documents.toml").write_text("quota_bytes = 0\n")
    full = check_documents(data)
    assert (full.mark, "quota_bytes" in full.advice) == (Mark.WARNING, True)
    (data / "documents.toml").write_text('store = "kubo"\nkubo.url = "http://127.0.0.1:1"\n')
    absent = check_documents(data)
    assert (absent.mark, "127.0.0.1:1" in absent.evidence) == (Mark.FAILED, True)
    found = tally("doctor", "--data", data, "--json", "--port", "1").json
    assert [one["result"] for one in found["checks"] if one["name"] == "documents"] == ["failed"]
