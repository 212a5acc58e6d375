# SPDX-License-Identifier: Apache-2.0
"""Every kind of bad input that we promise to refuse, planted: its code, and nothing left behind.

The one place that says what is promised. Each line plants the input at a door: a command of the
program, with a user's home, against a node with its stores, the node's depot, or, where a file
is only read, its reader. Afterwards all stores and the ledger are as they were. The file that is
named looks closer, at every variant and every other door.
"""

from __future__ import annotations

import ast
import io
import json
import random
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from tallystick.cli import main
from tallystick.contracts.text import check_arguments
from tallystick.documents import Depot, DepotLimits, FolderStore, take_car, write_car
from tallystick.errors import TallystickError
from tallystick.interchange.archives import open_archive
from tallystick.interchange.certificates import open_pdf, read_sealed
from tallystick.interchange.iso20022 import read_payments, write_payments
from tallystick.interchange.tables import write_csv
from tallystick.interchange.timestamps import (
    check_token,
    check_valid_at,
    read_roots,
    read_token,
)
from tallystick.merkle import address_of
from tests.certificates import sealed, unsealed
from tests.docs.bad_input_place import Place, opened_place
from tests.payments import a_file
from tests.unit.interchange.stamping import CONTENT, DIGESTS, FILES, NOW_MS, stamped, with_purpose
from tests.unit.interchange.test_active_content import capture_of
from tests.unit.interchange.zips import zipped

TESTS: Final = Path(__file__).parents[1]
FILE: Final = random.Random(7).randbytes(3 * 1024 * 1024)
ADDRESS: Final = address_of(FILE)
OWN: Final = ("--as", "owner", "--json")
YEARS_MS: Final = 40 * 365 * 24 * 3_600_000


class Door(NamedTuple):
    """What a line may use."""

    place: Place
    work: Path
    """Where the sender's files are; only they are in it afterwards."""
    run: Callable[..., Any]
    """Runs the command; returns what it says as JSON."""

    def made(self, name: str, data: bytes) -> Path:
        """Return a file of the sender's."""
        path = self.work / name
        path.write_bytes(data)
        return path

    @property
    def depot(self) -> Depot:
        """The node's own."""
        return self.place.node.documents._parts.depot


class Planted(NamedTuple):
    """One line of the table."""

    promise: str
    plant: Callable[[Door], object]
    """Hands the bad input over and is refused, or returns the code that it is told."""
    code: str
    closer: str
    """File and test that look closer."""


def opened(folder: Path) -> Depot:
    """Return an empty depot of no node."""
    return Depot(folder, FolderStore(folder / "content"), limits=DepotLimits(free_bytes_min=0))


def verified(name: str, data: bytes, *words: object) -> Callable[[Door], str]:
    """Hand a file to `tally verify`."""
    return lambda door: code_in(door.run("verify", door.made(name, data), *words, "--json"))


def put(name: str, data: bytes) -> Callable[[Door], str]:
    """Put a file as a document."""
    return lambda door: code_in(door.run("document", "put", door.made(name, data), *OWN))


def deposited(name: str, data: bytes, *words: object) -> Callable[[Door], str]:
    """Deposit a file."""
    return lambda door: code_in(
        door.run("evidence", "deposit", door.made(name, data), *words, *OWN)
    )


def code_in(told: Any) -> str:
    """Return the code that an answer has: of the error, or of the checks and rows that failed."""
    if isinstance(told, list):
        return ", ".join(sorted({one["code"] for one in told}))
    if "error" in told:
        return str(told["error"]["code"])
    checks = [one for result in told.get("results", ()) for one in result["checks"]]
    return ", ".join(sorted({one["code"] for one in checks if one["result"] == "failed"}))


def entities(_: Door) -> object:
    """Read a payment order that declares an entity."""
    honest = write_payments(a_file())
    return read_payments(
        honest.replace(b"<Document", b'<!DOCTYPE D [<!ENTITY x "y">]><Document', 1)
    )


