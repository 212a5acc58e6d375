# SPDX-License-Identifier: Apache-2.0
"""Which check belongs to which kind of proof: the one table behind `tally verify`.

A new kind is a member of `ProofKind`, a line of `kind_of`, and a row of `CHECKS`: a function that
takes what is checked and with what, and returns checklists, each under its name. Receipts have no
row, and statements of our own none of their own: they go with an original, and the node may be
asked for what is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Final

from tallystick.cli.facts_again import check_facts, known_paper
from tallystick.cli.options import Checking
from tallystick.cli.receipt_contents import network_named
from tallystick.client import (
    CASE_BYTES_MAX,
    CERTIFICATE_SUFFIX,
    EXTRACT_BYTES_MAX,
    CheckResult,
    FolderMembers,
    PackageMeans,
    ProofKind,
    Result,
    SignedOriginal,
    StampMeans,
    StatementOriginal,
    Trust,
    Verification,
    case_verification,
    certificate_in,
    certificate_network,
    certified_check,
    certified_file,
    check_certificate,
    check_extract,
    container_verification,
    custody_verification,
    digest_file,
    file_chunks,
    find_receipt,
    is_case_page,
    kind_of,
    open_trust,
    package_verification,
    proven_seals,
    read_file,
    receipt_verification,
    signature_checks,
    signature_verification,
    statement_verification,
    time_stamp_verification,
    verify,
)
from tallystick.interchange.archives import open_archive
from tallystick.interchange.certificates import SIGNATURE_BYTES_MAX

Checklists = list[tuple[str, Verification]]


@dataclass(frozen=True, slots=True)
class Proof:
    """What is checked, and with what."""

    file: Path
    original: Path | None
    """What the proof is about, where that is not inside it."""
    trust_of: Callable[[str | None], Trust]
    """The trust file for a network; raises `UsageError` if there is none at hand."""
    witnesses: int = 0
    authorities: tuple[Path, ...] = ()
    """Certificates of time-stamp authorities to believe, beside those pinned at home."""
    services: tuple[Path, ...] = ()
    """Files of transparency services to believe, beside those pinned at home."""
    signers: tuple[Path, ...] = ()
    """Certificates of signers, or of their authorities, to believe, likewise."""

    @property
    def checking(self) -> Checking:
        """The options that say whom to believe."""
        return Checking(authorities=self.authorities, services=self.services, signers=self.signers)


def check_any_proof(
    path: Path, *, trust: Path, original: SignedOriginal | None = None
) -> Checklists:
    """Return the checklists of a proof that was handed in alone, against one trust file.

    Args:
        path: The proof.
        trust: Against what it is checked.
        original: What it is over, if it is an electronic signature.

    Raises:
        UsageError: it is no proof.
        FileProblem: it cannot be read.
    """
    if original is not None and kind_of(path) is ProofKind.SIGNATURE:
        return [(path.name, _signature_of(path, original))]
    found = checklists(path, Checking(trust=trust), lambda _network: open_trust(trust))
    if found is not None:
        return found
    return [(path.name, verify(path, trust=open_trust(trust)))]


def checklists(
    path: Path, checking: Checking, trust_of: Callable[[str | None], Trust]
) -> Checklists | None:
    """Return the checklists of a proof that has a row in the table; None leaves it to receipts.

    Raises:
        UsageError: a trust file is needed, and there is none.
        FileProblem: a file cannot be read.
    """
    named = checking.receipt or _foreign_beside(path) or _certificate_beside(path)
    file, original = (path, None) if named is None else (named, path)
    kind = kind_of(file)
    check = None if kind is None else CHECKS.get(kind)
    if check is None or (named is None and find_receipt(path) is not None):
        return None
    means = checking.witnesses, checking.authorities, checking.services, checking.signers
    return check(Proof(file, original, trust_of, *means))


def _foreign_beside(path: Path) -> Path | None:
    """Return the statement of another service that lies beside an original, as our own would."""
    beside = find_receipt(path)
    is_statement = beside is not None and kind_of(beside) is ProofKind.STATEMENT
    return beside if is_statement and _foreign(beside) is not None else None


def _certificate_beside(path: Path) -> Path | None:
    """Return the certificate that lies beside an original without a receipt."""
    beside = path.with_name(f"{path.name}{CERTIFICATE_SUFFIX}")
    is_needed = find_receipt(path) is None and beside.is_file()
    return beside if is_needed and certificate_in(beside) is not None else None


def _foreign(path: Path | None) -> bytes | None:
    """Return a statement that is none of ours."""
    from tallystick.interchange.transparency import STATEMENT_BYTES_MAX, is_foreign_statement

    data = b"" if path is None else read_file(path, size_max=STATEMENT_BYTES_MAX)
    return data if is_foreign_statement(data) else None


def _of_our_log(proof: Proof) -> Checklists:
    """Check a proof that names the network whose log it is of."""
    trust = proof.trust_of(network_named(proof.file))
    found = verify(proof.file, trust=trust, original=proof.original, witnesses_min=proof.witnesses)
    return [(proof.file.name, found)]


def _statement(proof: Proof) -> Checklists | None:
    """Check a statement of another service; our own go the way of receipts."""
    data = _foreign(proof.file)
    if data is None:
        return None
    from tallystick.cli.electronic_signatures import original_of
    from tallystick.cli.transparency_services import pinned_services

    original = None if proof.original is None else original_of(proof.original)
    found = statement_verification(data, original, pinned_services(proof.services))
    return [(proof.file.name, found)]


def _cose_receipt(proof: Proof) -> Checklists:
    """Check a COSE receipt; of another service, with its statement if that is the original."""
    from tallystick.interchange.transparency import STATEMENT_BYTES_MAX, is_foreign_receipt

    data = read_file(proof.file, size_max=STATEMENT_BYTES_MAX)
    if not is_foreign_receipt(data):
        return _of_our_log(proof)
    from tallystick.cli.transparency_services import pinned_services

    services = pinned_services(proof.services)
    if proof.original is None:
        return [(proof.file.name, receipt_verification(data, services))]
    statement = read_file(proof.original, size_max=STATEMENT_BYTES_MAX)
    found = statement_verification(statement, None, services, (data,))
    return [(proof.original.name, found)]


def _time_stamp(proof: Proof) -> Checklists:
    from tallystick.cli.time_stamps import now_ms, pinned_roots
    from tallystick.interchange.timestamps import TOKEN_BYTES_MAX, content_digests

    data = read_file(proof.file, size_max=TOKEN_BYTES_MAX)
    content = None if proof.original is None else content_digests(file_chunks(proof.original))
    found = time_stamp_verification(data, content, pinned_roots(proof.authorities), now_ms())
    return [(proof.file.name, found)]


def _package(proof: Proof) -> Checklists:
    from tallystick.cli.electronic_signatures import signature_means
    from tallystick.cli.time_stamps import now_ms, pinned_roots

    signatures = signature_means(proof.checking)
    means = PackageMeans(proof.trust_of, pinned_roots(proof.authorities), now_ms(), signatures)
    if proof.file.is_dir():
        return package_verification(proof.file.name, FolderMembers(proof.file), means)
    with proof.file.open("rb") as source:
        return package_verification(proof.file.name, open_archive(source), means)


def _container(proof: Proof) -> Checklists:
    from tallystick.cli.time_stamps import now_ms, pinned_roots

    means = PackageMeans(proof.trust_of, pinned_roots(proof.authorities), now_ms())
    with proof.file.open("rb") as source:
        return container_verification(proof.file.name, open_archive(source), means)


def _custody(proof: Proof) -> Checklists:
    from tallystick.interchange.custody_chain import CHAIN_BYTES_MAX

    data = read_file(proof.file, size_max=CHAIN_BYTES_MAX)
    original = None if proof.original is None else digest_file(proof.original)
    return [(proof.file.name, custody_verification(data, original))]


def _signature(proof: Proof) -> Checklists:
    """Check an electronic signature by itself, over the original named for it or beside it."""
    from tallystick.cli.electronic_signatures import original_of, signature_means

    beside = proof.file.with_suffix("")
    path = proof.original or (beside if beside.is_file() else None)
    original = None if path is None else original_of(path)
    data = read_file(proof.file, size_max=SIGNATURE_BYTES_MAX)
    found = signature_verification(data, original, signature_means(proof.checking))
    return [(proof.file.name, found)]


def _signature_of(path: Path, original: SignedOriginal) -> Verification:
    """Check a signature over an original that is not here, but its digests are."""
    from tallystick.cli.electronic_signatures import signature_means

    data = read_file(path, size_max=SIGNATURE_BYTES_MAX)
    over, means = StatementOriginal(original.digests, None), signature_means(Checking())
    return Verification(signature_checks(data, over, means, original.stated))


def _extract(proof: Proof) -> Checklists:
    """Check an extract by itself, and an original as the deposit that it proves."""
    data = read_file(proof.file, size_max=EXTRACT_BYTES_MAX)
    found = check_extract(data, trust_of=proof.trust_of, facts_check=check_facts)
    return [(proof.file.name, _with_original(proof, found, data))]


def _case(proof: Proof) -> Checklists:
    """Check a record that was taken away with its history."""
    data = read_file(proof.file, size_max=CASE_BYTES_MAX)
    return [(proof.file.name, case_verification(data, proof.trust_of))]


def _case_page(proof: Proof) -> Checklists | None:
    if proof.file.stat().st_size > CASE_BYTES_MAX:
        return None
    data = read_file(proof.file, size_max=CASE_BYTES_MAX)
    return _case(proof) if is_case_page(data) else None


def _certificate(proof: Proof) -> Checklists | None:
    """Check a certificate or a case; any other PDF is an original, its receipt is looked for."""
    content = certificate_in(proof.file)
    if content is None:
        return _case_page(proof)
    from tallystick.cli.time_stamps import now_ms, pinned_roots

    found = check_certificate(
        content,
        trust=proof.trust_of(certificate_network(content)),
        facts_check=check_facts,
        paper_of=known_paper,
        stamps=StampMeans(pinned_roots(proof.authorities), now_ms()),
    )
    return [(proof.file.name, _with_original(proof, found, content))]


def _with_original(proof: Proof, found: Verification, content: bytes) -> Verification:
    """Add whether an original is the one that is certified, and its electronic signature."""
    path = proof.original
    if path is None or found.result is Result.NO_MATCH:
        return found
    from tallystick.cli.electronic_signatures import with_signature

    certified = certified_file(content)
    check = certified_check(certified, digest_file(path))
    found = replace(found, checks=(*found.checks, check))
    if certified is None or check.result is CheckResult.FAILED:
        return found
    seals = proven_seals(content, proof.trust_of(certificate_network(content)))
    return with_signature(path, found, certified.signature, proof.checking, seals)


CHECKS: Final[Mapping[ProofKind, Callable[[Proof], Checklists | None]]] = MappingProxyType(
    {
        ProofKind.STATEMENT: _statement,
        ProofKind.COSE_RECEIPT: _cose_receipt,
        ProofKind.CHECKPOINT: _of_our_log,
        ProofKind.LOG_PROOF: _of_our_log,
        ProofKind.TIME_STAMP: _time_stamp,
        ProofKind.PACKAGE: _package,
        ProofKind.CONTAINER: _container,
        ProofKind.CUSTODY: _custody,
        ProofKind.SIGNATURE: _signature,
        ProofKind.EXTRACT: _extract,
        ProofKind.CASE: _case,
        ProofKind.PDF: _certificate,
    }
)
