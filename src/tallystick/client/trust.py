# SPDX-License-Identifier: Apache-2.0
"""The trust file: the one thing a verifier must get from a source it believes.

It is the genesis document with the network id that is its hash: the log keys that sign receipts
and checkpoints, and the organisations, members and keys that founded the network. Format:
`{"format": "tallystick.trust.v1", "network": ..., "genesis": base64}`; if it was written after a
change, also `"validators": [base64]`, the certificates of later validator sets, and
`"log_keys": [base64]`, those of log keys that were registered or revoked since.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from tallystick.client.home import read_file, write_file
from tallystick.client.log_key_check import CertifiedLogKey, LogKeyReader
from tallystick.client.validator_history import ValidatorHistory
from tallystick.encoding import format_base64, format_json, parse_base64, parse_json
from tallystick.errors import (
    InvalidCheckpoint,
    LimitExceeded,
    Malformed,
    UntrustedSigner,
    WrongNetwork,
)
from tallystick.model import (
    Checkpoint,
    Cosignature,
    GenesisDocument,
    Member,
    MemberKey,
    Name,
    Organization,
    RegisteredLogKey,
    decode_genesis,
    network_id,
    open_checkpoint,
    open_cosignatures,
    parse_certificates,
    verifier_key,
)
from tallystick.units import TimeMs

TRUST_FORMAT: Final = "tallystick.trust.v1"
TRUST_BYTES_MAX: Final = 8 * 1024 * 1024
_FIELDS: Final = frozenset({"format", "network", "genesis"})
_VALIDATORS: Final = "validators"
_LOG_KEYS: Final = "log_keys"


@dataclass(frozen=True, slots=True)
class Trust:
    """Who may sign for a network; made by `parse`, `load` or `of_genesis`, which check it."""

    network: str
    """Network id; contains the hash of `genesis_bytes`."""
    genesis_bytes: bytes = field(repr=False)
    genesis: GenesisDocument = field(repr=False)
    certificates: tuple[bytes, ...] = field(default=(), repr=False)
    """Validator-set history from genesis on, as the file has it."""
    log_key_certificates: tuple[bytes, ...] = field(default=(), repr=False)
    """What became of log keys since genesis, as the file has it."""
    validators: ValidatorHistory = field(init=False, repr=False, compare=False)
    """Who may order transactions, at which heights."""
    log_keys: Mapping[bytes, str] = field(init=False, repr=False, compare=False)
    """Organisation id by public key of those who sign receipts and checkpoints now."""
    retired_log_keys: Mapping[bytes, RegisteredLogKey] = field(
        init=False, repr=False, compare=False
    )
    """Those that were revoked, by public key: what they sign is not trusted any more."""
    _founders: Mapping[bytes, str] = field(init=False, repr=False, compare=False)
    _certified: Mapping[bytes, CertifiedLogKey] = field(init=False, repr=False, compare=False)
    _organizations: Mapping[str, Organization] = field(init=False, repr=False, compare=False)
    _members: Mapping[tuple[str, str], Member] = field(init=False, repr=False, compare=False)
    _keys: Mapping[bytes, MemberKey] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Index the genesis document, then what the certificates add to it."""
        genesis = self.genesis
        by_name = {
            "_founders": {key.public_key: key.organization for key in genesis.log_keys},
            "_organizations": {one.id: one for one in genesis.organizations},
            "_members": {(one.organization, one.id): one for one in genesis.members},
            "_keys": {key.public_key: key for key in genesis.keys},
        }
        for name, index in by_name.items():
            self._set(name, index)
        first = ValidatorHistory.of_genesis(genesis, self.genesis_bytes)
        self._set("validators", first.extended(self.certificates, self._founding_checkpoint))
        certified = LogKeyReader(self.validators).read({}, self.log_key_certificates)
        records = {key: one.record for key, one in certified.items()}
        retired = {key: one for key, one in records.items() if one.revoked_at is not None}
        signers = {**self._founders, **{key: one.organization for key, one in records.items()}}
        self._set("_certified", certified)
        self._set("retired_log_keys", retired)
        self._set("log_keys", {key: name for key, name in signers.items() if key not in retired})

    def _set(self, name: str, value: object) -> None:
        object.__setattr__(self, name, value)  # the record is frozen for everybody else

    @classmethod
    def of_genesis(
        cls,
        genesis_bytes: bytes,
        certificates: Sequence[bytes] = (),
        log_keys: Sequence[bytes] = (),
    ) -> Trust:
        """Return the trust in the network that these genesis bytes found.

        Args:
            genesis_bytes: The genesis document.
            certificates: Validator-set history from genesis on.
            log_keys: Certificates of log keys.

        Raises:
            Malformed: not a genesis document.
            InvalidSignature: it lists a key that must not be enrolled.
            Unverified: a certificate does not follow from those before it.
        """
        genesis = decode_genesis(genesis_bytes)
        network = network_id(genesis.name, genesis_bytes)
        return cls(network, genesis_bytes, genesis, tuple(certificates), tuple(log_keys))

    @classmethod
    def parse(cls, text: str | bytes | Mapping[str, object]) -> Trust:
        """Return the trust in a trust file's text or decoded JSON.

        Raises:
            Malformed: not a trust file.
            LimitExceeded: larger than `TRUST_BYTES_MAX`.
            WrongNetwork: the network id is not the hash of the genesis document.
            InvalidSignature: it lists a key that must not be enrolled.
        """
        if isinstance(text, str | bytes):
            if len(text) > TRUST_BYTES_MAX:
                raise LimitExceeded("the trust file is too large", field="trust")
            fields = parse_json(text, name="trust file")
        else:
            fields = text
        if not isinstance(fields, Mapping) or fields.keys() - {_VALIDATORS, _LOG_KEYS} != _FIELDS:
            raise _malformed("trust", "format, network and genesis")
        if fields["format"] != TRUST_FORMAT:
            raise _malformed("trust.format", TRUST_FORMAT)
        network, genesis = fields["network"], fields["genesis"]
        if not isinstance(network, str) or not isinstance(genesis, str):
            raise _malformed("trust", "texts")
        genesis_bytes = parse_base64(genesis, name="trust.genesis")
        trust = cls.of_genesis(
            genesis_bytes, _listed(fields, _VALIDATORS), _listed(fields, _LOG_KEYS)
        )
        if trust.network != network:
            raise WrongNetwork(
                "the trust file's network id is not the hash of its genesis document",
                field="trust.network",
                expected=trust.network,
                found=network[:80],
            )
        return trust

    @classmethod
    def load(cls, path: str | Path) -> Trust:
        """Return the trust in the trust file at `path`; raises as `parse`, and `FileProblem`."""
        return cls.parse(read_file(Path(path), size_max=TRUST_BYTES_MAX))

    def to_json(self) -> str:
        """Return the trust file's text."""
        genesis = format_base64(self.genesis_bytes)
        fields: dict[str, object] = {
            "format": TRUST_FORMAT,
            "network": self.network,
            "genesis": genesis,
        }
        for name, listed in (
            (_VALIDATORS, self.certificates),
            (_LOG_KEYS, self.log_key_certificates),
        ):
            if listed:
                fields[name] = [format_base64(one) for one in listed]
        return format_json(fields, indent=2) + "\n"

    def save(self, path: str | Path) -> None:
        """Write the trust file; raises `FileProblem`."""
        write_file(Path(path), self.to_json().encode())

    def organization_name(self, organization: str) -> Name | None:
        """Return the name of an organisation that founded the network, None for others."""
        found = self._organizations.get(organization)
        return found.name if found else None

    def member(self, organization: str, member: str) -> Member | None:
        """Return a founding member, None for others."""
        return self._members.get((organization, member))

    def member_key(self, public_key: bytes) -> MemberKey | None:
        """Return the enrolment of a key that the genesis document lists, None for others."""
        return self._keys.get(public_key)

    @property
    def verifier_keys(self) -> tuple[str, ...]:
        """The log keys in C2SP vkey form, for other programs."""
        return tuple(verifier_key(self.network, key) for key in self.log_keys)

    def open_checkpoint(
        self, note: str, log_keys: Iterable[bytes] | None = None
    ) -> tuple[Checkpoint, bytes]:
        """Return a checkpoint that a log key of this network signed, and that key.

        Args:
            note: The signed note.
            log_keys: Who may have signed; by default `self.log_keys`.

        Raises:
            InvalidCheckpoint: malformed, of another log, or not validly signed.
            UntrustedSigner: the trust file names no log key at all.
        """
        _check_text(note)
        failure: Exception = UntrustedSigner("the trust file names no log key", field="log_keys")
        for key in self.log_keys if log_keys is None else log_keys:
            try:
                return open_checkpoint(note, key, origin=self.network), key
            except InvalidCheckpoint as error:
                failure = error
        raise failure

    def open_cosignatures(
        self, note: str, log_keys: Mapping[bytes, str] | None = None
    ) -> list[Cosignature]:
        """Return the cosignatures of organisations of this network on a checkpoint.

        Args:
            note: The signed note.
            log_keys: Organisation by key that may have cosigned; by default `self.log_keys`.

        Raises:
            InvalidCheckpoint: malformed, or one that does not verify.
        """
        _check_text(note)
        signers = self.log_keys if log_keys is None else log_keys
        keys = [(organization, key) for key, organization in signers.items()]
        return open_cosignatures(note, keys, network=self.network)

    def validators_with(self, certificates: Sequence[bytes]) -> ValidatorHistory:
        """Return the validator-set history that this trust and later certificates prove.

        Raises:
            Unverified: a certificate does not follow from those before it.
        """
        return self.validators.extended(certificates, self._founding_checkpoint)

    def with_news(self, offered: Trust) -> Trust:
        """Return this trust with what a trust file of the same network adds to it.

        Raises:
            Unverified: a certificate does not follow from those known, or contradicts one.
        """
        longer = self.with_history(offered.certificates)
        certified = LogKeyReader(longer.validators).read(
            self._certified, offered.log_key_certificates
        )
        if certified == self._certified:
            return longer
        listed = tuple(one.certificate for one in certified.values())
        return replace(longer, log_key_certificates=listed)

    def log_keys_at(self, moment: TimeMs) -> Mapping[bytes, str]:
        """Return who signed at a time, by public key: those of now, and those revoked later."""
        then = {
            key: one.organization
            for key, one in self.retired_log_keys.items()
            if one.revoked_at is not None and moment < one.revoked_at
        }
        return {**self.log_keys, **then}

    @property
    def known_log_keys(self) -> Mapping[bytes, str]:
        """Organisation by every key that ever signed, revoked or not: for what was seen before."""
        retired = {key: one.organization for key, one in self.retired_log_keys.items()}
        return {**self.log_keys, **retired}

    def with_history(self, certificates: Sequence[bytes]) -> Trust:
        """Return this trust with the changes of validators that `certificates` add to it.

        Raises:
            Unverified: a certificate does not follow from those before it, or contradicts one.
        """
        history, added = self.validators, list[bytes]()
        for certificate in certificates:
            longer = history.extended((certificate,), self._founding_checkpoint)
            if longer != history:
                history = longer
                added.append(certificate)
        return replace(self, certificates=(*self.certificates, *added)) if added else self

    def _founding_checkpoint(self, note: str) -> Checkpoint:
        """Open what the node signed that ordered alone, before there were validators."""
        return self.open_checkpoint(note, self._founders)[0]


TrustSource = Trust | str | Path | bytes | Mapping[str, object]
"""A trust, the path of a trust file, or its content."""


def open_trust(source: TrustSource) -> Trust:
    """Return the trust that `source` is or holds; raises as `Trust.load` and `Trust.parse`."""
    if isinstance(source, Trust):
        return source
    if isinstance(source, str | Path):
        return Trust.load(source)
    return Trust.parse(source)


def _listed(fields: Mapping[str, object], name: str) -> tuple[bytes, ...]:
    return parse_certificates(fields[name], f"trust.{name}") if name in fields else ()


def _check_text(note: str) -> None:
    """Refuse lone surrogates, which JSON can spell: they have no UTF-8 form, so no signature."""
    try:
        note.encode()
    except UnicodeEncodeError as error:
        raise InvalidCheckpoint("the checkpoint is not text", field="checkpoint") from error


def _malformed(field_name: str, expected: str) -> Malformed:
    return Malformed(f"{field_name}: expected {expected}", field=field_name, expected=expected)