def scripted(pdf: bytes) -> bytes:
    """Return a PDF that runs something when it is opened."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    action = {"/S": generic.pdf_name("/JavaScript"), "/JS": generic.pdf_string("app.alert(1)")}
    writer.root[generic.pdf_name("/OpenAction")] = generic.DictionaryObject(
        {generic.pdf_name(name): value for name, value in action.items()}
    )
    writer.update_root()
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def formula(door: Door) -> str:
    """Import a list with a formula in it; what is wrong is told cell by cell."""
    rows = "姓名,证件号码,银行账号,金额\n=HYPERLINK(1),110101199003070038,6222021234567890,1.00\n"
    secret = door.made("secret.hex", b"ab" * 32)
    secret.chmod(0o600)
    files = ("--secret", secret, "--payees", door.work / "payees.json")
    listed = door.made("list.csv", rows.encode())
    words = ("--set", "campaign=CP-2026-000001", *OWN)
    told = door.run("lists", "import", "charity", listed, *files, *words)
    secret.unlink()
    return ", ".join(sorted({one["code"] for one in told}))


def too_large(door: Door) -> object:
    """Put a document of 5 GiB, which is all holes."""
    path = door.work / "large.bin"
    with path.open("wb") as file:
        file.truncate(5 * 2**30)
    return code_in(door.run("document", "put", path, *OWN))


def cut_off(door: Door) -> None:
    """Hand a document to the node's depot without its last byte."""
    door.depot.keep(ADDRESS, [FILE[:-1]])


def other_bytes(door: Door) -> None:
    """Hand a document to the node's depot under the address of another."""
    door.depot.keep(ADDRESS._replace(cid=address_of(b"other").cid), [FILE])


def imported(change: Callable[[bytes], bytes], *words: str) -> Callable[[Door], str]:
    """Give the node a CAR of the document that it has, changed."""

    def plant(door: Door) -> str:
        car = door.work / "whole.car"
        done = door.run("document", "export-car", "D-kept", "--out", car, *OWN)
        changed = door.made("changed.car", change(car.read_bytes()))
        assert "error" not in done, done
        return code_in(door.run("document", "import-car", changed, *words, *OWN))

    return plant


def one_byte_other(car: bytes) -> bytes:
    """Return a CAR of which a byte of the last block is another."""
    return car[:-1] + bytes((car[-1] ^ 1,))


