# SPDX-License-Identifier: Apache-2.0
"""`tally evidence package`, `custody`, `matter`: from deposits of a node to files others check."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tallystick.client import write_file
from tests.unit.cli.conftest import Tally
from tests.unit.interchange.test_active_content import pdf_with, script
from tests.unit.interchange.zips import unpacked, zipped

VECTORS = Path(__file__).parents[2] / "vectors"

pytestmark = pytest.mark.usefixtures("running")


@pytest.fixture
def case(request: pytest.FixtureRequest) -> str:
    """Return a case number of this test's own: the node is shared."""
    return str(request.node.name)[:60]


@pytest.fixture
def originals(tally: Tally, tmp_path: Path, case: str) -> Path:
    """Return a folder of two originals on record, the first with its time-stamp."""
    folder = tmp_path / "originals"
    folder.mkdir()
    for name in ("合同.txt", "notice.txt"):
        (folder / name).write_text(f"{name} of {case}", encoding="utf-8")
    tally("timestamp", "request", folder / "合同.txt")
    for name in ("合同.txt", "notice.txt"):
        assert tally("evidence", "deposit", folder / name, "--case", case).code == 0
    return folder


def test_a_matter_is_packed_and_checked_by_the_trust_file_alone(
    tally: Tally, originals: Path, case: str, tmp_path: Path
) -> None:
    """JUD-2: whole it matches; with any byte of file, proof or path changed it does not."""
    bag = tmp_path / "bag.zip"
    told = tally("evidence", "package", "--matter", case, "--files", originals, "--out", bag)
    assert told.code == 0
    results = tally("verify", bag, "--json").json["results"]
    assert [one["result"] for one in results] == ["match"] * 4, "bag, two originals, a time-stamp"
    files = unpacked(bag.read_bytes())
    assert "evidence/custody.jsonld" in files
    for name, content in files.items():
        write_file(tmp_path / "bag" / name, content)
    folder = tally("verify", tmp_path / "bag", "--json").json["results"]
    assert [one["result"] for one in folder] == ["match"] * 4
    original = next(name for name in files if name.endswith("notice.txt"))
    moved = {name.replace("notice", "n0tice"): content for name, content in files.items()}
    for changed in ({**files, original: files[original] + b"."}, moved):
        bag.write_bytes(zipped(changed))
        assert tally("verify", bag).code == 6


def test_one_deposit_is_packed_as_a_container_with_a_time_stamp(
    tally: Tally, originals: Path, case: str, tmp_path: Path
) -> None:
    """ASiC-E: original and receipt under one token."""
    number = tally("evidence", "matter", case, "--json").json[0]["id"]
    place = tmp_path / "a.asice"
    told = tally(
        *("evidence", "package", number, "--files", originals / "合同.txt"),
        *("--form", "asic", "--out", place),
    )
    assert told.code == 0
    results = tally("verify", place, "--json").json["results"]
    assert [one["result"] for one in results] == ["match", "match"]


def test_a_matter_is_listed_in_its_order(tally: Tally, originals: Path, case: str) -> None:
    """Each deposit names the one before it; the time-stamp is a way to verify."""
    assert originals.is_dir()
    first, second = tally("evidence", "matter", case, "--json").json
    assert (first["matter_number"], second["matter_number"]) == (1, 2)
    assert second["matter_previous"] == first["id"]
    assert first["verification"] == ["time_stamp", "hash_check"]


def test_the_chain_of_custody_is_held_against_its_exhibits(
    tally: Tally, originals: Path, case: str, tmp_path: Path
) -> None:
    """CASE JSON-LD; two exhibits, the second after the first."""
    place = tmp_path / "custody.jsonld"
    assert originals.is_dir()
    assert tally("evidence", "custody", "--matter", case, "--out", place).code == 0
    assert tally("evidence", "custody", "EV-2019-000001", "--out", place).code == 3
    result = tally("verify", place, "--json").json["results"][0]["result"]
    assert result == "partly checked", "it carries no receipts"
    held = tally("verify", originals / "notice.txt", "--receipt", place, "--json").json
    assert held["results"][0]["checks"][-1]["result"] == "passed"
    plain = json.loads(place.read_bytes())
    assert sum("case-investigation:exhibitNumber" in one for one in plain["@graph"]) == 2


