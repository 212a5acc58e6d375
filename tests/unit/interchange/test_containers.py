# SPDX-License-Identifier: Apache-2.0
"""ASiC-E containers with a time-stamp: their form, and what is wrong with others."""

from __future__ import annotations

import hashlib
import io

import pytest

from tallystick.errors import HashMismatch, HostileFile, InvalidPackage
from tallystick.interchange.packages import container_manifest, read_container, write_container
from tests.unit.interchange.zips import opened, unpacked, zipped

ORIGINALS = {"合同 1.pdf": b"a contract", "b.txt": b""}
DIGESTS = {name: hashlib.sha256(content).digest() for name, content in ORIGINALS.items()}
MANIFEST = container_manifest(DIGESTS)
MIMETYPE = {"mimetype": b"application/vnd.etsi.asic-e+zip"}


def packed() -> bytes:
    """Return a container with a made-up token."""
    target = io.BytesIO()
    write_container(target, {n: [c] for n, c in ORIGINALS.items()}, MANIFEST, b"token")
    return target.getvalue()


def test_a_container_is_read_back_whole() -> None:
    """Manifest and token as written, every original compared."""
    found = read_container(opened(packed()))
    assert (found.manifest, found.token, found.digests) == (MANIFEST, b"token", DIGESTS)


def test_the_media_type_is_where_programs_look_for_it() -> None:
    """Offset 38: after 30 bytes of header and eight of name, stored, without extra field."""
    assert packed()[30:].startswith(b"mimetypeapplication/vnd.etsi.asic-e+zip")


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"mimetype": b"application/vnd.etsi.asic-s+zip"}, InvalidPackage),
        ({"b.txt": b"x"}, HashMismatch),
        ({"b.txt": None}, InvalidPackage),
        ({"c.txt": b""}, InvalidPackage),
        ({"META-INF/other.xml": b""}, InvalidPackage),
        ({"META-INF/timestamp.tst": None}, InvalidPackage),
        ({"META-INF/ASiCManifest.xml": b"<"}, InvalidPackage),
        ({"META-INF/ASiCManifest.xml": b"<a/>"}, InvalidPackage),
        ({"META-INF/ASiCManifest.xml": b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"}, HostileFile),
        ({"META-INF/ASiCManifest.xml": MANIFEST.replace(b"sha256", b"sha1xx")}, InvalidPackage),
        ({"META-INF/ASiCManifest.xml": MANIFEST.replace(b"=</", b"</")}, InvalidPackage),
        ({"META-INF/ASiCManifest.xml": MANIFEST.replace(b"b.txt", b"../b")}, HostileFile),
        ({"META-INF/ASiCManifest.xml": MANIFEST.replace(b"timestamp.tst", b"x")}, InvalidPackage),
    ],
)
def test_any_other_container_is_refused(
    change: dict[str, bytes | None], error: type[Exception]
) -> None:
    """JUD-2: a byte of a file, a file more or less, another manifest."""
    files = {
        name: content
        for name, content in (unpacked(packed()) | change).items()
        if content is not None
    }
    with pytest.raises(error):
        read_container(opened(zipped(files)))


def test_the_media_type_must_come_first_and_plain() -> None:
    """Otherwise programs that look at the first bytes take it for something else."""
    files = unpacked(packed())
    last = {name: files[name] for name in [*list(files)[1:], "mimetype"]}
    with pytest.raises(InvalidPackage, match="first"):
        read_container(opened(zipped(last)))
    with pytest.raises(InvalidPackage, match="first"):
        read_container(opened(zipped(files, extra=b"\x99\x99\x00\x00")))