def car_of_file() -> Iterator[bytes]:
    """Return the CAR of a file that nobody registered, from a depot of its own."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        depot = opened(Path(folder))
        depot.keep(ADDRESS, [FILE])
        yield from write_car(depot, ADDRESS.cid)


def expired(_: Door) -> None:
    """Check, long after, a token of an authority whose certificate has ended by then."""
    checked = check_token(read_token(stamped()), read_roots(FILES.root), DIGESTS)
    check_valid_at(checked, NOW_MS + YEARS_MS)


def wrong_purpose(door: Door) -> str:
    """Check a token of a certificate that is for anything."""
    files = with_purpose(None)
    token = door.made("a.tsr", stamped(files))
    root = ("--authorities", door.made("root.pem", files.root))
    file = door.made("a.txt", CONTENT)
    return code_in(door.run("timestamp", "verify", file, token, *root, "--json"))


def other_content(door: Door) -> str:
    """Deposit a file beside which the time-stamp of another lies."""
    door.made("a.txt.tsr", stamped())
    return code_in(door.run("evidence", "deposit", door.made("a.txt", CONTENT + b"."), *OWN))


BAGIT: Final = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
BOMB: Final = zipped({"bagit.txt": bytes(20_000_000)}, method=zipfile.ZIP_DEFLATED)
ARCHIVES: Final = "unit/interchange/test_archives.py"
TABLE: Final = (
    Planted(
        "zip bombs",
        verified("a.zip", BOMB),
        "E_HOSTILE_FILE",
        f"{ARCHIVES}::test_a_hostile_archive_is_refused_before_anything_is_unpacked",
    ),
    Planted(
        "path traversal in archives",
        verified("a.zip", zipped({"bagit.txt": BAGIT, "../../evil": b"x"})),
        "E_HOSTILE_FILE",
        f"{ARCHIVES}::test_a_hostile_name_is_refused",
    ),
    Planted(
        "absolute names in archives",
        verified("a.zip", zipped({"bagit.txt": BAGIT, "/etc/evil": b"x"})),
        "E_HOSTILE_FILE",
        f"{ARCHIVES}::test_a_hostile_name_is_refused",
    ),
    Planted(
        "XML entities",
        entities,
        "E_HOSTILE_FILE",
        "unit/interchange/test_xml_doors.py::test_entities_and_document_types_are_refused",
    ),
    Planted(
        "PDF with scripts, where a certificate is read",
        verified("a.pdf", scripted(sealed())),
        "E_ACTIVE",
        "unit/interchange/test_certificates.py::test_a_pdf_that_could_do_something_is_refused",
    ),
    Planted(
        "PDF with scripts, put as a document",
        put("a.pdf", scripted(unsealed())),
        "E_ACTIVE_FILE",
        "unit/cli/test_document.py::test_a_pdf_with_scripts_is_refused_before_anything_is_kept",
    ),
    Planted(
        "PDF with scripts, deposited",
        deposited("a.pdf", scripted(unsealed())),
        "E_ACTIVE_FILE",
        "unit/client/test_with_api.py::test_a_pdf_with_scripts_is_deposited_only_as_it_is",
    ),
    Planted(
        "PDF with scripts, in a web capture",
        deposited("a.warc", capture_of(scripted(unsealed()))),
        "E_ACTIVE_FILE",
        "unit/interchange/test_active_content.py::test_what_could_run_is_found",
    ),
    Planted(
        "names with control characters of documents",
        put("bell\a.txt", b"x"),
        "E_FORMAT",
        "unit/model/test_file_names.py::test_what_is_no_name_of_a_file_is_refused",
    ),
    Planted(
        "names with bidirectional characters of documents",
        put("gpj.\u202etxt", b"x"),
        "E_FORMAT",
        "unit/model/test_file_names.py::test_what_is_no_name_of_a_file_is_refused",
    ),
    Planted(
        "names with control characters in archives",
        verified("a.zip", zipped({"bagit.txt": BAGIT, "bell\a.txt": b"x"})),
        "E_HOSTILE_FILE",
        f"{ARCHIVES}::test_a_hostile_name_is_refused",
    ),
    Planted(
        "names with bidirectional characters in archives",
        verified("a.zip", zipped({"bagit.txt": BAGIT, "gpj.\u202etxt": b"x"})),
        "E_HOSTILE_FILE",
        f"{ARCHIVES}::test_a_hostile_name_is_refused",
    ),
    Planted(
        "names with control or bidirectional characters on the ledger",
        deposited("a.txt", b"x", "--file-name", "gpj.\u202etxt"),
        "E_VALUE",
        "unit/execution/test_runner.py::test_texts_that_no_contract_accepts_are_refused",
    ),
    Planted(
        "CSV formula injection, coming in",
        formula,
        "CELL_FORMULA",
        "unit/interchange/test_tables.py::test_what_is_written_reads_back_and_computes_nothing",
    ),
    Planted(
        "a 5 GiB file above the limit",
        too_large,
        "E_LIMIT",
        "unit/documents/test_depot.py::test_what_has_no_room_is_refused_before_a_byte_comes",
    ),
    Planted(
        "a file truncated in transit",
        cut_off,
        "E_OFFSET",
        "unit/documents/test_depot.py::"
        "test_an_upload_cut_off_in_transit_is_not_finished_and_goes_on",
    ),
    Planted(
        "wrong CID",
        imported(bytes, "--document", "D-other"),
        "E_HASH",
        "unit/documents/test_depot.py::"
        "test_other_bytes_than_declared_are_refused_and_leave_nothing",
    ),
    Planted(
        "wrong CID, at the depot",
        other_bytes,
        "E_HASH",
        "unit/documents/test_depot.py::"
        "test_other_bytes_than_declared_are_refused_and_leave_nothing",
    ),
    Planted(
        "a CAR with wrong blocks",
        imported(one_byte_other),
        "E_CAR",
        "unit/documents/test_car.py::test_a_changed_byte_is_refused_and_leaves_nothing",
    ),
    Planted(
        "expired time-stamp certificates",
        expired,
        "E_TIME_STAMP",
        "unit/interchange/test_timestamps.py::test_an_expired_certificate_is_told_from_a_wrong_one",
    ),
    Planted(
        "wrong-purpose time-stamp certificates",
        wrong_purpose,
        "E_TIME_STAMP",
        "unit/interchange/test_timestamps.py::test_a_certificate_for_another_purpose_is_refused",
    ),
    Planted(
        "a token over other bytes",
        other_content,
        "E_TIME_STAMP",
        "unit/interchange/test_timestamps.py::test_a_token_over_other_bytes_is_refused",
    ),
    Planted(
        "a certificate PDF edited after signing",
        verified("a.pdf", sealed().replace(b"/Lang", b"/Lanf", 1)),
        "E_SEAL",
        "unit/client/test_certificates.py::test_a_certificate_edited_after_sealing_is_refused",
    ),
)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Run one node for all lines: what a line leaves behind, it would leave to be seen."""
    folder = tmp_path_factory.mktemp("place")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TALLY_HOME", str(folder / "home"))
        with opened_place(folder) as found:
            yield found


