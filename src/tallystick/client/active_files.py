# SPDX-License-Identifier: Apache-2.0
"""A line of the checklist for originals that could run something when they are opened."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Final

from tallystick.client.home import file_problem
from tallystick.client.verification import Check, Verification, Wording
from tallystick.client.verify_answers import skipped
from tallystick.interchange.active_content import INSPECTED_BYTES_MAX, Active, look_into

ACTIVE_WORDS: Final[Mapping[Active, Wording]] = MappingProxyType(
    {
        Active.PDF: Wording(
            "a PDF with a script, an action or a program inside: open it where it can do no harm",
            "该 PDF 内含脚本、动作或程序：请在隔离环境中打开",
        ),
        Active.PAGE: Wording(
            "a web page, whose scripts a browser runs: open it where it can do no harm",
            "网页文件，浏览器会运行其中脚本：请在隔离环境中打开",
        ),
        Active.MACROS: Wording(
            "an Office document with macros: open it with macros switched off",
            "含宏的 Office 文档：请禁用宏后打开",
        ),
        Active.PROGRAM: Wording(
            "a program or script: do not run it",
            "程序或脚本文件：请勿运行",
        ),
        Active.UNREAD: Wording(
            "it could not be looked into for scripts: damaged, encrypted, or too large",
            "无法检查是否含脚本：文件损坏、加密或过大",
        ),
    }
)
"""What a reader is told; the file is evidence all the same."""


def active_in(path: Path) -> Active | None:
    """Return what could run when a file is opened; None for folders and for plain files.

    Raises:
        FileProblem: it cannot be read.
    """
    if not path.is_file():
        return None
    try:
        with path.open("rb") as source:
            return look_into(source, path.name, path.stat().st_size)
    except (OSError, ValueError) as error:
        raise file_problem(path, error) from error


def active_in_chunks(chunks: Iterable[bytes], name: str, size: int) -> Active | None:
    """Return the same for a file that comes in pieces; of a larger one only its beginning."""
    held = bytearray()
    for chunk in chunks:
        held += chunk[: INSPECTED_BYTES_MAX - len(held)]
        if len(held) >= INSPECTED_BYTES_MAX:
            break
    return look_into(io.BytesIO(held), name, size)


def with_active_note(verification: Verification, found: Active | None) -> Verification:
    """Return the checklist with a line on active content; it takes nothing from the outcome."""
    if found is None:
        return verification
    note: Check = skipped("active", *ACTIVE_WORDS[found], is_required=False)
    return replace(verification, checks=(*verification.checks, note))
