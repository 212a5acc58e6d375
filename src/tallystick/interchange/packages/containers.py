# SPDX-License-Identifier: Apache-2.0
"""ASiC-E containers with a time-stamp (ETSI EN 319 162-1): a ZIP, a manifest, a token over it.

    mimetype                     first, stored, without extra fields
    contract.pdf, ...            the originals
    META-INF/ASiCManifest.xml    names and SHA-256 of the originals
    META-INF/timestamp.tst       RFC 3161 token over the manifest

The token is checked by `timestamps`; here is what belongs to the container. lxml is loaded when a
manifest is read or written.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import IO, Final
from urllib.parse import quote, unquote

from tallystick.errors import HashMismatch, HostileFile, InvalidPackage
from tallystick.interchange.archives import Archive, ArchiveWriter, check_name

MEDIA_TYPE: Final = b"application/vnd.etsi.asic-e+zip"
MANIFEST: Final = "META-INF/ASiCManifest.xml"
TIME_STAMP: Final = "META-INF/timestamp.tst"
MANIFEST_BYTES_MAX: Final = 8 * 1024 * 1024
_ASIC: Final = "http://uri.etsi.org/02918/v1.2.1#"
_DSIG: Final = "http://www.w3.org/2000/09/xmldsig#"
_SHA256: Final = "http://www.w3.org/2001/04/xmlenc#sha256"
_TIME_STAMP_TYPE: Final = "application/vnd.etsi.timestamp-token"


@dataclass(frozen=True, slots=True)
class Container:
    """A container whose manifest was read; `token` is over `manifest`."""

    manifest: bytes
    token: bytes
    digests: Mapping[str, bytes]
    """SHA-256 of each original, by its name; all of them were compared."""


def container_manifest(digests: Mapping[str, bytes]) -> bytes:
    """Return the manifest over originals: what the time-stamp token must be over."""
    from lxml import etree

    root = etree.Element(f"{{{_ASIC}}}ASiCManifest", nsmap={"asic": _ASIC, "ds": _DSIG})
    etree.SubElement(root, f"{{{_ASIC}}}SigReference", URI=TIME_STAMP, MimeType=_TIME_STAMP_TYPE)
    for name, digest in digests.items():
        reference = etree.SubElement(root, f"{{{_ASIC}}}DataObjectReference", URI=quote(name))
        etree.SubElement(reference, f"{{{_DSIG}}}DigestMethod", Algorithm=_SHA256)
        value = etree.SubElement(reference, f"{{{_DSIG}}}DigestValue")
        value.text = base64.b64encode(digest).decode()
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def write_container(
    target: IO[bytes], originals: Mapping[str, Iterable[bytes]], manifest: bytes, token: bytes
) -> None:
    """Write a container; the token is a bare one (`.tst`) over the manifest.

    Raises:
        HostileFile: a name is not acceptable.
    """
    with ArchiveWriter(target) as archive:
        archive.add("mimetype", [MEDIA_TYPE])
        for name, chunks in originals.items():
            archive.add(name, chunks)
        archive.add(MANIFEST, [manifest])
        archive.add(TIME_STAMP, [token])


def read_container(archive: Archive) -> Container:
    """Return a container whose originals are those of its manifest, every one compared.

    Raises:
        InvalidPackage: it is no container of this form, or has files that no manifest names.
        HashMismatch: an original is not as the manifest says.
        HostileFile: the manifest has document types or entities in it.
    """
    sizes = archive.sizes
    names = list(sizes)
    if names[:1] != ["mimetype"] or not archive.is_stored["mimetype"]:
        raise InvalidPackage("mimetype must come first, stored as it is", field="mimetype")
    if _whole(archive, "mimetype", len(MEDIA_TYPE)) != MEDIA_TYPE:
        raise InvalidPackage("not an ASiC-E container", field="mimetype")
    manifest = _whole(archive, MANIFEST, MANIFEST_BYTES_MAX)
    token = _whole(archive, TIME_STAMP, MANIFEST_BYTES_MAX)
    digests = dict(_references(manifest))
    originals = [one for one in names if one != "mimetype" and not one.startswith("META-INF/")]
    extra = set(names) - {"mimetype", MANIFEST, TIME_STAMP, *digests}
    if extra or set(originals) != digests.keys():
        raise InvalidPackage(
            "the manifest does not name exactly the files there are",
            field=MANIFEST,
            found=", ".join(sorted(extra or digests.keys() ^ set(originals)))[:200],
        )
    for name, digest in digests.items():
        found = hashlib.sha256()
        for chunk in archive.chunks(name):
            found.update(chunk)
        if found.digest() != digest:
            raise HashMismatch(
                "a file is not as the manifest says",
                field=name[:200],
                expected=digest.hex(),
                found=found.hexdigest(),
            )
    return Container(manifest, token, digests)


def _whole(archive: Archive, name: str, size_max: int) -> bytes:
    size = archive.sizes.get(name)
    if size is None or size > size_max:
        raise InvalidPackage("a part of the container is missing or too large", field=name)
    return b"".join(archive.chunks(name))


def _references(manifest: bytes) -> Iterator[tuple[str, bytes]]:
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    try:
        tree = etree.parse(io.BytesIO(manifest), parser)
    except etree.XMLSyntaxError as error:
        raise InvalidPackage("the manifest is not XML", field=MANIFEST) from error
    if tree.docinfo.internalDTD is not None:
        raise HostileFile("the manifest declares document types", field=MANIFEST)
    root = tree.getroot()
    signed = root.find(f"{{{_ASIC}}}SigReference")
    if root.tag != f"{{{_ASIC}}}ASiCManifest" or signed is None or signed.get("URI") != TIME_STAMP:
        raise InvalidPackage(
            "the manifest names another token", field=MANIFEST, expected=TIME_STAMP
        )
    seen: set[str] = set()
    for one in root.findall(f"{{{_ASIC}}}DataObjectReference"):
        name = unquote(one.get("URI") or "")
        check_name(name)
        method = one.find(f"{{{_DSIG}}}DigestMethod")
        text = one.findtext(f"{{{_DSIG}}}DigestValue") or ""
        if name in seen or method is None or method.get("Algorithm") != _SHA256:
            raise InvalidPackage(
                "a reference is there twice, or of another hash",
                field=MANIFEST,
                expected=_SHA256,
                found=name[:200],
            )
        seen.add(name)
        try:
            yield name, base64.b64decode(text, validate=True)
        except binascii.Error as error:
            raise InvalidPackage("a digest is not base64", field=MANIFEST) from error
