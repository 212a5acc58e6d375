# SPDX-License-Identifier: Apache-2.0
"""What kind of proof a file is, told from its first bytes, and from its name where they do not say.

An original may look like a proof: a contract that is a PDF, a data set that is a ZIP. So a file is
asked for its kind only when no receipt lies beside it and none was named for it.
"""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from tallystick.client.extracts import EXTRACT_BYTES_MAX, EXTRACT_FORMAT
from tallystick.client.home import file_problem
from tallystick.client.proof_marks import (
    HEAD_SIZE,
    HEADS,
    NAMES,
    ProofKind,
    kind_of_name,
    kind_of_start,
)
from tallystick.interchange.certificates import CASE_FORMAT, CERTIFICATE_FORMAT
from tallystick.interchange.transparency import STATEMENT_BYTES_MAX, is_receipt
from tallystick.model import RECEIPT_FORMAT


class ProofMarks(NamedTuple):
    """By which marks a browser tells a proof, in regular expressions that it reads alike."""

    heads: tuple[str, ...]
    """How the first bytes begin, each byte as one character."""
    names: tuple[str, ...]
    """How the file is called; upper and lower case are the same."""
    formats: tuple[str, ...]
    """What a JSON document has as its `format`."""
    pages: tuple[str, ...]
    """What stands in every certificate, or in every case file, as it is."""
    signatures: str
    """How an electronic signature beside its original is called."""


PROOF_MARKS: Final = ProofMarks(
    tuple(HEADS.values()),
    tuple(NAMES.values()),
    (RECEIPT_FORMAT, EXTRACT_FORMAT, CASE_FORMAT),
    (CERTIFICATE_FORMAT, CASE_FORMAT),
    NAMES[ProofKind.SIGNATURE],
)


def kind_of(path: Path) -> ProofKind | None:
    """Return the kind of proof a file or folder is; None for anything else.

    Raises:
        FileProblem: it cannot be read.
    """
    if path.is_dir():
        return ProofKind.PACKAGE if (path / "bagit.txt").is_file() else None
    try:
        with path.open("rb") as source:
            start = source.read(HEAD_SIZE)
    except (OSError, ValueError) as error:
        raise file_problem(path, error) from error
    begun = kind_of_start(start)
    if begun is ProofKind.STATEMENT and _is_cose_receipt(path):
        return ProofKind.COSE_RECEIPT
    if begun is not None:
        return begun
    is_document = start.lstrip()[:1] == b"{"
    for kind, is_so in (
        (ProofKind.PDF, start.startswith(b"%PDF-")),
        # Before receipts, which an extract or a case file holds.
        (ProofKind.EXTRACT, is_document and _format_of(path) == EXTRACT_FORMAT),
        (ProofKind.CASE, is_document and _format_of(path) == CASE_FORMAT),
        (ProofKind.RECEIPT, is_document and RECEIPT_FORMAT.encode() in start),
        (ProofKind.PACKAGE, start.startswith(b"PK") and _holds_bag(path)),
    ):
        if is_so:
            return kind
    return kind_of_name(path.name)


def _is_cose_receipt(path: Path) -> bool:
    """Tell a receipt from a statement: by the tree or the proofs in its headers (RFC 9942)."""
    try:
        is_small = path.stat().st_size <= STATEMENT_BYTES_MAX
        return is_small and is_receipt(path.read_bytes())
    except OSError as error:
        raise file_problem(path, error) from error


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
