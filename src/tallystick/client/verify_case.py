# SPDX-License-Identifier: Apache-2.0
"""A verification under way: the parts of a receipt, decoded as far as they can be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final, TypeVar

from tallystick.client.files import FileFacts
from tallystick.client.finality_check import Agreement
from tallystick.client.log_key_check import check_log_key, check_validators
from tallystick.client.trust import Trust
from tallystick.client.validator_history import ValidatorHistory, ValidatorSet
from tallystick.client.verify_forms import ProofForm, lack_of
from tallystick.errors import (
    InvalidCheckpoint,
    InvalidReceipt,
    TallystickError,
    UntrustedSigner,
    invariant,
)
from tallystick.model import (
    Checkpoint,
    Cosignature,
    Entry,
    FinalityProof,
    LogProof,
    LogReceipt,
    Receipt,
    Transaction,
    decode_entry,
    decode_finality,
    decode_log_receipt,
    decode_transaction,
    parse_checkpoint,
    parse_log_proof,
    split_transparent_statement,
)
from tallystick.units import TimeMs

Data = TypeVar("Data")
Part = TypeVar("Part")
_COSE_SIGN1: Final = b"\xd2\x84"
_LEVEL: Final = "committed"
"""What the checkpoint of a log proof stands for: nodes sign none of blocks that may be lost."""


@dataclass(frozen=True, slots=True)
class ProofBundle:
    """What a proof holds; `lack_of` says which checks the parts that are missing leave open."""

    form: ProofForm
    transaction: bytes = b""
    log_receipt: bytes = b""
    entry: bytes | None = None
    checkpoint: str | None = None
    network: str | None = None
    level: str | None = None
    finality: bytes | None = None
    validator_history: tuple[bytes, ...] = ()
    log_key: bytes | None = None
    log_proof: LogProof | None = None
    """What stands for `log_receipt`, which is then empty."""

    @classmethod
    def of_receipt(cls, receipt: Receipt) -> ProofBundle:
        """Return the parts of a receipt file."""
        return cls(
            ProofForm.RECEIPT,
            receipt.transaction,
            receipt.log_receipt,
            receipt.entry,
            receipt.checkpoint,
            receipt.network,
            receipt.level,
            receipt.finality,
            receipt.validator_history,
            receipt.log_key,
        )

    @classmethod
    def of_statement(cls, data: bytes) -> ProofBundle:
        """Return the parts of a transparent statement (`.cose`); raises `InvalidReceipt`."""
        _check_sign1(data, "statement")
        return cls(ProofForm.STATEMENT, *split_transparent_statement(data))

    @classmethod
    def of_log_proof(cls, data: bytes) -> ProofBundle:
        """Return the parts of a log proof (`.tlog-proof`); raises `InvalidReceipt`."""
        found = parse_log_proof(data)
        return cls(
            ProofForm.LOG_PROOF,
            found.transaction,
            b"",
            found.entry,
            found.checkpoint,
            level=_LEVEL,
            log_proof=found,
        )

    @classmethod
    def of_cose_receipt(cls, data: bytes) -> ProofBundle:
        """Return a COSE Receipt alone (RFC 9942); what is wrong with it is found later."""
        return cls(ProofForm.COSE_RECEIPT, log_receipt=data)

    @classmethod
    def of_checkpoint(cls, data: bytes) -> ProofBundle:
        """Return a checkpoint alone (C2SP tlog-checkpoint); raises `InvalidCheckpoint`."""
        try:
            note = data.decode()
        except UnicodeDecodeError as error:
            raise InvalidCheckpoint(
                "a checkpoint is a text in UTF-8", field="checkpoint"
            ) from error
        origin = parse_checkpoint(note).origin
        return cls(ProofForm.CHECKPOINT, checkpoint=note, network=origin, level=_LEVEL)


class Case:
    """One verification under way: the parts as decoded, and why others could not be."""

    def __init__(
        self, bundle: ProofBundle, trust: Trust, original: FileFacts | None, witnesses_min: int
    ) -> None:
        """Take the bundle apart; nothing is believed yet."""
        self.bundle = bundle
        self.trust = trust
        self.original = original
        self.witnesses_min = witnesses_min
        self.failures: dict[str, TallystickError] = {}
        self.transaction: Transaction | None = None
        if lack_of(bundle.form, "transaction") is None:
            self.transaction = self._part("transaction", decode_transaction, bundle.transaction)
        self.log_receipt: LogReceipt | None = None
        if bundle.form is not ProofForm.CHECKPOINT:
            self.log_receipt = self._part("receipt", _log_receipt, bundle)
        self.entry: Entry | None = None
        if bundle.entry is not None:
            self.entry = self._part("entry", decode_entry, bundle.entry)
        self._take_agreement()
        self.log_keys = self._log_keys_then()
        """Organisation by key: those of the trust file, and the one shown to be as good."""
        if bundle.log_key is not None and self.log_receipt is not None:
            self._part("receipt_signature", self._take_log_key, bundle.log_key)
        self._take_checkpoint()

    def _take_agreement(self) -> None:
        """Take apart what the validators signed."""
        bundle, trust = self.bundle, self.trust
        self.finality: FinalityProof | None = None
        self.history: ValidatorHistory | None = None
        self.agreement: Agreement | None = None
        """Set by the step that checked the finality proof."""
        self.validator_set: ValidatorSet | None = None
        """Set by the step that found its validators trusted."""
        if bundle.finality is not None:
            self.finality = self._part("finality", decode_finality, bundle.finality)
            self.history = self._part("validators", trust.validators_with, bundle.validator_history)

    def _log_keys_then(self) -> Mapping[bytes, str]:
        """Return who may have signed: also those revoked after the time that validators signed.

        Without their word nothing but the key itself says when it signed.
        """
        finality, history = self.finality, self.history
        if not self.trust.retired_log_keys or finality is None or history is None:
            return self.trust.log_keys
        try:
            check_validators(finality, history)
        except TallystickError:
            return self.trust.log_keys  # the steps that judge finality say why
        return self.trust.log_keys_at(TimeMs(finality.header.seconds * 1000))

    @property
    def known_log_keys(self) -> Mapping[bytes, str]:
        """Organisation by key: those to be believed, and those that were revoked."""
        return {**self.trust.known_log_keys, **self.log_keys}

    def _take_log_key(self, data: bytes) -> None:
        """Believe a log key that the validators show to be registered."""
        if self.finality is None or self.history is None:
            raise UntrustedSigner(
                "a log key is shown without finality that could vouch for it",
                field="receipt.log_key",
                expected="finality by validators of the trust file",
            )
        key = need(self.log_receipt).key_id
        record = check_log_key(data, key, self.finality, self.history, self.entry)
        self.log_keys = {key: record.organization, **self.log_keys}

    def _take_checkpoint(self) -> None:
        """Open the checkpoint, then what others signed of it."""
        bundle, trust = self.bundle, self.trust
        self.checkpoint: Checkpoint | None = None
        self.checkpoint_key = b""
        self.cosignatures: list[Cosignature] = []
        if bundle.checkpoint is not None:
            open_checkpoint = partial(trust.open_checkpoint, log_keys=self.known_log_keys)
            found = self._part("checkpoint", open_checkpoint, bundle.checkpoint)
            if found is not None:
                self.checkpoint, self.checkpoint_key = found
        if bundle.checkpoint is not None and self.checkpoint is not None:
            open_cosignatures = partial(trust.open_cosignatures, log_keys=self.log_keys)
            opened = self._part("witnesses", open_cosignatures, bundle.checkpoint)
            self.cosignatures = opened or []

    def _part(self, name: str, decode: Callable[[Data], Part], data: Data) -> Part | None:
        try:
            return decode(data)
        except TallystickError as error:
            self.failures[name] = error
            return None


def need(part: Part | None) -> Part:
    """Return a part that the table of needs promised to be there."""
    invariant(part is not None, "a step ran without a part it needs")
    return part  # type: ignore[return-value]  # the line above raises


def _log_receipt(bundle: ProofBundle) -> LogReceipt:
    """Return where the entry stands in the log, from the COSE receipt or the log proof."""
    proof = bundle.log_proof
    if proof is None:
        _check_sign1(bundle.log_receipt, "receipt")
        return decode_log_receipt(bundle.log_receipt)
    head = parse_checkpoint(proof.checkpoint)
    return LogReceipt(head.origin, b"", head.size, proof.index, proof.path, b"", b"")


def _check_sign1(data: bytes, field: str) -> None:
    if not data.startswith(_COSE_SIGN1):
        raise InvalidReceipt(
            "not a tagged COSE_Sign1", field=field, expected="tag 18 and an array of four"
        )
