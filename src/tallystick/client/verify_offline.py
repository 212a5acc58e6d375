# SPDX-License-Identifier: Apache-2.0
"""The door of offline verification: files and receipts in any form in, a checklist out.

- `verify("contract.pdf", trust="trust.json")`: the receipt lies beside the file;
- `verify("contract.pdf", receipt="r.json", trust=trust)`;
- `verify("r.json", trust=trust)`: the receipt alone, which is only partly checked;
- `verify("r.json", trust=trust, original="sha256:9f86d0...")`: by hash only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from tallystick.client.deposited import deposited_files
from tallystick.client.files import FileFacts, FileSource, facts_of, is_hash_text
from tallystick.client.home import file_problem, read_file
from tallystick.client.proof_marks import HEAD_SIZE, ProofKind, kind_of_start
from tallystick.client.trust import TrustSource, open_trust
from tallystick.client.verification import Verification
from tallystick.client.verify_case import ProofBundle
from tallystick.client.verify_checks import check_bundle, unreadable
from tallystick.encoding import format_json
from tallystick.errors import InvalidReceipt, TallystickError, UsageError
from tallystick.interchange.transparency import is_receipt
from tallystick.model import (
    RECEIPT_FORMAT,
    Call,
    Receipt,
    decode_transaction,
    parse_receipt,
)

RECEIPT_SUFFIX: Final = ".receipt.json"
STATEMENT_SUFFIX: Final = ".cose"
LOG_PROOF_SUFFIX: Final = ".tlog-proof"
_READ_MAX: Final = 1024 * 1024
_MAKERS: Final[Mapping[ProofKind, Callable[[bytes], ProofBundle]]] = {
    ProofKind.STATEMENT: ProofBundle.of_statement,
    ProofKind.LOG_PROOF: ProofBundle.of_log_proof,
    ProofKind.CHECKPOINT: ProofBundle.of_checkpoint,
}

ReceiptSource = Receipt | Mapping[str, object] | bytes | str | Path
"""A receipt as a record, decoded JSON, the content of a file, or the path of one."""


def verify(
    what: ReceiptSource | FileSource,
    *,
    trust: TrustSource,
    receipt: ReceiptSource | None = None,
    original: FileSource | None = None,
    witnesses_min: int = 0,
) -> Verification:
    """Check a file against its receipt, or a receipt by itself, without any network.

    Args:
        what: The original if `receipt` is given; else a receipt, or the path of an original
            beside which its receipt lies (`NAME.receipt.json`, `NAME.cose` or `NAME.tlog-proof`).
        trust: The trust file of the network, from a source you believe.
        receipt: The receipt, when `what` is the original.
        original: The original, when `what` is the receipt.
        witnesses_min: Other organisations that must have cosigned; the level `witnessed` needs
            one at least.

    Returns:
        The checklist; whatever is wrong with the receipt or the file's hash is a failed check.

    Raises:
        UsageError: it is not clear which is the original and which the receipt.
        FileProblem: a path cannot be used.
        Malformed, WrongNetwork, InvalidSignature, Unverified: the trust file is not valid.
    """
    trusted = open_trust(trust)
    receipt, original = _sort_out(what, receipt, original)
    content = receipt if isinstance(receipt, Receipt | Mapping) else _content(receipt)
    try:
        bundle = _bundle(content)
    except TallystickError as error:
        return unreadable(error)
    facts = None
    if original is not None:
        facts = facts_of(original, with_sm3=_names_sm3(bundle))
    return check_bundle(bundle, trusted, facts, witnesses_min=witnesses_min)


def find_receipt(path: str | Path) -> Path | None:
    """Return the receipt that lies beside a file, None if there is none."""
    place = Path(path)
    for suffix in (RECEIPT_SUFFIX, STATEMENT_SUFFIX, LOG_PROOF_SUFFIX):
        beside = place.with_name(place.name + suffix)
        if beside.is_file():
            return beside
    return None


def receipt_call(source: bytes) -> Call | None:
    """Return the call that a receipt in any form is about; None if it cannot be read."""
    try:
        return decode_transaction(_bundle(source).transaction).call
    except TallystickError:
        return None


def _sort_out(
    what: ReceiptSource | FileSource, receipt: ReceiptSource | None, original: FileSource | None
) -> tuple[ReceiptSource, FileSource | None]:
    """Say which is the receipt and which the original."""
    if receipt is not None:
        if original is not None or isinstance(what, Receipt | Mapping):
            raise UsageError("give one original and its receipt", field="original")
        return receipt, what
    if isinstance(what, FileFacts) or is_hash_text(what):
        raise UsageError("a receipt is needed to check a hash", field="receipt")
    if original is None and isinstance(what, str | Path):
        return _look_beside(Path(what))
    return what, original


def _look_beside(path: Path) -> tuple[Path, Path | None]:
    """Return (receipt, original) for a lone path, which may be either."""
    if path.name.endswith((RECEIPT_SUFFIX, STATEMENT_SUFFIX, LOG_PROOF_SUFFIX)):
        return path, None
    beside = find_receipt(path)
    if beside is not None:
        return beside, path
    head = _head(path)
    if kind_of_start(head) in _MAKERS or RECEIPT_FORMAT.encode() in head:
        return path, None
    raise UsageError(
        f"{path}: there is no receipt beside it",
        field="receipt",
        expected=path.name + RECEIPT_SUFFIX,
        hint="Name the receipt, or ask a node for it.",
    )


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as source:
            return source.read(HEAD_SIZE)
    except (OSError, ValueError) as error:
        raise file_problem(path, error) from error


def _content(source: bytes | str | Path) -> bytes:
    return source if isinstance(source, bytes) else read_file(Path(source), size_max=_READ_MAX)


def _bundle(source: Receipt | Mapping[str, object] | bytes) -> ProofBundle:
    if isinstance(source, Receipt):
        return ProofBundle.of_receipt(source)
    if isinstance(source, bytes):
        kind = kind_of_start(source)
        if kind is ProofKind.STATEMENT and is_receipt(source):
            return ProofBundle.of_cose_receipt(source)
        make = None if kind is None else _MAKERS.get(kind)
        return ProofBundle.of_receipt(parse_receipt(source)) if make is None else make(source)
    try:
        text = format_json(dict(source))
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidReceipt("not the JSON of a receipt", field="receipt") from error
    return ProofBundle.of_receipt(parse_receipt(text))


def _names_sm3(bundle: ProofBundle) -> bool:
    """Say whether the deposit holds an SM3, so that the original must be hashed with it too."""
    try:
        call = decode_transaction(bundle.transaction).call
    except TallystickError:
        return False  # the checklist will say what is wrong with it
    return any(one.facts.sm3 is not None for one in deposited_files(call))
