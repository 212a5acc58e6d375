# SPDX-License-Identifier: Apache-2.0
"""What kind of proof a file is, told from its first bytes, and from its name where they do not say.

An original may look like a proof: a contract that is a PDF, a data set that is a ZIP. So a file is
asked for its kind only when no receipt lies beside it and none was named for it.
"""

from __future__ import annotations

import zipfile
from enum import StrEnum
from pathlib import Path
from typing import Final

import msgspec

from tallystick.client.extracts import EXTRACT_BYTES_MAX, EXTRACT_FORMAT
from tallystick.client.home import file_problem

_HEAD_SIZE: Final = 4096
_CONTAINER: Final = b"mimetypeapplication/vnd.etsi.asic-e+zip"
_CONTAINER_AT: Final = 30
"""A ZIP entry's name follows 30 bytes of header; a stored entry without extra field follows it."""


class ProofKind(StrEnum):
    """A kind of file that proves something by itself."""

    RECEIPT = "receipt"
    STATEMENT = "statement"
    LOG_PROOF = "log-proof"
    TIME_STAMP = "time-stamp"
    PACKAGE = "package"
    CONTAINER = "container"
    CUSTODY = "custody"
    SIGNATURE = "signature"
    EXTRACT = "extract"
    PDF = "pdf"


def kind_of(path: Path) -> ProofKind | None:
    """Return the kind of proof a file or folder is; None for anything else.

    Raises:
        FileProblem: it cannot be read.
    """
    if path.is_dir():
        return ProofKind.PACKAGE if (path / "bagit.txt").is_file() else None
    try:
        with path.open("rb") as source:
            head = source.read(_HEAD_SIZE)
    except (OSError, ValueError) as error:
        raise file_problem(path, error) from error
    for kind, is_so in (
        (ProofKind.STATEMENT, head.startswith(b"\xd2\x84")),
        (ProofKind.LOG_PROOF, head.startswith(b"c2sp.org/tlog-proof@v1\n")),
        (ProofKind.PDF, head.startswith(b"%PDF-")),
        # Before receipts, which an extract holds.
        (ProofKind.EXTRACT, head.lstrip()[:1] == b"{" and _format_of(path) == EXTRACT_FORMAT),
        (ProofKind.RECEIPT, head.lstrip()[:1] == b"{" and b"tallystick.receipt.v1" in head),
        (ProofKind.CUSTODY, path.suffix == ".jsonld"),
        (ProofKind.SIGNATURE, path.suffix == ".p7s"),
        (ProofKind.TIME_STAMP, path.suffix in {".tsr", ".tst"}),
        (ProofKind.CONTAINER, head[_CONTAINER_AT:].startswith(_CONTAINER)),
        (ProofKind.PACKAGE, head.startswith(b"PK") and _holds_bag(path)),
    ):
        if is_so:
            return kind
    return None


def _format_of(path: Path) -> str:
    """Return the format that a JSON document names for itself, wherever in it; else nothing."""
    try:
        if path.stat().st_size > EXTRACT_BYTES_MAX:
            return ""
        return msgspec.json.decode(path.read_bytes(), type=_Named).format
    except (msgspec.MsgspecError, OSError, ValueError):
        return ""  # whatever it is, it is no document of ours


class _Named(msgspec.Struct):
    format: str = ""


def _holds_bag(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return any(name.split("/")[-1] == "bagit.txt" for name in archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return False  # whatever it is, it is no package