def test_deposits_of_one_transaction_are_a_chain_in_their_order(
    tally: Tally, tmp_path: Path, case: str
) -> None:
    """A folder that was deposited at once is a matter without gaps, oldest first."""
    folder = tmp_path / "photos"
    folder.mkdir()
    for name in ("1.txt", "2.txt", "3.txt"):
        (folder / name).write_text(f"{case} {name}", "utf-8")
    assert tally("evidence", "deposit", "--batch", folder, "--case", case).code == 0
    listed = tally("evidence", "matter", case, "--json").json
    assert [one["matter_number"] for one in listed] == [1, 2, 3]
    place = tmp_path / "custody.jsonld"
    assert tally("evidence", "custody", "--matter", case, "--out", place).code == 0


def test_nothing_is_written_when_an_original_is_missing(
    tally: Tally, originals: Path, case: str, tmp_path: Path
) -> None:
    """Or when nothing was named, or both ways."""
    bag = tmp_path / "out" / "bag.zip"
    bag.parent.mkdir()
    (originals / "notice.txt").unlink()
    packing = ("--files", originals, "--out", bag)
    assert tally("evidence", "package", "--matter", case, *packing).code != 0
    assert tally("evidence", "package", *packing).code == 2
    assert tally("evidence", "package", "EV-2026-000001", "--matter", case, *packing).code == 2
    assert tally("evidence", "package", "--matter", "none", *packing).code != 0
    assert list(bag.parent.iterdir()) == []


def test_a_web_capture_goes_on_record_with_what_it_claims(
    tally: Tally, tmp_path: Path, case: str
) -> None:
    """Address and date are shown as claims; a damaged capture is refused."""
    capture = tmp_path / "page.warc.gz"
    shutil.copy(VECTORS / "warc" / "example-resource.warc.gz", capture)
    told = tally("evidence", "deposit", capture, "--case", case)
    assert "claims: http://example.com/" in told.err
    (found,) = tally("evidence", "matter", case, "--json").json
    assert (found["source"], found["method"]) == ("http://example.com/", "web_capture")
    assert found["captured_at"].startswith("2017-04-29")
    shutil.copy(VECTORS / "warc" / "example-bad-non-chunked.warc.gz", capture)
    assert tally("evidence", "deposit", capture, "--case", case).code != 0
    assert len(tally("evidence", "matter", case, "--json").json) == 1


def test_a_time_stamp_over_another_file_is_not_put_on_record(
    tally: Tally, originals: Path, case: str
) -> None:
    """The file changed after it was stamped."""
    (originals / "合同.txt").write_text("altered", encoding="utf-8")
    assert tally("evidence", "deposit", originals / "合同.txt", "--case", case).code != 0


ACTIVE = {
    "page.html": b"<!doctype html><script>1</script>",
    "macros.docm": zipped({"word/vbaProject.bin": b"x"}),
    "scan.pdf": b"%PDF-1.7 that cannot be read ",
}


