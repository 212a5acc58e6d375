# SPDX-License-Identifier: Apache-2.0
"""Puts pages together: facts, what stands behind them, how to verify; pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Final

from tallystick.crypto import sha256
from tallystick.interchange.certificates.facts import groups_of
from tallystick.interchange.certificates.glyphs import displayable
from tallystick.interchange.certificates.help import help_of, listing_help
from tallystick.interchange.certificates.records import (
    CERTIFICATE_FORMAT,
    EXTRACT_FILE,
    LISTING_FORMAT,
    Attached,
    Page,
    Paper,
    Place,
    Standing,
    Text,
)

_CHINA: Final = timezone(timedelta(hours=8))
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_NUMBER_GROUPS, _GROUP_SIZE = 4, 4
_LONG_RUN: Final = re.compile(r"[!-~]{25,}")
_PIECE: Final = 8


def page_of(
    paper: Paper, facts: Mapping[str, Any], standing: Standing, files: Sequence[Attached]
) -> Page:
    """Return the page of a certificate, which says these facts and nothing else.

    Raises:
        Malformed, InvalidPaymentFile: a fact is not of the form that its name says.
    """
    extract = next(one.content for one in files if one.name == EXTRACT_FILE)
    own = {
        "format": CERTIFICATE_FORMAT,
        "organization": displayable(standing.sealed_by.zh),
        "head": _head("证书编号", "Certificate", standing, number_of(extract)),
        "seal": _seal(standing),
        "help": help_of(standing, sha256(extract).hex()),
    }
    return Page(own | _content(paper, facts, standing, extract, files), tuple(files))


def listing_of(
    paper: Paper,
    facts: Mapping[str, Any],
    place: Place,
    extract: bytes,
    files: Sequence[Attached],
    *,
    command: str,
) -> Page:
    """Return a page that lists what a package holds; it bears no seal: the package proves itself.

    Args:
        paper: Title and names of facts.
        facts: What the page says.
        place: Of the extract in the package.
        extract: That extract; the page has its number and digest.
        files: Attached to the page.
        command: That checks the package.

    Raises:
        Malformed, InvalidPaymentFile: a fact is not of the form that its name says.
    """
    digest = sha256(extract).hex()
    own = {
        "format": LISTING_FORMAT,
        "organization": displayable(place.network),
        "head": _head("目录编号", "Index", place, number_of(extract)),
        "seal": _ground(digest),
        "help": listing_help(command),
    }
    return Page(own | _content(paper, facts, place, extract, files), tuple(files))


def _content(
    paper: Paper,
    facts: Mapping[str, Any],
    place: Place,
    extract: bytes,
    files: Sequence[Attached],
) -> dict[str, Any]:
    """Return what every page has."""
    moment = _EPOCH + timedelta(milliseconds=place.time_ms)
    return {
        "title": paper.title._asdict(),
        "subject": displayable(place.subject),
        "number": number_of(extract),
        "time": [*moment.timetuple()[:6]],
        "groups": groups_of(facts, paper.names, place.names),
        **ending_of(place.link, files),
    }


def ending_of(link: str, files: Sequence[Attached]) -> dict[str, Any]:
    """Return how every page ends: the address with its QR code, and what is attached."""
    return {
        "link": link,
        "code": code_of(link),
        "files": [
            {
                "name": one.name,
                "description": one.description,
                "relationship": one.relationship,
            }
            for one in files
        ],
    }


def number_of(extract: bytes) -> str:
    """Return a certificate's number: the first 16 hex digits of its extract's digest, in fours."""
    digest = sha256(extract).hex().upper()
    size = _GROUP_SIZE
    return "-".join(digest[at * size : (at + 1) * size] for at in range(_NUMBER_GROUPS))


def code_of(link: str) -> str:
    """Return a QR code (ISO/IEC 18004, level M) as SVG."""
    import io

    import segno  # loaded when a certificate is made

    out = io.BytesIO()
    segno.make_qr(link, error="m").save(out, kind="svg", border=2, xmldecl=False, svgns=True)
    return out.getvalue().decode()


def moment_text(time_ms: int) -> str:
    """Return a time as people in China read it."""
    moment = (_EPOCH + timedelta(milliseconds=time_ms)).astimezone(_CHINA)
    return f"{moment:%Y-%m-%d %H:%M:%S} +08:00"


def row(zh: str, en: str, value: str, form: str = "plain", *, english: str = "") -> dict[str, Any]:
    """Return a row of the page: a name and a value."""
    said = Text(displayable(value), displayable(english or value))
    return {"label": {"zh": zh, "en": en}, "value": {**said._asdict(), "form": form}}


def cell(text: Text) -> dict[str, Any]:
    """Return a cell of a table; hashes in it may be broken, or they would stand outside."""
    return {"zh": _breakable(text.zh), "en": _breakable(text.en), "form": "plain"}


def _breakable(text: str) -> str:
    def pieces(found: re.Match[str]) -> str:
        run = found[0]
        return "\u200b".join(run[at : at + _PIECE] for at in range(0, len(run), _PIECE))

    return _LONG_RUN.sub(pieces, displayable(text))


_NAMES: Final = row(
    "机构名称",
    "Names",
    "与统一社会信用代码并列的机构名称取自账本的成员登记，附件含其证明。",
    english="Names beside codes are those of the ledger's register of members, "
    "proven in the attachment.",
)


def _head(zh: str, en: str, place: Place, number: str) -> list[dict[str, Any]]:
    return [
        row(zh, en, number),
        row("事项编号", "Subject", place.subject),
        row(
            "账本与区块",
            "Ledger and block",
            f"{place.network}，区块 {place.height}",
            english=f"{place.network}, block {place.height}",
        ),
        row("截至时间", "As of", moment_text(place.time_ms)),
    ]


def _ground(digest: str) -> list[dict[str, Any]]:
    return [
        row("案件摘录的 SHA-256", "SHA-256 of the case's extract", digest, "digest"),
        row(
            "说明",
            "Note",
            "本目录由案卷内的案件摘录与文件清单生成，逐字节可重现；如何核验见末页。",
            english="Made from the extract and the list of files in the package, and made again "
            "byte by byte by whoever checks it. How to verify: last page.",
        ),
    ]


def _seal(standing: Standing) -> list[dict[str, Any]]:
    sealed_by = standing.sealed_by
    rows = [
        row("签章机构", "Sealed by", sealed_by.zh, english=sealed_by.en),
        row("统一社会信用代码", "Unified social credit code", standing.organization),
        row("电子签章证书指纹", "Fingerprint of the seal", standing.seal_fingerprint, "digest"),
        row(
            "说明",
            "Note",
            "本页内容由账本记录生成，附件含全部证明；如何核验见末页。",
            english="Made from records of the ledger; the attachments prove all of it. "
            "How to verify: last page.",
        ),
    ]
    return [*rows, _NAMES] if standing.names else rows
