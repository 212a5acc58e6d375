# SPDX-License-Identifier: Apache-2.0
"""Checks certificates without any network: file, seal, proofs, facts, and the page itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from tallystick.client.certificates import (
    CertificateFacts,
    SealRecord,
    certificate_page,
    read_certificate_file,
    seal_record,
)
from tallystick.client.extracts import Extract, read_extract
from tallystick.client.home import read_file
from tallystick.client.trust import Trust, TrustSource, open_trust
from tallystick.client.verification import Check, Verification, Wording
from tallystick.client.verify_answers import failed, named, passed, skipped
from tallystick.client.verify_time_stamps import time_stamp_verification
from tallystick.client.wording import format_time, shown
from tallystick.crypto import describe_seal
from tallystick.errors import InvalidPDF, InvalidProof, InvalidSeal, OtherPage, TallystickError
from tallystick.interchange.certificates import (
    CERTIFICATE_FILE,
    EXTRACT_FILE,
    PDF_BYTES_MAX,
    Paper,
    SealedPDF,
    maker,
    read_sealed,
    render,
)
from tallystick.interchange.timestamps import Roots, content_digests
from tallystick.model import parse_checkpoint

FactsCheck = Callable[[Extract], tuple[bool | None, str]]
"""Makes facts again from the records of an extract: whether they are the same, and why not."""
PaperOf = Callable[[Extract], Paper | None]
"""Returns how the contract's package names these facts; None: it is not installed here."""

_FILES: Final = frozenset({EXTRACT_FILE, CERTIFICATE_FILE})


@dataclass(frozen=True, slots=True)
class StampMeans:
    """What a time-stamp on a seal is checked with."""

    roots: Roots
    """Certificates of authorities that are believed; with none it is not known whose it is."""
    now_ms: int


@dataclass(slots=True)
class _Case:
    """A certificate while it is checked."""

    data: bytes
    trust: Trust
    facts_check: FactsCheck | None
    paper_of: PaperOf | None
    stamps: StampMeans | None
    sealed: SealedPDF
    extract: Extract
    facts: CertificateFacts


def certificate_network(data: bytes) -> str | None:
    """Return the network that a certificate names; None if it cannot be read. Checks nothing."""
    try:
        extract = read_extract(_file(read_sealed(data), EXTRACT_FILE))
        return parse_checkpoint(extract.checkpoint).origin
    except TallystickError:
        return None


def check_certificate(
    what: bytes | str | Path,
    *,
    trust: TrustSource,
    facts_check: FactsCheck | None = None,
    paper_of: PaperOf | None = None,
    stamps: StampMeans | None = None,
) -> Verification:
    """Check a certificate with the trust file alone; every failure is a line of the checklist.

    Args:
        what: The PDF, or its path.
        trust: The trust file of the network, from a source you believe.
        facts_check: Makes the facts again, which needs the contract's package.
        paper_of: Says how that package names the facts.
        stamps: Which time-stamp authorities are believed, and the time; a seal may have a token.

    Raises:
        FileProblem: the path cannot be used.
        Malformed, WrongNetwork, InvalidSignature, Unverified: the trust file is not valid.
    """
    trusted = open_trust(trust)
    data = what if isinstance(what, bytes) else read_file(Path(what), size_max=PDF_BYTES_MAX)
    try:
        sealed = read_sealed(data)
        if set(sealed.files) != _FILES:
            raise InvalidPDF("the certificate has other files inside", field="pdf")
        extract = read_extract(_file(sealed, EXTRACT_FILE))
        facts = read_certificate_file(_file(sealed, CERTIFICATE_FILE))
    except TallystickError as error:
        name = "unchanged" if isinstance(error, InvalidSeal) else "pdf"
        return Verification((failed(name, error),))
    case = _Case(data, trusted, facts_check, paper_of, stamps, sealed, extract, facts)
    return Verification(tuple(_checks(case)))


def _checks(case: _Case) -> list[Check]:
    """Return the checks up to the first that fails: what follows would rest on it."""
    lines = [
        passed("pdf", "readable, no active content", "可读取，不含脚本、动作或程序"),
        passed(
            "unchanged",
            "nothing was changed or added after it was sealed",
            "签章后未被改动或添加内容",
        ),
    ]
    for name, step in _STEPS:
        try:
            lines.append(step(case))
        except TallystickError as error:
            return [*lines, failed(name, error)]
    return [*lines, *_time_stamp(case)]


