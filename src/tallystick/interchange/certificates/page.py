# SPDX-License-Identifier: Apache-2.0
"""Puts a certificate's page together: facts, what stands behind them, how to verify; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Final

from tallystick.crypto import sha256
from tallystick.interchange.certificates.facts import groups_of
from tallystick.interchange.certificates.glyphs import displayable
from tallystick.interchange.certificates.help import help_of
from tallystick.interchange.certificates.records import (
    CERTIFICATE_FORMAT,
    EXTRACT_FILE,
    Attached,
    Page,
    Paper,
    Standing,
    Text,
)

_CHINA: Final = timezone(timedelta(hours=8))
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_NUMBER_GROUPS, _GROUP_SIZE = 4, 4


def page_of(
    paper: Paper, facts: Mapping[str, Any], standing: Standing, files: Sequence[Attached]
) -> Page:
    """Return the page that says these facts, and nothing else.

    Raises:
        Malformed, InvalidPaymentFile: a fact is not of the form that its name says.
    """
    moment = _EPOCH + timedelta(milliseconds=standing.time_ms)
    extract = next(one.content for one in files if one.name == EXTRACT_FILE)
    digest = sha256(extract).hex()
    content = {
        "format": CERTIFICATE_FORMAT,
        "title": paper.title._asdict(),
        "subject": displayable(standing.subject),
        "organization": displayable(standing.sealed_by.zh),
        "number": number_of(extract),
        "time": [*moment.timetuple()[:6]],
        "head": _head(standing, number_of(extract)),
        "groups": groups_of(facts, paper.names, standing.names),
        "seal": _seal(standing),
        "link": standing.link,
        "code": code_of(standing.link),
        "help": help_of(standing, digest),
        "files": [
            {
                "name": one.name,
                "description": one.description,
                "relationship": one.relationship,
            }
            for one in files
        ],
    }
    return Page(content, tuple(files))


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


_NAMES: Final = row(
    "机构名称",
    "Names",
    "与统一社会信用代码并列的机构名称取自账本的成员登记，附件含其证明。",
    english="Names beside codes are those of the ledger's register of members, "
    "proven in the attachment.",
)


def _head(standing: Standing, number: str) -> list[dict[str, Any]]:
    return [
        row("证书编号", "Certificate", number),
        row("事项编号", "Subject", standing.subject),
        row(
            "账本与区块",
            "Ledger and block",
            f"{standing.network}，区块 {standing.height}",
            english=f"{standing.network}, block {standing.height}",
        ),
        row("截至时间", "As of", moment_text(standing.time_ms)),
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
