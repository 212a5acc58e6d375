# SPDX-License-Identifier: Apache-2.0
"""Checks the text of a certificate's QR code against an extract that is at hand, offline.

The text alone proves nothing: it names facts by their digest, and the extract has and proves them.
"""

from __future__ import annotations

from collections.abc import Callable

from tallystick.client.certificate_checks import FactsCheck, PaperOf, StampMeans, check_certificate
from tallystick.client.extracts import Extract, read_extract
from tallystick.client.trust import Trust
from tallystick.client.verification import Check, Verification
from tallystick.client.verify_answers import failed, passed, skipped
from tallystick.client.wording import shown
from tallystick.errors import InvalidProof, TallystickError
from tallystick.interchange.certificates import (
    EXTRACT_FILE,
    Link,
    facts_digest,
    is_certificate,
    read_link,
    read_sealed,
)
from tallystick.model import parse_checkpoint


def link_of_extract(extract: Extract) -> Link:
    """Return what the QR code of an extract's certificate says."""
    head = parse_checkpoint(extract.checkpoint)
    place = (head.origin, extract.contract, extract.kind, extract.subject, head.height)
    return Link(*place, facts_digest(extract.facts))


def link_line(link: Link) -> Check:
    """Return the line that says what a text names."""
    place = shown(f"{link.contract} {link.kind} {link.subject}")
    network, digest = shown(link.network), link.digest[:16]
    return passed(
        "link",
        f"{place} on {network} after block {link.height}, facts {digest}…",
        f"{network} 区块 {link.height} 之后的 {place}，事实摘要 {digest}…",
    )


def check_link(
    text: str,
    beside: bytes,
    *,
    trust_of: Callable[[str | None], Trust],
    facts_check: FactsCheck | None = None,
    paper_of: PaperOf | None = None,
    stamps: StampMeans | None = None,
) -> Verification:
    """Check that a text is that of an extract or certificate, and that this one holds.

    Args:
        text: As the QR code has it, with or without a portal before it.
        beside: The extract (JSON) or the certificate (PDF).
        trust_of: Returns the trust file for a network.
        facts_check: Makes the facts again, which needs the contract's package.
        paper_of: Says how that package names the facts.
        stamps: Which time-stamp authorities are believed.

    Raises:
        UsageError: there is no trust file.
    """
    try:
        link = read_link(text)
        is_pdf = is_certificate(beside)
        extract = read_extract(read_sealed(beside).files[EXTRACT_FILE] if is_pdf else beside)
        if link_of_extract(extract) != link:
            raise InvalidProof("the text is of another certificate", field="link")
    except TallystickError as error:
        return Verification((failed("link", error),))
    trust = trust_of(link.network)
    if is_pdf:
        found = check_certificate(
            beside, trust=trust, facts_check=facts_check, paper_of=paper_of, stamps=stamps
        ).checks
    else:
        found = tuple(_extract_lines(extract, trust, facts_check))
    return Verification((link_line(link), *found))


def check_extract(
    data: bytes, *, trust_of: Callable[[str | None], Trust], facts_check: FactsCheck | None = None
) -> Verification:
    """Check an extract by itself: its records, receipts, and that the facts follow from them.

    Raises:
        UsageError: there is no trust file.
    """
    try:
        extract = read_extract(data)
        network = parse_checkpoint(extract.checkpoint).origin
    except TallystickError as error:
        return Verification((failed("extract", error),))
    return Verification(tuple(_extract_lines(extract, trust_of(network), facts_check)))


def _extract_lines(extract: Extract, trust: Trust, check: FactsCheck | None) -> list[Check]:
    lines: list[Check] = []
    steps = (
        ("records", extract.check_records, len(extract.records)),
        ("receipts", extract.check_receipts, len(extract.receipts)),
    )
    for name, step, count in steps:
        try:
            step(trust)
        except TallystickError as error:
            return [*lines, failed(name, error)]
        lines.append(passed(name, f"{count} hold", f"{count} 份成立"))
    return [*lines, _facts_line(extract, check)]


def _facts_line(extract: Extract, check: FactsCheck | None) -> Check:
    if check is None:
        return skipped(
            "facts",
            "not made again: the contract's package is not at hand",
            "未比对：未提供该合约的软件包",
        )
    try:
        holds, why = check(extract)
    except InvalidProof as error:
        return failed("facts", error)
    if holds is None:
        return skipped("facts", why, why)
    if not holds:
        return failed("facts", InvalidProof(why, field="facts"))
    return passed("facts", why, why)
