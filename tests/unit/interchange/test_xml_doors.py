# SPDX-License-Identifier: Apache-2.0
"""XML that declares entities or document types is refused at every door that reads XML.

One table of doors, one of tricks. A new door that parses XML and is not in the table fails here.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from tallystick.errors import HostileFile, InvalidPackage, TallystickError
from tallystick.interchange.archives import open_archive
from tallystick.interchange.iso20022 import (
    read_entries,
    read_payments,
    read_status,
    write_payments,
)
from tallystick.interchange.packages import container_manifest, read_container
from tallystick.interchange.tables import Column, read_table
from tests.payments import a_file
from tests.unit.interchange.stamping import stamped
from tests.unit.interchange.workbooks import altered, part, workbook
from tests.unit.interchange.zips import zipped

SOURCE: Final = Path(__file__).parents[3] / "src" / "tallystick"
COLUMNS: Final = (Column(name="a", headers=("a",)),)
BOOK: Final = workbook(["a"], ["b"])
CANARY: Final = "canary-of-a-file-nearby"
PAYMENT: Final = write_payments(a_file())
MANIFEST: Final = container_manifest({"a.txt": bytes(32)})
ENTRIES: Final = PAYMENT.replace(b"pain.001.001.09", b"camt.054.001.08")
STATUS: Final = PAYMENT.replace(b"pain.001.001.09", b"pain.002.001.10")


def container(manifest: bytes) -> object:
    """Open a container with this manifest."""
    members = {
        "mimetype": b"application/vnd.etsi.asic-e+zip",
        "META-INF/ASiCManifest.xml": manifest,
        "META-INF/timestamp.tst": stamped(),
        "a.txt": b"",
    }
    return read_container(open_archive(io.BytesIO(zipped(members))))


def book(name: str) -> Callable[[bytes], object]:
    """Return a door: a workbook with one of its parts replaced."""
    return lambda content: list(read_table(altered(BOOK, {name: content}), COLUMNS))


DOORS: Final[dict[str, tuple[bytes, Callable[[bytes], object]]]] = {
    "bank statement": (ENTRIES, read_entries),
    "payment order": (PAYMENT, read_payments),
    "payment status": (STATUS, read_status),
    "container manifest": (MANIFEST, container),
    **{
        f"workbook {name}": (part(BOOK, name), book(name))
        for name in ("xl/workbook.xml", "xl/worksheets/sheet1.xml", "[Content_Types].xml")
    },
}
"""Each with XML that it would read but for what is added."""

TRICKS: Final = {
    "entity": '<!DOCTYPE R [<!ENTITY x "y">]>',
    "laughs": '<!DOCTYPE R [<!ENTITY a "haha"><!ENTITY x "&a;&a;&a;&a;&a;&a;&a;&a;">]>',
    "file": '<!DOCTYPE R [<!ENTITY x SYSTEM "FILE">]>',
    "outside definition": '<!DOCTYPE R SYSTEM "FILE">',
    "public definition": '<!DOCTYPE R PUBLIC "-//X//Y" "FILE">',
    "parameter": '<!DOCTYPE R [<!ENTITY % x SYSTEM "FILE"> %x;]>',
    "empty": "<!DOCTYPE R>",
}


def spoilt(honest: bytes, declared: str, near: Path) -> bytes:
    """Return XML with a document type behind its declaration, and the entity used in a text."""
    head, mark, body = honest.partition(b"?>")
    if not mark:
        head, body = b'<?xml version="1.0"', honest
    root = re.search(rb"<([A-Za-z][\w:.-]*)", body)
    assert root is not None
    said = declared.replace("R", root[1].decode(), 1).replace("FILE", near.as_uri())
    if " x " in declared and "%" not in declared:
        body = re.sub(rb">([^<>]*)</", rb">&x;\1</", body, count=1)
    return head + b"?>" + said.encode() + body


@pytest.mark.parametrize("trick", sorted(TRICKS))
@pytest.mark.parametrize("door", sorted(DOORS))
def test_entities_and_document_types_are_refused(door: str, trick: str, tmp_path: Path) -> None:
    """With a typed refusal that holds nothing of the file nearby."""
    near = tmp_path / "secret.txt"
    near.write_text(CANARY)
    honest, read = DOORS[door]
    with pytest.raises((HostileFile, InvalidPackage)) as caught:
        read(spoilt(honest, TRICKS[trick], near))
    if trick in ("entity", "empty"):
        assert caught.value.code == "E_HOSTILE_FILE"
    assert CANARY not in f"{caught.value} {caught.value.found} {caught.value.__cause__}"


@pytest.mark.parametrize("door", sorted(DOORS))
def test_without_the_trick_nothing_is_called_hostile(door: str) -> None:
    """So the refusals above are for the document types, and for nothing else."""
    honest, read = DOORS[door]
    try:
        read(honest)
    except HostileFile as error:  # pragma: no cover  # what this test is about
        pytest.fail(f"{door}: {error}")
    except TallystickError:
        pass  # another message than this reader's, which it says after looking for tricks


def test_every_file_that_parses_xml_is_behind_a_door_of_the_table() -> None:
    """Whoever adds a parser adds its door above."""
    parsing = re.compile(r"XMLParser|etree\.parse|fromstring\(|load_workbook|ElementTree|minidom")
    found = {
        str(path.relative_to(SOURCE))
        for path in SOURCE.rglob("*.py")
        if parsing.search(path.read_text(encoding="utf-8"))
    }
    assert found == {
        "cli/contract_tests.py",  # the report of our own pytest run
        "interchange/iso20022/documents.py",
        "interchange/packages/containers.py",
        "interchange/tables/read_xlsx.py",
    }
