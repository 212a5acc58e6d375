# SPDX-License-Identifier: Apache-2.0
"""Certificates: an extract as a sealed PDF that proves itself, with the proof of its seal inside.

A certificate is made again by whoever checks it: from the extract inside follows the page, byte by
byte, so no page can say anything else than the extract.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from tallystick.client.exchange import Flow
from tallystick.client.extracts import Extract
from tallystick.client.named_extracts import with_names
from tallystick.client.proven_record import ProvenRecord, key_text, read_proven_record
from tallystick.client.reading import fetch_proven, query
from tallystick.client.session import Session
from tallystick.crypto import OrganizationSeal, describe_seal
from tallystick.encoding import format_json, parse_json
from tallystick.errors import InvalidPDF, InvalidProof, InvalidSeal, Malformed
from tallystick.interchange.certificates import (
    CERTIFICATE_FILE,
    CERTIFICATE_FORMAT,
    EXTRACT_FILE,
    Attached,
    Authority,
    FactName,
    Page,
    Paper,
    Standing,
    Text,
    link_of,
    maker,
    page_of,
    portal_of,
    render,
    set_seal,
)
from tallystick.model import parse_checkpoint

SEALS: Final = ("seals", "seals")
"""Contract and table of the register of seals."""
_INDENT: Final = 2
_ABOUT_EXTRACT: Final = "Facts with their proofs / 事实及其证明"
_ABOUT_CERTIFICATE: Final = "How the page was set, and the proof of the seal / 排版依据与签章证明"


class SealRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A seal as the ledger has it."""

    organization: str
    version: int
    certificate: bytes
    published_at: int
    published_by: str
    retired_at: int | None = None
    revoked_at: int | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """What the file `certificate.json` inside a certificate says; nothing of it is checked."""

    maker: str
    """What set the page."""
    paper: Paper
    portal: str | None
    """Address that the QR code begins with."""
    seal: ProvenRecord

    def to_json(self) -> bytes:
        """Return the file."""
        plain = {
            "format": CERTIFICATE_FORMAT,
            "maker": self.maker,
            "paper": self.paper.to_plain(),
            "portal": self.portal,
            "seal": self.seal.to_dict(),
        }
        return f"{format_json(plain, indent=_INDENT)}\n".encode()


def certify(
    session: Session,
    extract: Extract,
    paper: Paper,
    seal: OrganizationSeal,
    *,
    portal: str | None = None,
    authority: Authority | None = None,
) -> Flow[bytes]:
    """Make the certificate of an extract: a PDF/A-3 in both languages, sealed.

    Args:
        session: The connection.
        extract: From `read_extract`, or as a contract's file was made.
        paper: Title and names of facts: `Paper.of(take_away.title, take_away.labels)`.
        seal: The organisation's seal, which the ledger has in force.
        portal: Address for the QR code; without one it is a text that `tally verify` takes.
        authority: Answers requests for time-stamps (RFC 3161), for a seal with a trusted time.

    Raises:
        UnknownRecord: the organisation has no seal in force.
        InvalidSeal: the ledger has another seal of it in force.
        Unverified: the node's proof does not hold.
        TimeStampRefused: the authority cannot be reached, or gave no token.
    """
    organization = describe_seal(seal.certificate).organization
    shown = yield from query(SEALS[0], "show", {"organization": organization})
    key = key_text(organization, int(shown["version"]))
    height = parse_checkpoint(extract.checkpoint).height
    proven = yield from fetch_proven(session, *SEALS, key, height)
    published = seal_record(proven)
    if published.certificate != seal.certificate:
        raise InvalidSeal(
            "the ledger has another seal of this organisation in force",
            field="seal",
            hint="Publish this one with `tally seal publish`, or use that one.",
        )
    extract = yield from with_names(session, extract, organization)
    facts = CertificateFacts(maker(), paper, portal_of(portal), proven)
    pdf = render(certificate_page(extract.to_json(), extract, facts))
    name = describe_seal(seal.certificate).name
    # In a thread of its own: sealing runs an event loop, and this one may run another.
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(set_seal, pdf, seal, name, authority=authority).result()


def certificate_page(content: bytes, extract: Extract, facts: CertificateFacts) -> Page:
    """Return the page that an extract has as a certificate: all of it follows from the files.

    Raises:
        Malformed, InvalidPaymentFile: a fact is not of the form that its name says.
        InvalidProof, FileProblem: the record of the seal is none.
    """
    published = seal_record(facts.seal)
    described = describe_seal(published.certificate)
    seal = OrganizationSeal(published.certificate, b"")
    head = parse_checkpoint(extract.checkpoint)
    place: dict[str, Any] = {
        "network": head.origin,
        "contract": extract.contract,
        "kind": extract.kind,
        "subject": extract.subject,
        "height": head.height,
    }
    names = {code: Text(one.zh, one.en) for code, one in extract.names.items()}
    standing = Standing(
        **place,
        time_ms=head.time,
        organization=published.organization,
        organization_name=described.name,
        seal_fingerprint=seal.fingerprint,
        link=link_of(place, extract.facts, facts.portal),
        names=names,
    )
    files = (
        Attached(EXTRACT_FILE, content, _ABOUT_EXTRACT),
        Attached(CERTIFICATE_FILE, facts.to_json(), _ABOUT_CERTIFICATE, "supplement"),
    )
    return page_of(facts.paper, extract.facts, standing, files)


def seal_record(proven: ProvenRecord) -> SealRecord:
    """Return the seal that a record is; its proof is checked elsewhere.

    Raises:
        InvalidProof: it is no record of a seal.
    """
    try:
        found = msgspec.convert(proven.value, SealRecord)
    except msgspec.ValidationError as error:
        raise InvalidProof(f"not the record of a seal: {error}", field="seal") from error
    if (proven.contract, proven.table) != SEALS:
        raise InvalidProof("not a record of the register of seals", field="seal")
    if proven.key != key_text(found.organization, found.version):
        raise InvalidProof("the record of a seal under another key", field="seal")
    return found


class _Text(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    zh: str
    en: str


class _Name(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    path: str
    label: _Text
    form: str
    words: dict[str, _Text]


class _Paper(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    title: _Text
    names: list[_Name]


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    format: str
    maker: str
    paper: _Paper
    portal: str | None
    seal: dict[str, Any]


def read_certificate_file(data: bytes) -> CertificateFacts:
    """Return what `certificate.json` says; nothing of it is checked.

    Raises:
        InvalidPDF: it is no such file.
        InvalidProof: what it has of the seal is no proven record.
    """
    try:
        read = msgspec.convert(parse_json(data, name="certificate"), _File)
    except (msgspec.ValidationError, Malformed) as error:
        raise InvalidPDF(f"not a certificate: {error}", field="certificate") from error
    if read.format != CERTIFICATE_FORMAT:
        raise InvalidPDF("not a certificate", field="format", expected=CERTIFICATE_FORMAT)
    names: Mapping[str, FactName] = {
        one.path: FactName(
            _text(one.label), one.form, {word: _text(said) for word, said in one.words.items()}
        )
        for one in read.paper.names
    }
    return CertificateFacts(
        maker=read.maker,
        paper=Paper(_text(read.paper.title), names),
        portal=read.portal,
        seal=read_proven_record(read.seal),
    )


def _text(one: _Text) -> Text:
    return Text(one.zh, one.en)
