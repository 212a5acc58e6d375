# SPDX-License-Identifier: Apache-2.0
"""Finality: the engine's own commit, as proof that organisations agreed on the roots of the log.

`FinalityProof` says that more than two thirds of a validator set signed the header of height H+1,
which carries the app hash after block H, which covers the log. `Transition` and `EngineStart` say
who the validators are: one certificate for each change, from genesis on. `LogKeyProof` says that
an organisation signs receipts with a key that genesis does not know, and `LogKeyCertificate` what
became of a log key, by itself. Records and their bytes only; what must hold between them is
checked by whoever verifies. Spec: docs/spec/finality.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Annotated, Final, Literal, cast

import msgspec
from msgspec import Meta, Struct

from tallystick.encoding import decode, encode, prepare
from tallystick.errors import InvalidReceipt, LimitExceeded, Malformed
from tallystick.model.block import app_hash
from tallystick.model.engine_header import (
    EngineCommit,
    EngineHeader,
    EngineValidator,
    Hash,
    Natural,
    in_engine_order,
)
from tallystick.model.plain import to_value
from tallystick.units import TOTAL_POWER_MAX, VALIDATORS_MAX

FINALITY_BYTES_MAX: Final = 160 * 1024
"""A proof with 1,000 validators who all signed fits."""
CERTIFICATE_BYTES_MAX: Final = 512 * 1024
"""A proof, the record of the new set, and its state proof."""
LOG_KEY_PROOF_BYTES_MAX: Final = 66 * 1024
"""A record, and its state proof."""
LOG_KEY_CERTIFICATE_BYTES_MAX: Final = 228 * 1024
"""The same with a finality proof."""
_NOTE_MAX = 16 * 1024
_RECORD_MAX = 256 * 1024
_LOG_KEY_RECORD_MAX = 1024
_STATE_PROOF_MAX = 64 * 1024


class FinalityProof(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The engine's header after a block, who signed it, and the roots that it covers."""

    version: Literal[1] = 1
    header: EngineHeader
    """Of height H+1."""
    commit: EngineCommit
    validators: tuple[EngineValidator, ...]
    """The whole set of height H+1, in the engine's order."""
    log_size: Natural
    """Leaves in the log after block H."""
    log_root: Hash
    state_root: Hash
    membership_root: Hash

    @property
    def height(self) -> int:
        """Ledger height H whose outcome the header carries."""
        return self.header.height - 1

    @property
    def app_hash(self) -> bytes:
        """What the header must carry for these roots."""
        return app_hash(self.log_size, self.log_root, self.state_root, self.membership_root)

    def encode(self) -> bytes:
        """Return the canonical bytes; decode them to check what was put together."""
        return encode(to_value(self))


class Transition(
    Struct,
    frozen=True,
    forbid_unknown_fields=True,
    kw_only=True,
    tag="transition",
    tag_field="kind",
):
    """A change of validators: the set of height h names that of h+1, by record and by hash."""

    version: Literal[1] = 1
    proof: Annotated[bytes, Meta(max_length=FINALITY_BYTES_MAX)]
    """A `FinalityProof` whose header, of height h, has the next set's hash."""
    record: Annotated[bytes, Meta(max_length=_RECORD_MAX)]
    """Value of `membership/validators` after block h-1: the new set, with organisations."""
    state_proof: Annotated[bytes, Meta(max_length=_STATE_PROOF_MAX)]
    """Canonical bytes of the proof of that record under the proof's membership root."""

    def encode(self) -> bytes:
        """Return the canonical bytes."""
        return encode(to_value(self))


class EngineStart(
    Struct,
    frozen=True,
    forbid_unknown_fields=True,
    kw_only=True,
    tag="engine_start",
    tag_field="kind",
):
    """The first set of a network that began with one ordering node: the last word of that node."""

    version: Literal[1] = 1
    checkpoint: Annotated[str, Meta(max_length=_NOTE_MAX)]
    """Of height N, signed by a log key of the genesis document; the engine begins at N+1."""
    record: Annotated[bytes, Meta(max_length=_RECORD_MAX)]
    """Value of `membership/validators` after block N."""
    state_proof: Annotated[bytes, Meta(max_length=_STATE_PROOF_MAX)]
    """Canonical bytes of the proof of that record under the checkpoint's membership root."""

    def encode(self) -> bytes:
        """Return the canonical bytes."""
        return encode(to_value(self))


