# SPDX-License-Identifier: Apache-2.0
"""`tally document`: from a file to one that another organisation opened, and to its erasure."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tallystick.cli.answers import Mark
from tallystick.cli.doctor.folder import check_documents
from tallystick.client import KeyStore, SealingKeyStore
from tallystick.crypto import SealingKey, unseal
from tallystick.documents import CarReader, Depot, DepotLimits, FolderStore, write_car
from tallystick.encoding import Cid
from tallystick.merkle import address_of
from tallystick.model import DocumentSecret
from tallystick.node import NodeConfig, create_network
from tests.factories import BANK, COURT, LOG_KEY
from tests.serving import served_node
from tests.unit.cli.conftest import Tally
from tests.unit.interchange.test_active_content import pdf_with, script
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
    clear = tmp_path / "sales.csv"
    clear.write_bytes(CLEAR)
    config = NodeConfig(data=tmp_path / "node", workers=False, contracts=CONTRACTS)
    with served_node(config) as served:
        monkeypatch.setenv("TALLY_URL", served.url)
        for name, identity, code in (("owner", OWNER_ID, COURT), ("bank", BANK_ID, BANK)):
            KeyStore().save(name, identity)
            assert tally("private", "keygen", "--organization", code).code == 0
            assert tally("private", "publish", "--as", name).code == 0
        yield clear


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


def test_a_new_version_is_shared_and_a_lost_copy_handed_over(
    tally: Tally, file: Path, tmp_path: Path
) -> None:
    """Who has a grant is told what to do, and what to do works."""
    put = ("document", "put", file, "--document", "D-1")
    assert tally(*put, *OWN).code == 0
    terms = ("--to", BANK, "--purpose", "loan", "--until", "2090-01-01", "--grant", "G-1")
    assert tally("document", "grant", "D-1", *terms, *OWN).code == 0
    file.write_bytes(b"second")
    second = tally(*put, "--version", "2", *OWN)
    assert "tally document share D-1" in second.err
    get = ("document", "get", "D-1", "--grant", "G-1", "--purpose", "loan", "--as", "bank")
    early = tally(*get, "--out", tmp_path / "early", "--json").json["error"]
    assert (early["code"], "tally document share" in early["hint"]) == ("E_NOT_FOUND", True)
    shared = tally("document", "share", "D-1", "--to", BANK, *OWN)
    assert (shared.code, shared.json["version"]) == (0, 2), shared.out
    assert tally(*get, "--out", tmp_path / "second").code == 0
    assert (tmp_path / "second").read_bytes() == b"second"
    source = ("--source", os.environ["TALLY_URL"], "--version", "1")
    handed = tally("document", "hand-over", "D-1", *source, "--to", BANK, *OWN)
    assert (handed.code, handed.json["version"]) == (0, 1), handed.out
    plain = tally("document", "hand-over", "D-1", *source, "--as", "bank", "--json")
    assert (plain.code, plain.json["grantee"]) == (0, None), plain.out
    fetched = tally("document", "fetch", "D-1", *source, *OWN)
    assert (fetched.code, fetched.json["version"]) == (0, 1), fetched.out
    whole = tally("document", "fetch", "D-1", *OWN)
    assert (whole.code, whole.json["version"]) == (0, 2), whole.out
    shown = tally("document", "challenge", "D-1", "--count", "2", *OWN)
    assert (shown.code, shown.json["node"], len(shown.json["slices"])) == (0, COURT, 2), shown.out
    assert not list((tmp_path / "home").rglob("incoming/*"))


def test_an_export_stays_sealed_and_opens_with_the_wrap_beside_it(
    tally: Tally, file: Path, tmp_path: Path
) -> None:
    """In two steps, each of them age; neither file is ever written over."""
    assert tally("document", "put", file, "--document", "D-1", *OWN).code == 0
    out = tmp_path / "sales.age"
    got = tally("document", "get", "D-1", "--sealed", "--out", out, *OWN)
    assert (got.code, got.json["size"]) == (0, out.stat().st_size), got.out
    assert "age -d -i" in got.err
    keys = SealingKeyStore().load(COURT)
    secret = DocumentSecret.decode(unseal(Path(f"{out}.wrap").read_bytes(), keys))
    assert secret.name == file.name
    assert unseal(out.read_bytes(), [SealingKey(secret.identity)]) == CLEAR
    before = tally("document", "show", "D-1", "--json").json["openings"]
    again = tally("document", "get", "D-1", "--sealed", "--out", out, *OWN)
    assert again.json["error"]["code"] == "E_FILE"
    assert tally("document", "show", "D-1", "--json").json["openings"] == before
    nowhere = tmp_path / "missing" / "sales.age"
    lost = tally("document", "get", "D-1", "--sealed", "--out", nowhere, *OWN)
    assert lost.json["error"]["code"] == "E_FILE"


def store_files(tmp_path: Path) -> list[Path]:
    """Return what the node's store has, uploads and indexes too."""
    found = (tmp_path / "node" / "documents").rglob("baf*")
    return sorted(one for one in found if one.is_file())