@pytest.fixture
def door(
    place: Place,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Door:
    """Return the door, where two documents are kept already."""
    monkeypatch.setenv("TALLY_HOME", str(place.home))
    monkeypatch.setenv("TALLY_URL", place.url)
    monkeypatch.setenv("LANG", "en_US.UTF-8")
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)

    def run(*words: object) -> Any:
        capsys.readouterr()
        main([str(word) for word in words])
        return json.loads(capsys.readouterr().out)

    found = Door(place, work, run)
    if not place.node.documents._parts.depot.cids():
        kept = found.made("kept.txt", b"what is kept")
        for name in ("D-kept", "D-other"):
            assert "error" not in run("document", "put", kept, "--document", name, *OWN)
        kept.unlink()
    return found


def code_of(line: Planted, door: Door) -> object:
    """Return the code by which the input is refused."""
    try:
        return line.plant(door)
    except TallystickError as error:
        return error.code


@pytest.mark.parametrize("line", TABLE, ids=[line.promise for line in TABLE])
def test_bad_input_is_refused_with_its_code_and_leaves_nothing(line: Planted, door: Door) -> None:
    """Issue 5, "Bad input": sentence by sentence."""
    before = door.place.everything()
    assert before["files"], "there is something that could be changed"
    assert code_of(line, door) == line.code
    assert door.place.everything() == before
    names = {one.name for one in door.work.parent.rglob("*")}
    assert not names & {"payees.json", "evil", "bagit.txt"}


def test_what_is_left_behind_would_be_seen(door: Door) -> None:
    """A file of any store, and a record: each changes what is compared."""
    before = door.place.everything()
    for folder in ("home", "node/documents/store", "temporary"):
        left = door.place.folder / folder / "left"
        left.write_bytes(b"x")
        assert door.place.everything() != before, folder
        left.unlink()
    assert door.place.everything() == before
    assert "error" not in door.run("evidence", "deposit", door.made("seen.txt", b"seen"), *OWN)
    assert door.place.everything()["records"] != before["records"]


def test_the_doors_take_what_is_good(door: Door) -> None:
    """So that a door that refuses everything is noticed."""
    good = door.made("合同.pdf", unsealed())
    assert "error" not in door.run("document", "put", good, "--document", "D-good", *OWN)
    assert "error" not in door.run("evidence", "deposit", good, "--file-name", "合同.pdf", *OWN)
    assert imported(bytes)(door) == ""
    door.made("b.txt.tsr", stamped())
    stamped_file = door.made("b.txt", CONTENT)
    root = ("--authorities", door.made("good.pem", FILES.root))
    assert code_in(door.run("timestamp", "verify", stamped_file, *root, "--json")) == ""
    assert "error" not in door.run("evidence", "deposit", stamped_file, *OWN)


@pytest.mark.parametrize("line", TABLE, ids=[line.promise for line in TABLE])
def test_the_test_that_looks_closer_is_there(line: Planted) -> None:
    """A test that was renamed is named here by its new name."""
    file, _, name = line.closer.partition("::")
    tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
    assert name in {one.name for one in ast.walk(tree) if isinstance(one, ast.FunctionDef)}


def test_what_we_write_into_tables_is_computed_by_no_spreadsheet() -> None:
    """CSV formula injection, going out: nothing is refused, and nothing is computed."""
    written = write_csv(["name"], [["=1+1"], ["@SUM(A1)"], ["\t=1"]]).decode("utf-8-sig")
    cells = [line.strip('"') for line in written.split("\r\n")[1:]]
    assert [one for one in cells if one.startswith(("=", "+", "-", "@", "\t"))] == []


def test_good_input_of_every_kind_is_taken(tmp_path: Path) -> None:
    """So that a door that refuses everything is noticed."""
    depot = opened(tmp_path)
    assert open_archive(io.BytesIO(zipped({"a.txt": b"x"}))).sizes == {"a.txt": 1}
    read_payments(write_payments(a_file()))
    open_pdf(unsealed())
    read_sealed(sealed())
    check_arguments({"file_name": "合同.pdf"})
    take_car(depot, io.BytesIO(b"".join(car_of_file())))
    assert depot.holds(ADDRESS.cid)
    checked = check_token(read_token(stamped()), read_roots(FILES.root), DIGESTS)
    check_valid_at(checked, NOW_MS)
