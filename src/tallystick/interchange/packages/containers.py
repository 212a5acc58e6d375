# SPDX-License-Identifier: Apache-2.0
"""ASiC-E containers (ETSI EN 319 162-1): a ZIP, a manifest, a time-stamp and a seal over it.

    mimetype                     first, stored, without extra fields
    contract.pdf, ...            the originals
    META-INF/ASiCManifest.xml    names and SHA-256 of the originals
    META-INF/timestamp.tst       RFC 3161 token over the manifest
    META-INF/ASiCManifest1.xml   the same names and digests, if the container is sealed too
    META-INF/signature1.p7s      CAdES signature over that manifest

The token is checked by `timestamps`, the seal by `certificates`; here is what belongs to the
container. lxml is loaded when a manifest is read or written.
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
SEALED_MANIFEST: Final = "META-INF/ASiCManifest1.xml"
SIGNATURE: Final = "META-INF/signature1.p7s"
MANIFEST_BYTES_MAX: Final = 8 * 1024 * 1024
_ASIC: Final = "http://uri.etsi.org/02918/v1.2.1#"
_DSIG: Final = "http://www.w3.org/2000/09/xmldsig#"
_SHA256: Final = "http://www.w3.org/2001/04/xmlenc#sha256"
_TYPES: Final = {
    TIME_STAMP: "application/vnd.etsi.timestamp-token",
    SIGNATURE: "application/x-pkcs7-signature",
}


@dataclass(frozen=True, slots=True)
class Sealed:
    """A manifest and the signature over it."""

    manifest: bytes
    signature: bytes
    """CAdES, apart from the manifest; DER."""


@dataclass(frozen=True, slots=True)
class Container:
    """A container whose manifest was read; `token` is over `manifest`."""

    manifest: bytes
    token: bytes
    digests: Mapping[str, bytes]
    """SHA-256 of each original, by its name; all of them were compared."""
    sealed: Sealed | None = None
    """None without a seal; its manifest names the same originals."""


def container_manifest(digests: Mapping[str, bytes], signed_by: str = TIME_STAMP) -> bytes:
    """Return the manifest over originals: what the token, or the `SIGNATURE`, must be over."""
    from lxml import etree

    root = etree.Element(f"{{{_ASIC}}}ASiCManifest", nsmap={"asic": _ASIC, "ds": _DSIG})
    etree.SubElement(root, f"{{{_ASIC}}}SigReference", URI=signed_by, MimeType=_TYPES[signed_by])
    for name, digest in digests.items():
        reference = etree.SubElement(root, f"{{{_ASIC}}}DataObjectReference", URI=quote(name))
        etree.SubElement(reference, f"{{{_DSIG}}}DigestMethod", Algorithm=_SHA256)
        value = etree.SubElement(reference, f"{{{_DSIG}}}DigestValue")
        value.text = base64.b64encode(digest).decode()
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def write_container(
    target: IO[bytes],
    originals: Mapping[str, Iterable[bytes]],
    manifest: bytes,
    token: bytes,
    *,
    sealed: Sealed | None = None,
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
        if sealed is not None:
            archive.add(SEALED_MANIFEST, [sealed.manifest])
            archive.add(SIGNATURE, [sealed.signature])


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
    digests = dict(_references(manifest, MANIFEST, TIME_STAMP))
    sealed = _sealed(archive, digests)
    originals = [one for one in names if one != "mimetype" and not one.startswith("META-INF/")]
    known = {"mimetype", MANIFEST, TIME_STAMP, *digests}
    extra = set(names) - known - (set() if sealed is None else {SEALED_MANIFEST, SIGNATURE})
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
    return Container(manifest, token, digests, sealed)


def _sealed(archive: Archive, digests: Mapping[str, bytes]) -> Sealed | None:
    """Return the sealed manifest, which must be over the very same files."""
    if SIGNATURE not in archive.sizes:
        return None
    manifest = _whole(archive, SEALED_MANIFEST, MANIFEST_BYTES_MAX)
    if dict(_references(manifest, SEALED_MANIFEST, SIGNATURE)) != digests:
        raise InvalidPackage("the manifests are over different files", field=SEALED_MANIFEST)
    return Sealed(manifest, _whole(archive, SIGNATURE, MANIFEST_BYTES_MAX))


def _whole(archive: Archive, name: str, size_max: int) -> bytes:
    size = archive.sizes.get(name)
    if size is None or size > size_max:
        raise InvalidPackage("a part of the container is missing or too large", field=name)
    return b"".join(archive.chunks(name))


def _references(manifest: bytes, place: str, signed_by: str) -> Iterator[tuple[str, bytes]]:
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    try:
        tree = etree.parse(io.BytesIO(manifest), parser)
    except etree.XMLSyntaxError as error:
        raise InvalidPackage("the manifest is not XML", field=place) from error
    if tree.docinfo.internalDTD is not None:
        raise HostileFile("the manifest declares document types", field=place)
    root = tree.getroot()
    signed = root.find(f"{{{_ASIC}}}SigReference")
    if root.tag != f"{{{_ASIC}}}ASiCManifest" or signed is None or signed.get("URI") != signed_by:
        raise InvalidPackage("the manifest names another token", field=place, expected=signed_by)
    seen: set[str] = set()
    for one in root.findall(f"{{{_ASIC}}}DataObjectReference"):
        name = unquote(one.get("URI") or "")
        check_name(name)
        method = one.find(f"{{{_DSIG}}}DigestMethod")
        text = one.findtext(f"{{{_DSIG}}}DigestValue") or ""
        if name in seen or method is None or method.get("Algorithm") != _SHA256:
            raise InvalidPackage(
                "a reference is there twice, or of another hash",
                field=place,
                expected=_SHA256,
                found=name[:200],
            )
        seen.add(name)
        try:
            yield name, base64.b64decode(text, validate=True)
        except binascii.Error as error:
            raise InvalidPackage("a digest is not base64", field=place) from error
