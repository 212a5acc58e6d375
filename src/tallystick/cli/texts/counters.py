# SPDX-License-Identifier: Apache-2.0
"""Texts of the verb by which a counter checks a paper."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tallystick.cli.texts.words import Text

COUNTER_DETAILS: Final = Text(
    "SHOWN is a certificate (PDF), an extract (JSON), a file of text, or the text itself, as a "
    "scanner reads it from a QR code. Each field is compared with the ledger, and those that "
    "differ are named; of a certificate seal, proofs and page are checked too. No key is needed. "
    "Ends with 6 if it does not match.",
    "SHOWN 可为证书（PDF）、摘录（JSON）、文本文件，或扫码所得文字。逐项与账本比对并指出不符的字段；"
    "证书另核验签章、证明与页面。无需密钥；不一致时退出码为 6。",
)
COUNTER_OPTIONS: Final[Mapping[str, Text]] = {
    "shown": Text("what somebody shows: a file, or text", "出示的文件或文字"),
}
COUNTER_MESSAGES: Final[Mapping[str, Text]] = {
    "counter.large": Text("the file is too large for such a paper", "文件过大，并非此类凭证"),
    "counter.other": Text(
        "the text is of {found}, not of {expected}", "该文字属于 {found}，而非 {expected}"
    ),
}
