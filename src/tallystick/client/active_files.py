# SPDX-License-Identifier: Apache-2.0
"""A line of the checklist for originals that could run something when they are opened."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Final

from tallystick.client.evidence import DepositDetails
from tallystick.client.home import file_problem
from tallystick.client.verification import Check, Verification, Wording
from tallystick.client.verify_answers import skipped
from tallystick.errors import ActiveFile
from tallystick.interchange.active_content import INSPECTED_BYTES_MAX, Active, look_into

ACTIVE_WORDS: Final[Mapping[Active, Wording]] = MappingProxyType(
    {
        Active.PDF: Wording(
            "a PDF with a script, an action or a program inside: open it where it can do no harm",
            "该 PDF 内含脚本、动作或程序：请在隔离环境中打开",
        ),
        Active.CAPTURE: Wording(
            "a web capture with a PDF in it that has a script, an action or a program inside",
            "网页采集文件，其中的 PDF 含脚本、动作或程序",
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
_REFUSED: Final = frozenset({Active.PDF, Active.CAPTURE})
"""Not kept unless somebody says that it must stay as it is."""


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


def check_kept(path: Path, *, as_evidence: bool) -> bool:
    """Return whether a file has scripts and is kept as it is; refuse it if nobody said so.

    Raises:
        ActiveFile: it is a PDF with a script, an action or a program, or a capture with one.
        FileProblem: it cannot be read.
    """
    return _check_found(active_in(path), path.name, as_evidence=as_evidence)


def check_deposited(source: object, details: DepositDetails) -> DepositDetails:
    """Return what is said of a file to deposit, with what was found in it.

    Of a hash there is nothing to look into: what its depositor says stands.

    Args:
        source: Path or content; anything else stands for a file that is elsewhere.
        details: With `active_content` it may have scripts, and goes on record as such if it has.

    Raises:
        ActiveFile: as `check_kept`.
        FileProblem: it cannot be read.
    """
    if isinstance(source, bytes):
        found = look_into(io.BytesIO(source), details.get("file_name", ""), len(source))
    elif isinstance(source, Path):
        found = active_in(source)
    else:
        return details
    name = source.name if isinstance(source, Path) else details.get("file_name", "")
    is_kept = _check_found(found, name, as_evidence=details.get("active_content", False))
    told = details.copy()
    told["active_content"] = is_kept
    return told


def _check_found(found: Active | None, name: str, *, as_evidence: bool) -> bool:
    if found not in _REFUSED:
        return False
    if as_evidence:
        return True
    what = "a capture of a PDF" if found is Active.CAPTURE else "a PDF"
    raise ActiveFile(
        f"it is {what} with a script, an action or a program inside",
        field="file",
        expected="a file that runs nothing when it is opened",
        found=name[:80],
    )


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
