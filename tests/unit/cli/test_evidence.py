# SPDX-License-Identifier: Apache-2.0
"""`tally evidence`, `verify` and `receipt` against a real node."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tallystick.cli.founding import found_demo
from tallystick.client import connect
from tallystick.errors import Unavailable
from tests.unit.cli.conftest import Running, Tally

HASH = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
SM3 = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"

FINALITY = Path(__file__).parents[2] / "vectors" / "tallystick" / "finality.json"

pytestmark = pytest.mark.usefixtures("running")


@pytest.fixture
def case(request: pytest.FixtureRequest) -> str:
    """Return a case number of this test's own: the node is shared."""
    return str(request.node.name)[:60]


@pytest.fixture
def file(tmp_path: Path, case: str) -> Path:
    """Return a file with content of its own."""
    path = tmp_path / "合同.txt"
    path.write_text(f"content of {case}\n", encoding="utf-8")
    return path


def test_a_deposit_has_number_block_and_receipt(tally: Tally, file: Path, case: str) -> None:
    """The receipt lies beside the file; who signs and the transaction id come before."""
    outcome = tally("evidence", "deposit", file, "--case", case, "--title", "合同")
    assert outcome.code == 0
    assert "signed as Wang Fang" in outcome.err
    assert outcome.err.index("transaction ") < outcome.err.index("tally verify")
    facts = dict(line.split("\t") for line in outcome.out.splitlines())
    assert facts["id"].startswith("EV-")
    assert Path(facts["receipt"]) == Path(f"{file}.receipt.json")
    assert Path(facts["receipt"]).is_file()
    shown = tally("evidence", "show", facts["id"], "--json").json
    assert shown["case_number"] == case
    assert shown["title"] == "合同"
    assert shown["deposited_at"].endswith("Z")
    assert shown["deposited_at_ms"] > 0


def test_the_same_file_in_the_same_case_is_refused(tally: Tally, file: Path, case: str) -> None:
    """Exit code 5, and the existing deposit is named."""
    number = tally("evidence", "deposit", file, "--case", case, "--json").json["id"]
    again = tally("evidence", "deposit", file, "--case", case)
    assert again.code == 5
    assert f"tally evidence show {number}" in again.err
    error = tally("evidence", "deposit", file, "--case", case, "--json").json["error"]
    assert error["facts"]["existing"] == number
    assert len(error["transaction"]) == 64


def test_a_signer_without_the_role_is_told_so(tally: Tally, file: Path, case: str) -> None:
    """Exit code 4: permission."""
    assert tally("evidence", "deposit", file, "--case", case, "--as", "demo-li-na").code == 4


def test_a_claim_after_the_deposit_is_refused(tally: Tally, file: Path, case: str) -> None:
    """JUD-1: exit code 5 although its code belongs to another family."""
    words = ("--case", case, "--captured-at", "2099-01-01")
    assert tally("evidence", "deposit", file, *words).code == 5