@pytest.mark.parametrize("name", sorted(ACTIVE))
class TestActiveContent:
    """Evidence that could run something is taken, with a plain word in both languages."""

    def test_is_deposited_and_checked_with_a_note(
        self, tally: Tally, tmp_path: Path, name: str, case: str
    ) -> None:
        """At the deposit, at packing, and wherever it is verified; the outcome is untouched."""
        path, bag = tmp_path / name, tmp_path / "bag.zip"
        path.write_bytes(ACTIVE[name] + case.encode())
        done = tally("evidence", "deposit", path, "--case", case, "--lang", "en")
        assert (done.code, name in done.err) == (0, True)
        for what in ((path,), (path, "--offline")):
            told = tally("verify", *what, "--json").json["results"][0]
            notes = [one for one in told["checks"] if one["name"] == "active"]
            assert (told["result"], [one["result"] for one in notes]) == ("match", ["skipped"])
            assert notes[0]["evidence"]["zh"] != notes[0]["evidence"]["en"]
        packed = tally("evidence", "package", "--matter", case, "--files", path, "--out", bag)
        assert (packed.code, name in packed.err) == (0, True)
        inside = tally("verify", bag, "--json").json["results"]
        assert [one["result"] for one in inside] == ["match", "match"]
        assert "active" in {one["name"] for one in inside[1]["checks"]}

    def test_is_noted_in_a_batch_too(
        self, tally: Tally, tmp_path: Path, name: str, case: str
    ) -> None:
        """Each file by its name; a plain one is not mentioned."""
        for one, data in ((name, ACTIVE[name]), ("plain.txt", b"plain")):
            (tmp_path / one).write_bytes(data + f"{case} batch".encode())
        done = tally("evidence", "deposit", "--batch", tmp_path, "--lang", "zh")
        assert done.code == 0
        assert name in done.err
        assert "plain.txt" not in done.err


class TestPDFsWithScripts:
    """A PDF that runs something is refused where it is deposited, unless it is kept as it is."""

    def test_is_refused_and_nothing_is_on_record(
        self, tally: Tally, tmp_path: Path, case: str
    ) -> None:
        """By itself, and in a batch, whose other files are deposited."""
        path = tmp_path / "invoice.pdf"
        path.write_bytes(pdf_with("/OpenAction", script()) + case.encode())
        (tmp_path / "plain.txt").write_bytes(case.encode())
        alone = tally("evidence", "deposit", path, "--case", case, "--json")
        assert (alone.code, alone.json["error"]["code"]) == (1, "E_ACTIVE_FILE")
        assert "--as-evidence" in alone.json["error"]["hint"]
        zh = tally("--lang", "zh", "evidence", "deposit", path, "--case", case)
        assert ("脚本" in zh.err, "原样保留" in zh.err) == (True, True)
        batch = tally("evidence", "deposit", "--batch", tmp_path, "--case", case, "--json")
        states = {one["path"]: (one["status"], one.get("code")) for one in batch.json}
        assert states[path.name] == ("failed", "E_ACTIVE_FILE") or states[str(path)][1]
        several = tally("evidence", "deposit", path, path, "--case", case, "--json")
        assert {one["code"] for one in several.json} == {"E_ACTIVE_FILE"}
        (kept,) = tally("evidence", "matter", case, "--json").json
        assert (kept["title"], kept["active_content"]) == ("plain.txt", False)
        assert list(tmp_path.glob("*.pdf.*")) == []

    def test_is_kept_as_it_is_and_that_is_on_record(
        self, tally: Tally, tmp_path: Path, case: str
    ) -> None:
        """What a court must have; of the plain file beside it nothing is said."""
        path = tmp_path / "invoice.pdf"
        path.write_bytes(pdf_with("/OpenAction", script()) + case.encode())
        (tmp_path / "plain.txt").write_bytes(case.encode())
        words = ("--batch", tmp_path, "--case", case, "--as-evidence")
        assert tally("evidence", "deposit", *words).code == 0
        kept = tally("evidence", "matter", case, "--json").json
        marked = {one["title"]: one["active_content"] for one in kept}
        assert marked == {"invoice.pdf": True, "plain.txt": False}


def test_a_plain_original_has_no_note(tally: Tally, originals: Path) -> None:
    """The line appears only where there is something to say."""
    told = tally("verify", originals / "notice.txt", "--json").json["results"][0]
    assert "active" not in {one["name"] for one in told["checks"]}
