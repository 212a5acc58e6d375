# SPDX-License-Identifier: Apache-2.0
"""The JSON shapes of what is read: blocks, transactions, organisations, status.

Field names are API. Hashes and bytes are hexadecimal; each time stands twice, as RFC 3339 text and,
under `..._ms`, as unix milliseconds.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from tallystick.api.wire_types import Base64, Code, Count, Hash, Json, Level, Time, TimeMs


class Sentence(Struct, frozen=True):
    """A plain sentence for people, in both languages."""

    zh: str
    en: str


class LogKeyRecord(Struct, frozen=True, kw_only=True):
    """A key that signs checkpoints and receipts."""

    organization: str
    public_key: Hash
    vkey: Annotated[str, Meta(description="C2SP verifier key text.")]


class StatusRecord(Struct, frozen=True, kw_only=True):
    """How the node stands."""

    network: str
    origin: Annotated[str, Meta(description="Origin line of checkpoints: the network id.")]
    height: Count
    block_time: Time
    block_time_ms: TimeMs
    log_size: Count
    app_hash: Hash
    engine: str
    version: str
    organizations: Annotated[int, Meta(ge=0, description="How many the network has.")]
    views_height: Annotated[int, Meta(ge=0, description="Block that lists reflect.")]
    started_at: Time
    started_at_ms: TimeMs
    disk_free_bytes: Annotated[int, Meta(ge=0, description="Of the disk with its data.")]
    disk_size_bytes: Count
    transaction_lifetime_ms_max: Count
    log_keys: list[LogKeyRecord]


class TrustRecord(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The trust file: all that offline verification needs of this network."""

    format: str
    network: str
    genesis: Base64
    validators: list[Base64] = []
    """Certificates of later validator sets, oldest first; absent if there was no change."""
    log_keys: list[Base64] = []
    """Certificates of log keys that were registered or revoked later; absent if there are none."""


class EventRecord(Struct, frozen=True, kw_only=True):
    """A fact that a contract announced."""

    position: Annotated[int, Meta(ge=0, description="Place among the transaction's events.")]
    name: str
    fields: dict[str, Json]
    sentence: Sentence | None = None


class TransactionSummary(Struct, frozen=True, kw_only=True):
    """A committed transaction, in a line."""

    id: Hash
    height: Count
    index: Count
    leaf_index: Count
    level: Level
    code: Code
    time: Time
    time_ms: TimeMs
    contract: str | None
    """Null if the transaction cannot be read by this version."""
    method: str | None
    organization: str | None
    member: str | None
    signer: Hash | None
    sentence: Sentence | None
    event_count: Count