def _time_stamp(case: _Case) -> tuple[Check, ...]:
    """What a token says of the seal's time; without one the time is the sealer's own word."""
    token = case.sealed.time_stamp
    if token is None:
        return ()
    stamps = case.stamps or StampMeans(Roots(()), 0)
    content = content_digests([case.sealed.signature])
    found = time_stamp_verification(token, content, stamps.roots, stamps.now_ms).checks
    return tuple(replace(one, is_required=one.is_required and bool(stamps.roots)) for one in found)


def _check_seal(case: _Case) -> Check:
    """The seal is one that its organisation had published, and in force at the proof's height."""
    case.facts.seal.check(case.trust)
    published = seal_record(case.facts.seal)
    if published.certificate != case.sealed.certificate:
        raise InvalidSeal("the seal is not the one that the ledger proves", field="seal")
    described = describe_seal(published.certificate)
    if described.organization != published.organization:
        raise InvalidSeal("the seal names another organisation", field="seal")
    _check_in_force(case, published)
    sealed_at = case.sealed.sealed_at
    if sealed_at is None or not described.valid_from <= sealed_at <= described.valid_until:
        raise InvalidSeal("sealed outside the time of the seal's certificate", field="seal")
    who, since = named(case.trust, published.organization), format_time(published.published_at)
    code, number = shown(published.organization), published.version
    when = format_time(sealed_at)
    return passed(
        "seal",
        f"seal {number} of {who.en} ({code}), published {since}; sealed {when} by its own clock",
        f"{who.zh}（{code}）第 {number} 号签章，公布于 {since}；签章时间 {when}（签章方自述）",
    )


def _check_in_force(case: _Case, published: SealRecord) -> None:
    height = parse_checkpoint(case.extract.checkpoint).height
    if case.facts.seal.height != height:
        raise InvalidSeal("the seal is proven at another height than the facts", field="seal")
    if published.revoked_at is not None:
        raise InvalidSeal(
            f"the seal was revoked at {format_time(published.revoked_at)}", field="seal"
        )
    if published.retired_at is not None:
        raise InvalidSeal(
            f"the seal was replaced at {format_time(published.retired_at)}", field="seal"
        )


def _check_records(case: _Case) -> Check:
    case.extract.check_records(case.trust)
    count = len(case.extract.records)
    names = case.extract.names.values()
    said = Wording("; ".join(one.en for one in names), "；".join(one.zh for one in names))
    return passed(
        "records",
        f"{count} proven under the signed checkpoint"
        + (f", with the registered names of: {shown(said.en)}" if names else ""),
        f"{count} 条，均由签名检查点证明"
        + (f"，并证明登记名称：{shown(said.zh)}" if names else ""),
    )


def _check_receipts(case: _Case) -> Check:
    case.extract.check_receipts(case.trust)
    count = len(case.extract.receipts)
    return passed("receipts", f"{count} receipts hold", f"{count} 份回执成立")


def _check_facts(case: _Case) -> Check:
    if case.facts_check is None:
        return skipped(
            "facts",
            "not made again: the contract's package is not at hand",
            "未比对：未提供该合约的软件包",
        )
    holds, why = case.facts_check(case.extract)
    if holds is None:
        return skipped("facts", why, why)
    if not holds:
        raise InvalidProof(why, field="facts")
    return passed("facts", "they follow from the records", "与记录相符")


def _check_page(case: _Case) -> Check:
    """The page, set again from the facts, is the page, byte by byte."""
    if case.facts.maker != maker():
        made = shown(case.facts.maker)
        return skipped("page", f"not set again: made by {made}", f"未重新排版比对：由 {made} 生成")
    known = None if case.paper_of is None else case.paper_of(case.extract)
    if known is not None and known.to_plain() != case.facts.paper.to_plain():
        raise OtherPage("the page names facts otherwise than the contract does", field="page")
    page = certificate_page(case.sealed.files[EXTRACT_FILE], case.extract, case.facts)
    if render(page) != case.sealed.page:
        raise OtherPage("the page is not the one that follows from the facts", field="page")
    return passed(
        "page", "set again from the facts, it is the same", "由所附事实重新排版，逐字节一致"
    )


_STEPS: Final[tuple[tuple[str, Callable[[_Case], Check]], ...]] = (
    ("seal", _check_seal),
    ("records", _check_records),
    ("receipts", _check_receipts),
    ("facts", _check_facts),
    ("page", _check_page),
)


def _file(sealed: SealedPDF, name: str) -> bytes:
    if name not in sealed.files:
        raise InvalidPDF(f"the PDF has no {name} inside", field="pdf")
    return sealed.files[name]
