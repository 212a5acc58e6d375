# SPDX-License-Identifier: Apache-2.0
"""Which log keys sign for an organisation, beside and instead of those in the genesis document.

Organisations are admitted later, and keys are replaced. The ledger records who signs; where the
validators signed the root over that record, their word puts a key beside those of genesis, or
says that one of them is revoked. Spec: docs/spec/finality.md section 6.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from tallystick.client.finality_check import check_finality
from tallystick.client.validator_history import ValidatorHistory
from tallystick.encoding import decode
from tallystick.errors import InvalidReceipt, TallystickError, UntrustedSigner
from tallystick.merkle import StateProof, verify_value
from tallystick.model import (
    LOG_KEYS_PREFIX,
    Entry,
    FinalityProof,
    LogKeyCertificate,
    LogKeyProof,
    RegisteredLogKey,
    decode_finality,
    decode_log_key,
    decode_log_key_certificate,
    decode_log_key_proof,
)
from tallystick.units import CERTIFICATES_MAX

_FIELD: Final = "log_keys"


@dataclass(frozen=True, slots=True)
class CertifiedLogKey:
    """What the ledger recorded of a log key, and at which height of the engine that was shown."""

    record: RegisteredLogKey
    height: int
    certificate: bytes


class LogKeyReader:
    """Reads certificates of log keys against the validators; each finality proof only once."""

    def __init__(self, history: ValidatorHistory) -> None:
        """Know who the validators were."""
        self._history = history
        self._final: dict[bytes, FinalityProof] = {}

    def read(
        self, known: Mapping[bytes, CertifiedLogKey], certificates: Sequence[bytes]
    ) -> dict[bytes, CertifiedLogKey]:
        """Return what is known by public key, with the news in `certificates`.

        Raises:
            InvalidReceipt: one is malformed, or they are too many.
            UntrustedSigner: one does not hold.
        """
        if len(certificates) > CERTIFICATES_MAX:
            raise InvalidReceipt(
                f"{len(certificates)} certificates of log keys are too many",
                field=_FIELD,
                expected=f"at most {CERTIFICATES_MAX}",
            )
        found = dict(known)
        for data in certificates:
            one = self._open(data)
            before = found.get(one.record.public_key)
            # The same record shown again later is no news, and would only rewrite files.
            if before is None or (before.height < one.height and before.record != one.record):
                found[one.record.public_key] = one
        return found

    def _open(self, data: bytes) -> CertifiedLogKey:
        shown = decode_log_key_certificate(data)
        finality = self._checked(shown.proof)
        try:
            record = _recorded(shown, finality.membership_root)
        except TallystickError as error:
            raise UntrustedSigner(
                f"the record of a log key does not hold ({error.message})", field=_FIELD
            ) from error
        return CertifiedLogKey(record, finality.header.height, data)

    def _checked(self, data: bytes) -> FinalityProof:
        if data not in self._final:
            finality = decode_finality(data)
            check_validators(finality, self._history)
            self._final[data] = finality
        return self._final[data]


def check_log_key(
    data: bytes,
    public_key: bytes,
    finality: FinalityProof,
    history: ValidatorHistory,
    entry: Entry | None,
) -> RegisteredLogKey:
    """Return the record by which a key signs receipts for its organisation.

    Args:
        data: A `LogKeyProof`.
        public_key: The key that signed the receipt.
        finality: Of the receipt; checked here, since nothing else vouches for the key.
        history: Who the validators were.
        entry: What the receipt is of. A key may sign for the very block that revoked it, such as
            the one in which its organisation left.

    Raises:
        UntrustedSigner: the key is not shown to be registered, or is revoked.
    """
    try:
        check_validators(finality, history)
        record = _recorded(decode_log_key_proof(data), finality.membership_root, public_key)
    except TallystickError as error:
        raise _refused(f"is not shown to be registered ({error.message})", public_key) from error
    if record.public_key != public_key:
        raise _refused("has the record of another key", public_key)
    if record.revoked_at is not None and not (
        entry is not None
        and (entry.height, entry.block_time) == (finality.height, record.revoked_at)
    ):
        raise _refused(f"was revoked by {record.organization[:60]}", public_key)
    return record


def check_validators(finality: FinalityProof, history: ValidatorHistory) -> None:
    """Check that the validators in force signed.

    Raises:
        InvalidReceipt, InvalidSignature: the proof does not hold.
        UntrustedSigner: others signed it.
    """
    check_finality(finality, history.chain_id)
    if history.at(finality.header.height).hash != finality.header.validators_hash:
        raise UntrustedSigner("not by the validators in force", field="finality.validators")


def _recorded(
    shown: LogKeyProof | LogKeyCertificate, membership_root: bytes, public_key: bytes | None = None
) -> RegisteredLogKey:
    """Return the record, which is in its place under the root.

    Its place is that of the key it names, unless it is looked for under another.
    """
    record = decode_log_key(shown.record)
    proof = StateProof.from_value(decode(shown.state_proof, name="state_proof"))
    place = LOG_KEYS_PREFIX + (public_key or record.public_key)
    verify_value(membership_root, place, shown.record, proof)
    return record


def _refused(what: str, public_key: bytes) -> UntrustedSigner:
    key = public_key.hex()[:64]
    return UntrustedSigner(
        f"log key {key} {what}",
        field="receipt.log_key",
        expected="a log key of the trust file, or one that the validators show to be registered",
        found=key,
        hint="Ask another organisation's node for the receipt, or this one again.",
    )