class LogKeyProof(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A log key of an organisation, as the membership tree of a final block has it."""

    record: Annotated[bytes, Meta(max_length=_LOG_KEY_RECORD_MAX)]
    """Value of `membership/log_keys/<public key>`."""
    state_proof: Annotated[bytes, Meta(max_length=_STATE_PROOF_MAX)]
    """Canonical bytes of its proof under the membership root of the receipt's finality proof."""

    def encode(self) -> bytes:
        """Return the canonical bytes."""
        return encode(to_value(self))


class LogKeyCertificate(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The same, with the finality of the block that has it: what a trust file can carry."""

    version: Literal[1] = 1
    proof: Annotated[bytes, Meta(max_length=FINALITY_BYTES_MAX)]
    """A `FinalityProof`."""
    record: Annotated[bytes, Meta(max_length=_LOG_KEY_RECORD_MAX)]
    """Value of `membership/log_keys/<public key>`, which may be revoked by now."""
    state_proof: Annotated[bytes, Meta(max_length=_STATE_PROOF_MAX)]
    """Canonical bytes of its proof under the membership root of `proof`."""

    @classmethod
    def of(cls, shown: LogKeyProof, finality: bytes) -> LogKeyCertificate:
        """Return the certificate of a key that is shown under a block's membership root."""
        return cls(proof=finality, record=shown.record, state_proof=shown.state_proof)

    def encode(self) -> bytes:
        """Return the canonical bytes."""
        return encode(to_value(self))


Certificate = Transition | EngineStart
"""One step of a validator-set history."""
_Decoded = FinalityProof | Certificate | LogKeyProof | LogKeyCertificate


prepare(FinalityProof)
prepare(Certificate)


def decode_finality(data: bytes) -> FinalityProof:
    """Return the finality proof in canonical `data`; nothing in it is verified yet.

    Raises:
        InvalidReceipt: too large, not canonical, or not of the form of such a proof.
    """
    proof = cast("FinalityProof", _decode(data, FinalityProof, "finality", FINALITY_BYTES_MAX))
    _check_validators(proof.validators)
    indices = [one.index for one in proof.commit.signatures]
    if any(index >= after for index, after in pairwise(indices)):
        raise _refused("commit.signatures", "each validator once, by ascending index")
    if indices and indices[-1] >= len(proof.validators):
        raise _refused("commit.signatures", f"indices below {len(proof.validators)}")
    last = proof.header.last_block_id
    if len({len(last.hash), len(last.parts_hash)}) != 1 or len(last.hash) not in (0, 32):
        raise _refused("header.last_block_id", "two hashes of 32 bytes, or none")
    return proof


def decode_certificate(data: bytes) -> Certificate:
    """Return the certificate in canonical `data`; nothing in it is verified yet.

    Raises:
        InvalidReceipt: too large, not canonical, or of no known kind.
    """
    return cast("Certificate", _decode(data, Certificate, "certificate", CERTIFICATE_BYTES_MAX))


def decode_log_key_proof(data: bytes) -> LogKeyProof:
    """Return the proof of a log key in canonical `data`; nothing in it is verified yet.

    Raises:
        InvalidReceipt: too large, not canonical, or not of the form of such a proof.
    """
    return cast("LogKeyProof", _decode(data, LogKeyProof, "log_key", LOG_KEY_PROOF_BYTES_MAX))


def decode_log_key_certificate(data: bytes) -> LogKeyCertificate:
    """Return the certificate of a log key in canonical `data`; nothing in it is verified yet.

    Raises:
        InvalidReceipt: too large, not canonical, or not of the form of such a certificate.
    """
    found = _decode(data, LogKeyCertificate, "log_keys", LOG_KEY_CERTIFICATE_BYTES_MAX)
    return cast("LogKeyCertificate", found)


def _check_validators(validators: Sequence[EngineValidator]) -> None:
    if not 1 <= len(validators) <= VALIDATORS_MAX:
        raise _refused("validators", f"1 to {VALIDATORS_MAX} validators")
    if tuple(validators) != in_engine_order(validators):
        raise _refused("validators", "most power first, then by address")
    if len({one.public_key for one in validators}) != len(validators):
        raise _refused("validators", "each key once")
    if sum(one.power for one in validators) > TOTAL_POWER_MAX:
        raise _refused("validators", f"at most {TOTAL_POWER_MAX} power together")


def _decode(data: bytes, kind: object, name: str, bytes_max: int) -> _Decoded:
    if len(data) > bytes_max:
        raise InvalidReceipt(f"{name}: too large", field=name, expected=f"{bytes_max} bytes")
    try:
        value = decode(data, name=name)
        # Bytes as bytes only: base64 text in their place would be a second spelling.
        record: _Decoded = msgspec.convert(value, kind, builtin_types=(bytes,))
    except (Malformed, LimitExceeded) as error:
        raise InvalidReceipt(error.message, field=error.field, expected=error.expected) from error
    except msgspec.ValidationError as error:
        raise InvalidReceipt(f"{name}: {error}", field=name) from error
    if record.encode() != data:
        raise InvalidReceipt(f"{name}: not every field is there", field=name)
    return record


def _refused(field: str, expected: str) -> InvalidReceipt:
    return InvalidReceipt(
        f"finality: {field} must be {expected}", field=f"finality.{field}", expected=expected
    )
