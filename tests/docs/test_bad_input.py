# SPDX-License-Identifier: Apache-2.0
"""Every kind of bad input that we promise to refuse, planted: its code, and nothing left behind.

The one place that says what is promised. Each line plants the input at the door that meets it
first; the file that is named looks closer, at every variant and every other door.
"""

from __future__ import annotations

import ast
import io
import random
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from tallystick.contracts.text import check_arguments
from tallystick.documents import Depot, DepotLimits, FolderStore, take_car, write_car
from tallystick.errors import TallystickError
from tallystick.interchange.archives import open_archive
from tallystick.interchange.certificates import open_pdf, read_sealed
from tallystick.interchange.iso20022 import read_payments, write_payments
from tallystick.interchange.tables import Column, read_table, write_csv
from tallystick.interchange.timestamps import (
    check_token,
    check_valid_at,
    content_digests,
    read_roots,
    read_token,
)
from tallystick.merkle import Address, address_of
from tests.certificates import sealed, unsealed
from tests.payments import a_file
from tests.unit.interchange.stamping import CONTENT, DIGESTS, FILES, NOW_MS, stamped, with_purpose
from tests.unit.interchange.zips import zipped

TESTS: Final = Path(__file__).parents[1]
FILE: Final = random.Random(7).randbytes(3 * 1024 * 1024)
ADDRESS: Final = address_of(FILE)
YEARS_MS: Final = 40 * 365 * 24 * 3_600_000


class Planted(NamedTuple):
    """One line of the table."""

    promise: str
    plant: Callable[[Depot], object]
    """Hands the bad input over and is refused, or returns the code that it is told."""
    code: str
    closer: str
    """File and test that look closer."""


def opened(folder: Path) -> Depot:
    """Return an empty depot for documents of up to 4 GiB."""
    return Depot(folder, FolderStore(folder / "content"), limits=DepotLimits(free_bytes_min=0))


def archive(data: bytes) -> Callable[[Depot], object]:
    """Open an archive."""
    return lambda _: open_archive(io.BytesIO(data))


def entities(_: Depot) -> object:
    """Read a payment order that declares an entity."""
    honest = write_payments(a_file())
    return read_payments(
        honest.replace(b"<Document", b'<!DOCTYPE D [<!ENTITY x "y">]><Document', 1)
    )


def script(_: Depot) -> object:
    """Open a PDF that runs something when it is opened."""
    writer = IncrementalPdfFileWriter(io.BytesIO(unsealed()))
    action = {"/S": generic.pdf_name("/JavaScript"), "/JS": generic.pdf_string("app.alert(1)")}
    writer.root[generic.pdf_name("/OpenAction")] = generic.DictionaryObject(
        {generic.pdf_name(name): value for name, value in action.items()}
    )
    writer.update_root()
    out = io.BytesIO()
    writer.write(out)
    return open_pdf(out.getvalue())


def formula(_: Depot) -> str:
    """Read a list with a formula in it; what is wrong is told cell by cell."""
    rows = read_table(b'name\n"=HYPERLINK(1)"\n', (Column(name="name", headers=("name",)),))
    return next(one.code.value for row in rows for one in row.problems)


def too_large(depot: Depot) -> object:
    """Announce a document of 5 GiB."""
    return depot.begin(ADDRESS._replace(size=5 * 2**30))


def cut_off(depot: Depot) -> None:
    """Hand over a document without its last byte."""
    depot.keep(ADDRESS, [FILE[:-1]])


def wrong_address(depot: Depot) -> None:
    """Hand over a document under the address of another."""
    declared: Address = ADDRESS._replace(cid=address_of(b"other").cid)
    depot.keep(declared, [FILE])


def wrong_blocks(depot: Depot) -> object:
    """Import a CAR in which one byte of a block is another."""
    car = bytearray(b"".join(car_of_file()))
    car[len(car) // 2] ^= 1
    return take_car(depot, io.BytesIO(car))


def car_of_file() -> Iterator[bytes]:
    """Return the file's CAR, from a depot of its own."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        depot = opened(Path(folder))
        depot.keep(ADDRESS, [FILE])
        yield from write_car(depot, ADDRESS.cid)


def expired(_: Depot) -> None:
    """Check a token of an authority whose certificate has ended."""
    checked = check_token(read_token(stamped()), read_roots(FILES.root), DIGESTS)
    check_valid_at(checked, NOW_MS + YEARS_MS)


def wrong_purpose(_: Depot) -> object:
    """Check a token of a certificate that is for anything."""
    files = with_purpose(None)
    return check_token(read_token(stamped(files)), read_roots(files.root), DIGESTS)


def other_bytes(_: Depot) -> object:
    """Check a token against another content."""
    content = content_digests([CONTENT + b"."])
    return check_token(read_token(stamped()), read_roots(FILES.root), content)


def edited(_: Depot) -> object:
    """Open a certificate of which a byte was changed after sealing."""
    return read_sealed(sealed().replace(b"/Lang", b"/Lanf", 1))


BOMB: Final = zipped({"bomb": bytes(20_000_000)}, method=zipfile.ZIP_DEFLATED)
ARCHIVES: Final = "unit/interchange/test_archives.py"
TABLE: Final = (
    Planted(
        "zip bombs",
        archive(BOMB),
        "E_HOSTILE_FILE",
        f"{ARCHIVES}::test_a_hostile_archive_is_refused_before_anything_is_unpacked",
    ),
    Planted(
        "path traversal in archives",
        archive(zipped({"../../evil": b"x"})),
        "E_HOSTILE_FILE",
        f"{ARCHIVES}::test_a_hostile_name_is_refused",
    ),
    Planted(
        "absolute names in archives",
        archive(zipped({"/etc/evil": b"x"})),
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
        script,
        "E_ACTIVE",
        "unit/interchange/test_certificates.py::test_a_pdf_that_could_do_something_is_refused",
    ),
    Planted(
        "names with control characters in archives",
        archive(zipped({"bell\a.txt": b"x"})),
        "E_HOSTILE_FILE",
        f"{ARCHIVES}::test_a_hostile_name_is_refused",
    ),
    Planted(
        "names with bidirectional characters in archives",
        archive(zipped({"gpj.\u202etxt": b"x"})),
        "E_HOSTILE_FILE",
        f"{ARCHIVES}::test_a_hostile_name_is_refused",
    ),
    Planted(
        "names with control or bidirectional characters on the ledger",
        lambda _: check_arguments({"file_name": "gpj.\u202etxt"}),
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
        wrong_address,
        "E_HASH",
        "unit/documents/test_depot.py::"
        "test_other_bytes_than_declared_are_refused_and_leave_nothing",
    ),
    Planted(
        "a CAR with wrong blocks",
        wrong_blocks,
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
        other_bytes,
        "E_TIME_STAMP",
        "unit/interchange/test_timestamps.py::test_a_token_over_other_bytes_is_refused",
    ),
    Planted(
        "a certificate PDF edited after signing",
        edited,
        "E_SEAL",
        "unit/client/test_certificates.py::test_a_certificate_edited_after_sealing_is_refused",
    ),
)


def code_of(line: Planted, depot: Depot) -> object:
    """Return the code by which the input is refused."""
    try:
        return line.plant(depot)
    except TallystickError as error:
        return error.code


@pytest.mark.parametrize("line", TABLE, ids=[line.promise for line in TABLE])
def test_bad_input_is_refused_with_its_code_and_leaves_nothing(
    line: Planted, tmp_path: Path
) -> None:
    """Issue 5, "Bad input": sentence by sentence."""
    depot = opened(tmp_path)
    assert code_of(line, depot) == line.code
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


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