def test_a_car_goes_out_sealed_and_brings_a_lost_copy_back(
    tally: Tally, file: Path, tmp_path: Path
) -> None:
    """No opening is recorded; the node that lost its copy has it again, and it opens."""
    assert tally("document", "put", file, "--document", "D-1", *OWN).code == 0
    car = tmp_path / "D-1.car"
    done = tally("document", "export-car", "D-1", "--out", car, *OWN)
    assert (done.code, done.json["file_size"]) == (0, car.stat().st_size), done.out
    shown = tally("document", "show", "D-1", "--json").json
    assert (shown["openings"], shown["cid"]) == (0, done.json["cid"])
    with car.open("rb") as opened:
        assert [str(Cid.decode(one)) for one in CarReader(opened).roots] == [shown["cid"]]
    assert CLEAR not in car.read_bytes()
    for one in store_files(tmp_path):
        one.unlink()
    get = ("document", "get", "D-1", "--out", tmp_path / "back", *OWN)
    assert tally(*get).json["error"]["code"] == "E_NOT_FOUND"
    again = tally("document", "import-car", car, *OWN)
    assert (again.code, again.json["document"], again.json["version"]) == (0, "D-1", 1), again.out
    assert tally(*get).code == 0
    assert (tmp_path / "back").read_bytes() == CLEAR
    taken = tally("document", "export-car", "D-1", "--out", car, *OWN)
    assert taken.json["error"]["code"] == "E_FILE"
    others = tally("document", "export-car", "D-1", "--out", tmp_path / "x", "--as", "bank")
    assert (others.code, (tmp_path / "x").exists()) != (0, True)
    unknown = tally("document", "export-car", "D-9", "--out", tmp_path / "x", *OWN)
    assert unknown.json["error"]["code"] == "E_MISSING"
    assert "CARv1" in tally("--lang", "zh", "document", "import-car", "--help").out


def test_a_wrong_car_is_refused_with_its_code_and_leaves_nothing(
    tally: Tally, file: Path, tmp_path: Path
) -> None:
    """A wrong block, another document, an address that nobody registered, what is no CAR."""
    assert tally("document", "put", file, "--document", "D-1", *OWN).code == 0
    assert tally("document", "put", file, "--document", "D-2", *OWN).code == 0
    car, wrong = tmp_path / "D-1.car", tmp_path / "wrong.car"
    assert tally("document", "export-car", "D-1", "--out", car, *OWN).code == 0
    for one in store_files(tmp_path):
        one.unlink()

    def refused(data: bytes, *words: object) -> str:
        wrong.write_bytes(data)
        done = tally("document", "import-car", wrong, *words, *OWN)
        assert done.code != 0, done.out
        return str(done.json["error"]["code"])

    whole = car.read_bytes()
    assert refused(whole[:-1] + bytes((whole[-1] ^ 1,))) == "E_CAR"
    assert refused(whole[:-9]) == "E_CAR"
    assert refused(b"no archive") == "E_CAR"
    assert refused(whole, "--document", "D-2") == "E_HASH"
    assert refused(whole, "--document", "D-3") == "E_MISSING"
    assert refused(car_of(b"another file", tmp_path / "other")) == "E_MISSING"
    missing = tally("document", "import-car", tmp_path / "none.car", *OWN)
    assert missing.json["error"]["code"] == "E_FILE"
    others = tally("document", "import-car", car, "--as", "bank", "--json")
    assert others.json["error"]["code"] == "E_ROLE"
    assert store_files(tmp_path) == []
    assert tally("document", "erase", "D-1", *OWN).code == 0
    assert refused(whole) == "E_ERASED"
    assert store_files(tmp_path) == []


def car_of(data: bytes, folder: Path) -> bytes:
    """Return a whole CAR of a file that nobody registered."""
    depot = Depot(folder, FolderStore(folder / "content"), limits=DepotLimits(free_bytes_min=0))
    depot.keep(address_of(data), [data])
    return b"".join(write_car(depot, address_of(data).cid))


def test_a_pdf_with_scripts_is_refused_before_anything_is_kept(
    tally: Tally, file: Path, tmp_path: Path
) -> None:
    """Nothing on the ledger, in the node's store or on its way; as evidence it is kept, marked."""
    pdf = file.with_name("invoice.pdf")
    pdf.write_bytes(pdf_with("/OpenAction", script()))
    before = {one for one in tmp_path.rglob("*") if "documents" in one.parts and one.is_file()}
    put = ("document", "put", pdf, "--document", "D-1", *OWN)
    refused = tally(*put)
    assert (refused.code, refused.json["error"]["code"]) == (1, "E_ACTIVE_FILE")
    assert "--as-evidence" in refused.json["error"]["hint"]
    assert tally("document", "list", "--json").json == []
    after = {one for one in tmp_path.rglob("*") if "documents" in one.parts and one.is_file()}
    assert after == before
    kept = tally(*put, "--as-evidence")
    assert (kept.code, kept.json["active_content"]) == (0, True), kept.out
    assert tally("document", "show", "D-1", "--json").json["active_content"] is True
    terms = ("--to", BANK, "--purpose", "loan", "--until", "2090-01-01", "--grant", "G-1")
    assert tally("document", "grant", "D-1", *terms, *OWN).code == 0
    assert tally("document", "revoke", "G-1", *OWN).json["rotated"] == ["D-1/2"]
    assert tally("document", "show", "D-1", "--json").json["active_content"] is True
    plain = tally("document", "put", file, "--document", "D-2", "--as-evidence", *OWN)
    assert (plain.code, plain.json["active_content"]) == (0, False), plain.out


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