def test_a_hash_is_deposited_without_its_file(
    tally: Tally, case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The receipt is then named after the deposit."""
    monkeypatch.chdir(tmp_path)
    words = ("--hash", HASH, "--size", 4, "--case", case, "--sm3-hash", SM3)
    made = tally("evidence", "deposit", *words, "--json").json
    assert made["path"] is None
    assert made["sm3"] == SM3
    assert Path(made["receipt"]).name == f"{made['id']}.receipt.json"
    assert tally("verify", HASH).code == 0


def test_a_dry_run_sends_nothing(tally: Tally, file: Path, case: str) -> None:
    """It shows what it would do, SM3 included."""
    made = tally("evidence", "deposit", file, "--case", case, "--dry-run", "--sm3", "--json").json
    assert made["args"]["case_number"] == case
    assert len(made["args"]["sm3"]) == 64
    assert made["events"][0]["name"] == "evidence.Deposited"
    assert tally("evidence", "list", "--case", case, "--json").json == []
    folder = file.parent
    rows = tally("evidence", "deposit", "--batch", folder, "--dry-run", "--json").json
    assert {row["status"] for row in rows} == {"planned"}


def test_without_waiting_the_transaction_is_only_accepted(
    tally: Tally, file: Path, case: str
) -> None:
    """The id is enough to wait for it later."""
    made = tally("evidence", "deposit", file, "--case", case, "--no-wait", "--json").json
    assert made["level"] in {"accepted", "committed"}
    waited = tally("tx", "wait", made["transaction_id"], "--json")
    assert waited.code == 0
    assert waited.json["code"] == "ok"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((), "name FILES, --hash, --batch"),
        (("f", "--hash", HASH), "FILES and --hash exclude each other"),
        (("--hash", HASH), "--hash needs --size"),
        (("--hash", "beef", "--size", "1"), '"beef" does not fit --hash'),
        (("--hash", HASH, "--size", "1", "--sm3-hash", "1"), "does not fit --sm3-hash"),
        (("--kind", "pictre", "f"), "expected  document, image"),
    ],
)
def test_contradicting_options_are_refused(words: tuple[str, ...], says: str, tally: Tally) -> None:
    """Exit code 2, before anything is read or sent."""
    outcome = tally("evidence", "deposit", *words)
    assert outcome.code == 2
    assert says in outcome.err


def test_what_is_no_file_is_refused(tally: Tally, tmp_path: Path) -> None:
    """Missing files and folders are named."""
    assert "there is no such file" in tally("evidence", "deposit", tmp_path / "gone").err
    assert "it is a folder" in tally("evidence", "deposit", tmp_path).err


@pytest.fixture
def batch(tmp_path: Path, case: str) -> Path:
    """Return a folder of three files, one of them twice."""
    folder = tmp_path / "batch"
    (folder / "sub").mkdir(parents=True)
    for name in ("a", "b"):
        (folder / f"{name}.txt").write_text(f"{case} {name}", encoding="utf-8")
    shutil.copy(folder / "a.txt", folder / "sub" / "copy.txt")
    return folder


def test_a_folder_is_deposited_once_however_often(tally: Tally, batch: Path, case: str) -> None:
    """Running it again deposits what is missing, and fetches receipts that are."""
    words = ("evidence", "deposit", "--batch", batch, "--case", case)
    first = tally(*words)
    assert first.code == 0
    assert "2 deposited, 1 on record already, 0 failed" in first.err
    (batch / "a.txt.receipt.json").unlink()
    (batch / "c.txt").write_text(f"{case} c", encoding="utf-8")
    second = tally(*words, "--json")
    states = {row["path"]: row["status"] for row in second.json}
    assert states["c.txt"] == "deposited"
    assert states["a.txt"] == "existing"
    assert (batch / "a.txt.receipt.json").is_file()
    assert "repeated" in states.values()
    assert tally("verify", batch / "a.txt", "--offline").code == 0


def test_a_list_names_what_failed_and_why(tally: Tally, case: str, tmp_path: Path) -> None:
    """One bad row does not stop the others; exit code 1 says that not all went well."""
    (tmp_path / "a.txt").write_text(case, encoding="utf-8")
    listed = tmp_path / "list.csv"
    listed.write_text(f"path,title,case\na.txt,甲,{case}\ngone.txt,乙,{case}\n", encoding="utf-8")
    outcome = tally(
        "evidence", "deposit", "--batch", listed, "--receipt-dir", tmp_path / "r", "--json"
    )
    assert outcome.code == 1
    states = {row["path"]: row for row in outcome.json}
    assert states["gone.txt"]["code"] == "E_FILE"
    assert Path(states["a.txt"]["receipt"]).is_file()


def test_several_files_are_a_batch(tally: Tally, batch: Path, case: str) -> None:
    """Files named one by one are deposited together; what cannot be read is listed."""
    paths = (batch / "a.txt", batch / "b.txt", batch / "sub" / "copy.txt", batch / "gone.txt")
    outcome = tally("evidence", "deposit", *paths, "--case", case, "--json")
    assert outcome.code == 1
    assert [row["status"] for row in outcome.json] == [
        "failed",
        "repeated",
        "deposited",
        "deposited",
    ]


def test_a_batch_that_is_cut_off_says_how_far_it_got(
    tally: Tally, batch: Path, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was done stays done, and the same command goes on."""

    def broken(*_: object, **__: object) -> object:
        raise Unavailable("gone")

    with connect("http://localhost:1") as net:
        desk = type(net.evidence)
    monkeypatch.setattr(desk, "deposit_batch", broken)
    outcome = tally("evidence", "deposit", "--batch", batch, "--case", case)
    assert outcome.code == 7
    assert "0 of 2 are on record" in outcome.err


def test_deposits_are_listed_and_filtered(tally: Tally, file: Path, case: str) -> None:
    """By case, hash, organisation, device, title and time."""
    made = tally(
        "evidence", "deposit", file, "--case", case, "--collector-device", f"cam {case}", "--json"
    ).json
    for words in (
        ("--case", case),
        ("--hash", made["sha256"].upper()),
        ("--collector", f"cam {case}"),
        ("--case", case, "--since", "2020-01-01", "--until", "2090-01-01"),
        ("--case", case, "--organization", "91110108MADEM0038D", "-q", "合同"),
    ):
        rows = tally("evidence", "list", *words, "--json").json
        assert [row["id"] for row in rows] == [made["id"]], words
    assert tally("evidence", "list", "--case", case, "--until", "2020-01-01").out == ""
    assert tally("evidence", "ls", "--case", case, "--fields", "id").out == f"{made['id']}\n"


def test_long_lists_say_that_there_is_more(tally: Tally, batch: Path, case: str) -> None:
    """--limit cuts, --all does not."""
    tally("evidence", "deposit", "--batch", batch, "--case", case)
    some = tally("evidence", "list", "--case", case, "-n", 1)
    assert len(some.out.splitlines()) == 1
    assert "--all" in some.err
    every = tally("evidence", "list", "--case", case, "--all")
    assert len(every.out.splitlines()) == 2
    assert every.err == ""


def test_a_file_is_verified_with_and_without_the_node(
    tally: Tally, file: Path, case: str, running: Running
) -> None:
    """The receipt beside it is found; the trust file may be named or pinned."""
    tally("evidence", "deposit", file, "--case", case)
    for words in ((), ("--offline",), ("--offline", "--trust", running.folder / "trust.json")):
        outcome = tally("verify", file, *words)
        assert outcome.code == 0, words
        assert outcome.out.splitlines()[-1].startswith("ok\tresult\tMATCH")


def test_the_trust_of_this_machines_own_networks_is_known(
    tally: Tally, file: Path, case: str, running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Offline, with the node long gone: the trust file of the receipt's network is chosen."""
    tally("evidence", "deposit", file, "--case", case)
    other = file.parent / "data"
    found_demo(other / "tallystick" / "node")
    shutil.copytree(running.folder, other / "tallystick" / "demo", ignore=lambda *_: {"state"})
    monkeypatch.delenv("TALLY_DATA")
    monkeypatch.setenv("XDG_DATA_HOME", str(other))
    monkeypatch.setenv("TALLY_HOME", str(file.parent / "no-pins"))
    assert tally("verify", file, "--offline").code == 0
    (file.parent / f"{file.name}.receipt.json").write_text("{}", encoding="utf-8")
    assert tally("verify", file, "--offline").code == 6


def test_without_any_trust_nothing_is_verified_offline(
    tally: Tally, file: Path, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A receipt alone would vouch for itself."""
    tally("evidence", "deposit", file, "--case", case)
    monkeypatch.delenv("TALLY_DATA")
    monkeypatch.setenv("TALLY_HOME", str(file.parent / "no-pins"))
    outcome = tally("verify", file, "--offline")
    assert outcome.code == 2
    assert "--trust" in outcome.err


def test_an_altered_file_is_found_out(tally: Tally, file: Path, case: str) -> None:
    """Exit code 6, and the failed check is named, in both languages."""
    tally("evidence", "deposit", file, "--case", case)
    file.write_text("altered", encoding="utf-8")
    outcome = tally("verify", file, "--offline")
    assert outcome.code == 6
    assert "failed\tfile hash" in outcome.out
    chinese = tally("verify", file, "--offline", "--lang", "zh")
    assert "不一致" in chinese.out
    document = tally("verify", file, "--offline", "--json")
    assert document.code == 6
    assert document.json["ok"] is False


def test_a_receipt_alone_is_partly_checked(tally: Tally, file: Path, case: str) -> None:
    """What was not seen is said; that is no failure."""
    receipt = tally("evidence", "deposit", file, "--case", case, "--json").json["receipt"]
    outcome = tally("verify", receipt, "--offline")
    assert outcome.code == 0
    assert "PARTLY CHECKED" in outcome.out
    named = tally("verify", file, "--receipt", receipt, "--offline")
    assert "MATCH" in named.out


def test_the_node_supplies_a_missing_receipt(tally: Tally, file: Path, case: str) -> None:
    """Found by hash; offline the same is an error that says what to give."""
    receipt = tally("evidence", "deposit", file, "--case", case, "--json").json["receipt"]
    Path(receipt).unlink()
    assert tally("verify", file).code == 0
    offline = tally("verify", file, "--offline")
    assert offline.code == 2
    assert "--receipt" in offline.err


def test_what_was_never_deposited_does_not_match(tally: Tally, file: Path) -> None:
    """Exit code 6, also when one of several is bad."""
    assert tally("verify", file).code == 6
    assert tally("verify", "0" * 64).code == 6


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((), "WHAT is missing"),
        (("gone.txt",), "there is no file gone.txt"),
        (("0" * 64, "--offline"), "there is no receipt for"),
        (("a", "b", "--receipt", "r"), "--receipt goes with one file"),
    ],
)
def test_what_cannot_be_verified_is_explained(
    words: tuple[str, ...], says: str, tally: Tally
) -> None:
    """Nothing is assumed."""
    outcome = tally("verify", *words)
    assert outcome.code in {1, 2}
    assert says in outcome.err


def test_a_hash_is_verified_offline_with_its_receipt(
    tally: Tally, file: Path, case: str, running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file itself need not be there."""
    made = tally("evidence", "deposit", file, "--case", case, "--json").json
    monkeypatch.setenv("TALLY_TRUST", str(running.folder / "trust.json"))
    words = ("verify", made["sha256"], "--offline")
    assert tally(*words, "--receipt", made["receipt"]).code == 0
    assert tally(*words).code == 2


def test_receipts_are_fetched_in_their_forms(
    tally: Tally, file: Path, case: str, tmp_path: Path
) -> None:
    """By deposit or transaction; each verifies on its own as far as it goes, without a node."""
    made = tally("evidence", "deposit", file, "--case", case, "--json").json
    receipt = tmp_path / "r.receipt.json"
    assert tally("receipt", "get", made["id"], "-o", receipt).code == 0
    assert json.loads(receipt.read_text(encoding="utf-8"))["format"] == "tallystick.receipt.v1"
    statement = tmp_path / "s.cose"
    got = tally("receipt", "get", made["transaction_id"], "--form", "statement", "-o", statement)
    assert got.code == 0
    assert statement.read_bytes()[:1] == b"\xd2"
    assert tally("receipt", "get", made["id"], "--form", "cose", "-o", tmp_path / "c").code == 0
    note = tmp_path / "n"
    assert tally("receipt", "get", made["id"], "--form", "checkpoint", "-o", note).code == 0
    assert "\n\n— " in note.read_text(encoding="utf-8")
    assert tally("verify", statement, "--offline").code == 0
    for path in (tmp_path / "c", note):
        for asked in ((path,), (path, "--offline"), (file, "--receipt", path)):
            told = tally("verify", *asked, "--json")
            assert (told.code, told.json["results"][0]["result"]) == (0, "partly checked")
        assert tally("receipt", "show", path, "--json").json["log_size"] > 0
    note.write_text(note.read_text("utf-8").replace("\nheight ", "\nheight 9"), "utf-8")
    assert tally("verify", note).code == 6
    for path in (receipt, statement):
        shown = tally("receipt", "show", path, "--json").json
        assert shown["transaction_id"] == made["transaction_id"]
        assert shown["args"]["case_number"] == case


def test_a_receipt_may_go_to_standard_output(tally: Tally, file: Path, case: str) -> None:
    """For pipes."""
    number = tally("evidence", "deposit", file, "--case", case, "--json").json["id"]
    assert tally("receipt", "get", number, "-o", "-").json["level"] == "committed"


def test_what_is_no_receipt_is_refused(tally: Tally, tmp_path: Path) -> None:
    """Neither form, or nothing at all."""
    path = tmp_path / "x.json"
    path.write_text("{}", encoding="utf-8")
    assert tally("receipt", "show", path).code == 6
    assert tally("receipt", "show", tmp_path / "gone").code == 1
    assert tally("receipt", "get", "EV-1999-000001").code == 3


def test_finality_and_who_stands_behind_it_are_shown(tally: Tally, tmp_path: Path) -> None:
    """Offline, from the vectors: organisations by name, for people and for programs."""
    vectors = json.loads(FINALITY.read_text(encoding="utf-8"))
    trust, receipt = tmp_path / "trust.json", tmp_path / "x.receipt.json"
    trust.write_text(vectors["trust_file"], encoding="utf-8")
    receipt.write_text(vectors["receipt_file"], encoding="utf-8")
    (tmp_path / "x").write_bytes(bytes.fromhex(vectors["original"]))
    words = ("verify", tmp_path / "x", "--offline", "--trust", trust)
    outcome = tally(*words)
    assert outcome.code == 0
    assert "2: " in outcome.out
    assert "Example Bank" in outcome.out
    assert "cosigned by 1 other organisation: Example Bank" in outcome.out
    standing = tally(*words, "--json").json["results"][0]["standing"]
    assert [one["role"] for one in standing] == ["answering", "validator", "validator", "witness"]
    assert tally(*words, "--witnesses", "1").code == 0
    more = tally(*words, "--witnesses", "2")
    assert more.code == 0  # what was checked holds
    assert "PARTLY CHECKED" in more.out
    assert "needs cosignatures of 2 other organisations" in more.out
    for number in ("17", "-1"):
        wrong = tally(*words, "--witnesses", number, "--json")
        assert wrong.code == 2
        assert wrong.json["error"]["field"] == "--witnesses"
        assert wrong.json["error"]["expected"] == "0 to 16"
        assert f'"{number}" does not fit' in wrong.json["error"]["message"]
    shown = tally("receipt", "show", receipt, "--json").json
    assert (shown["engine_height"], shown["validators"], shown["validator_signatures"]) == (6, 2, 2)
    assert shown["validator_changes"] == 1


def test_a_log_proof_is_fetched_and_checked_without_a_node(
    tally: Tally, file: Path, case: str, tmp_path: Path
) -> None:
    """JUD-2: one text file (C2SP tlog-proof), held against the original and the trust file."""
    number = tally("evidence", "deposit", file, "--case", case, "--json").json["id"]
    proof = tmp_path / "p.tlog-proof"
    assert tally("receipt", "get", number, "--form", "tlog-proof", "--out", proof).code == 0
    checked = tally("verify", file, "--receipt", proof)
    assert (checked.code, "MATCH" in checked.out) == (0, True)
    alone = tally("verify", proof, "--json").json
    assert alone["results"][0]["result"] == "partly checked"
    file.write_text("altered", encoding="utf-8")
    assert tally("verify", file, "--receipt", proof).code == 6