class DecodedValue(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A named value, with what people call and how they read it."""

    name: str
    label: Sentence
    value: Json
    text: Sentence
    fields: list[DecodedValue] = []
    """Of a record."""


class DecodedRefusal(Struct, frozen=True, kw_only=True):
    """Why a rule said no."""

    code: Code
    sentence: Sentence
    facts: list[DecodedValue]


class DecodedCall(Struct, frozen=True, kw_only=True):
    """What was asked for and what came of it, in the words of the contract."""

    contract: Sentence
    method: Sentence
    arguments: list[DecodedValue]
    result: Annotated[
        DecodedValue | None, Meta(description="Null after a refusal, or if nothing was returned.")
    ]
    refusal: DecodedRefusal | None


class TransactionRecord(TransactionSummary, frozen=True, kw_only=True):
    """A committed transaction with its arguments and its outcome."""

    args: dict[str, Json]
    call: Annotated[DecodedCall | None, Meta(description="Null if the transaction cannot be read.")]
    nonce: Count
    valid_until: Time
    valid_until_ms: TimeMs
    result: Json
    """Return value, or the facts of the refusal."""
    events: list[EventRecord]
    write_set_digest: Hash
    size: Annotated[int, Meta(ge=0, description="Bytes of the signed transaction.")]


class BlockSummary(Struct, frozen=True, kw_only=True):
    """A committed block, in a line."""

    height: Count
    hash: Hash
    parent: Hash
    time: Time
    time_ms: TimeMs
    transaction_count: Count
    log_size: Count
    log_root: Hash
    state_root: Hash
    membership_root: Hash
    app_hash: Hash


class BlockRecord(BlockSummary, frozen=True, kw_only=True):
    """A committed block with a part of its transactions."""

    first_leaf: Count
    first: Annotated[int, Meta(ge=0, description="Index of the first transaction shown.")]
    transactions: list[TransactionSummary]


class KeyRecord(Struct, frozen=True, kw_only=True):
    """A public key that acts for a member during a period."""

    public_key: Hash
    valid_from: Time
    valid_from_ms: TimeMs
    valid_until: Time
    valid_until_ms: TimeMs
    revoked_at: Time | None
    revoked_at_ms: TimeMs | None
    certificate: Annotated[
        Hash | None, Meta(description="SHA-256 of the certificate that enrolled it.")
    ]


class AuthorityRecord(Struct, frozen=True, kw_only=True):
    """A certification authority of an organisation."""

    fingerprint: Annotated[Hash, Meta(description="SHA-256 of its certificate.")]
    certificate: Base64
    subject: Annotated[str, Meta(description="RFC 4514.")]
    valid_until: Time
    valid_until_ms: TimeMs
    added_at: Time
    added_at_ms: TimeMs
    revoked_at: Time | None
    revoked_at_ms: TimeMs | None


class MemberRecord(Struct, frozen=True, kw_only=True):
    """A person or service acting for an organisation."""

    id: str
    name: Sentence
    roles: list[str]
    active: bool
    keys: list[KeyRecord]


class ListedMember(MemberRecord, frozen=True, kw_only=True):
    """A member in the list of all of them."""

    organization: str


class MemberPage(Struct, frozen=True, kw_only=True):
    """The members of all organisations."""

    items: list[ListedMember]
    next_cursor: str | None
    height: Count


class OrganizationSummary(Struct, frozen=True, kw_only=True):
    """A legal entity admitted to the network."""

    id: Annotated[str, Meta(description="Unified social credit code (GB 32100).")]
    name: Sentence
    active: bool
    state: Annotated[
        str,
        Meta(
            description="`active`; `suspended`: neither acts nor votes; `removed`: left for good.",
            extra_json_schema={"enum": ["active", "suspended", "removed"]},
        ),
    ]
    validator_power: Annotated[
        int | None, Meta(description="How much its vote on blocks weighs; null: it has none.")
    ]


class OrganizationRecord(OrganizationSummary, frozen=True, kw_only=True):
    """An organisation with its members and their keys."""

    members: list[MemberRecord]
    log_keys: list[LogKeyRecord]
    authorities: list[AuthorityRecord]


class TransactionPage(Struct, frozen=True, kw_only=True):
    """Transactions, newest first."""

    items: list[TransactionSummary]
    next_cursor: str | None
    height: Count


class BlockPage(Struct, frozen=True, kw_only=True):
    """Blocks, newest first."""

    items: list[BlockSummary]
    next_cursor: str | None
    height: Count


class OrganizationPage(Struct, frozen=True, kw_only=True):
    """All organisations of the network."""

    items: list[OrganizationSummary]
    next_cursor: str | None
    height: Count


class RecordPlace(Struct, frozen=True, kw_only=True):
    """A table that has a record with a key."""

    contract: str
    table: str


class RecordPlaces(Struct, frozen=True, kw_only=True):
    """Every table that has a record with a key."""

    items: list[RecordPlace]
    height: Count


class RecordPage(Struct, frozen=True, kw_only=True):
    """Records of a contract's table, newest first."""

    items: list[dict[str, Json]]
    next_cursor: str | None
    height: Count
