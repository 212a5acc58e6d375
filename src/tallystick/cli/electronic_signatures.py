# SPDX-License-Identifier: Apache-2.0
"""Electronic signatures beside files: where they lie, and whom this user believes.

Below the user's folder: `signature-authorities/*.pem`, certificates of authorities, or of signers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Final

from tallystick.cli.options import Checking
from tallystick.cli.time_stamps import now_ms
from tallystick.cli.transparency_services import pinned_services
from tallystick.client import (
    DETACHED_BYTES_MAX,
    SIGNATURE_SUFFIXES,
    FileFacts,
    SignatureMeans,
    SignatureStated,
    StatementOriginal,
    Verification,
    Wording,
    digest_file,
    file_chunks,
    find_receipt,
    read_file,
    receipt_call,
    signature_checks,
    signature_missing,
    signature_stated,
    tally_home,
)
from tallystick.crypto import read_certificates
from tallystick.interchange.certificates import SIGNATURE_BYTES_MAX
from tallystick.interchange.timestamps import content_digests
from tallystick.interchange.transparency import is_foreign_statement

SIGNERS_FOLDER: Final = "signature-authorities"
_PEM_BYTES_MAX: Final = 1024 * 1024
_RECEIPT_BYTES_MAX: Final = 1024 * 1024
_NO_SEALS: Final[Mapping[bytes, Wording]] = MappingProxyType({})


def believed_signers(files: Sequence[Path] = ()) -> tuple[bytes, ...]:
    """Return the certificates that were named and those pinned below the user's folder, in DER.

    Raises:
        FileProblem: a file cannot be read.
        InvalidCertificate: one holds no certificate.
    """
    folder = tally_home() / SIGNERS_FOLDER
    own = sorted(folder.glob("*.pem")) if folder.is_dir() else []
    contents = (read_file(one, size_max=_PEM_BYTES_MAX) for one in (*files, *own))
    return tuple(one for content in contents for one in read_certificates(content))


def signature_means(
    checking: Checking, seals: Mapping[bytes, Wording] = _NO_SEALS
) -> SignatureMeans:
    """Return with what signatures are checked; raises as `believed_signers`."""
    services = pinned_services(checking.services)
    return SignatureMeans(now_ms(), believed_signers(checking.signers), services, seals)


def signature_beside(path: Path) -> Path | None:
    """Return the electronic signature that lies beside a file; None if there is none.

    A `.cose` of this ledger is a receipt, and no signature of the file.
    """
    for suffix in SIGNATURE_SUFFIXES:
        beside = path.with_name(path.name + suffix)
        if beside.is_file() and (suffix == ".p7s" or _is_foreign(beside)):
            return beside
    return None


def original_of(path: Path) -> StatementOriginal:
    """Return a file as what a signature is over."""
    is_small = path.stat().st_size <= DETACHED_BYTES_MAX
    content = read_file(path, size_max=DETACHED_BYTES_MAX) if is_small else None
    chunks = file_chunks(path) if content is None else iter((content,))
    return StatementOriginal(content_digests(chunks), content)


def with_signature(
    path: Path,
    found: Verification,
    stated: SignatureStated,
    checking: Checking,
    seals: Mapping[bytes, Wording] = _NO_SEALS,
) -> Verification:
    """Add to a file's checklist what comes of the electronic signature beside it.

    Raises:
        FileProblem: a file cannot be read.
        InvalidCertificate: a file of signers holds no certificate.
    """
    beside = signature_beside(path)
    if beside is None:
        return replace(found, checks=(*found.checks, *signature_missing(stated)))
    data = read_file(beside, size_max=SIGNATURE_BYTES_MAX)
    means = signature_means(checking, seals)
    lines = signature_checks(data, original_of(path), means, stated)
    return replace(found, checks=(*found.checks, *lines))


def with_signature_by_receipt(
    path: Path, found: Verification, checking: Checking, receipt: Path | None
) -> Verification:
    """Do the same where a receipt says what was deposited; without one nothing is stated.

    Raises:
        FileProblem, InvalidCertificate: as `with_signature`.
    """
    used = receipt or find_receipt(path)
    if used is None and signature_beside(path) is None:
        return found
    call = None if used is None else receipt_call(read_file(used, size_max=_RECEIPT_BYTES_MAX))
    moment = None if found.subject is None else found.subject.block_time
    facts: FileFacts = digest_file(path)
    return with_signature(path, found, signature_stated(call, facts.sha256, moment), checking)


def _is_foreign(path: Path) -> bool:
    return is_foreign_statement(read_file(path, size_max=SIGNATURE_BYTES_MAX))
