# SPDX-License-Identifier: Apache-2.0
"""What the contract keeps of nodes, agreements, objects, copies and challenges."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from tallystick.contracts import (
    Amount,
    Arguments,
    ByteCount,
    Count,
    Identifier,
    MediaType,
    Meta,
    Name,
    Of,
    OrganizationCode,
    Record,
    Timestamp,
    ValueDigest,
)
from tallystick.contracts.parts import (
    DocumentCid,
    OrderId,
    OrderState,
    PossessionAnswer,
    SealedData,
    Units,
    VersionedParameters,
)
from tallystick.industries.custody.workflows import ChallengeState, ObjectState, PlacementState

Days: TypeAlias = Annotated[int, Meta(ge=1, le=36_600)]
Copies: TypeAlias = Annotated[int, Meta(ge=2, le=9)]
Zones: TypeAlias = Annotated[int, Meta(ge=2, le=9)]
Rounds: TypeAlias = Annotated[int, Meta(ge=1, le=1_000)]
NodeNames: TypeAlias = Annotated[tuple[Identifier, ...], Meta(min_length=1, max_length=9)]
Path: TypeAlias = Annotated[tuple[ValueDigest, ...], Meta(max_length=40)]
Seconds: TypeAlias = Annotated[int, Meta(ge=1, le=31_622_400)]


class CustodyParameters(VersionedParameters):
    """Numbers of the rules; whoever keeps the rules may change them."""

    answer_s: Seconds = 60
    """Within which a challenge is answered."""
    recheck_s: Seconds = 600
    """After which a copy that failed is asked again."""
    fails_suspect: Rounds = 2
    """Failures in a row that make a copy suspect."""
    fails_evict: Rounds = 6
    """Failures in a row that end it."""
    pin_s: Seconds = 86_400
    """Within which an offered copy is stored and signed for."""
    repair_s_per_gb: Seconds = 600
    """Within which a repair is done, for each 10^9 bytes begun."""
    retry_s: Seconds = 3_600
    """After which a repair that no node could take is tried again."""
    expiring_days: Days = 30
    grace_days: Days = 30
    """After a release until the copies are dropped."""
    notice_days: Days = 30
    """Before the end of retention at which it is announced."""
    size_max: ByteCount = 5_000_000_000
    stake_min: Amount = 100_000
    penalty_times: Rounds = 2
    """A failure costs so many slices of the fee from the stake."""
    audit_entries: Annotated[int, Meta(ge=1, le=100)] = 20
    audit_s: Seconds = 86_400


class RetentionClass(Record):
    """How long documents of a kind are kept."""

    id: Identifier
    title: Name
    days: Days


class NewNode(Arguments):
    """What an operator offers."""

    id: Identifier
    zone: Identifier
    capacity: ByteCount
    price: Units
    """Units for each MiB begun, a copy, for thirty days."""
    currency: Identifier
    stake: Units
    """What the operator leaves as security; failures are paid from it."""


class StorageNode(NewNode):
    """A place where copies are kept."""

    operator: OrganizationCode
    used: ByteCount = 0
    copies: Count = 0
    is_open: bool = True
    """Whether it takes new copies."""


class Directory(Record):
    """The nodes, so that a repair can draw one."""

    id: Identifier
    nodes: tuple[Identifier, ...]


class NewAgreement(Arguments):
    """What an owner and the operators of its copies go by."""

    copies: Copies
    zones: Zones
    period_days: Annotated[int, Meta(ge=31, le=3_660)]
    price: Units
    """The most that is paid for each MiB begun, a copy, for thirty days."""
    challenges: Rounds
    """How often each copy is challenged in a period; each that passes is paid."""
    currency: Identifier


class Agreement(NewAgreement):
    """An agreement of an owner."""

    id: Identifier
    owner: OrganizationCode
    made_at: Timestamp


class NewObject(Arguments):
    """A sealed file that is to be stored."""

    id: Identifier
    agreement: Identifier
    cid: DocumentCid
    ciphertext: ValueDigest
    """SHA-256 of the sealed bytes."""
    plain: ValueDigest
    """Commitment to the plaintext: its hash with a salt, so that equal files look different."""
    size: ByteCount
    slices_root: ValueDigest
    media_type: MediaType
    retention: Identifier
    key_id: Identifier
    """Name of the key at the key custodian; never the key."""
    nodes: NodeNames
    key: SealedData | None = None
    """The key as a private record of the same id, sealed to its readers."""


class StoredObject(Record):
    """An object, whatever its state."""

    id: Identifier
    owner: OrganizationCode
    agreement: Identifier
    cid: DocumentCid
    plain: ValueDigest
    size: ByteCount
    slices_root: ValueDigest
    retention: Identifier
    key_id: Identifier
    state: ObjectState
    nodes: tuple[Identifier, ...]
    """Where copies are offered, pinned or suspect."""
    pinned: Count
    fee_slice: Amount
    """What a passed challenge is paid."""
    declared_at: Timestamp
    stored_at: Timestamp | None = None
    degraded_at: Timestamp | None = None
    """Since when copies have been missing."""
    period: Count = 1
    period_until: Timestamp | None = None
    rounds: Count = 0
    """Challenges of this period that were due for each copy."""
    is_renewed: bool = False
    ended_at: Timestamp | None = None
    """When it was released, destroyed or lost."""
    ended_by: Name | None = None
    key_destroyed_at: Timestamp | None = None


class CidUse(Record):
    """An address that is taken: each file is sealed anew, so none comes twice."""

    cid: DocumentCid
    object: Identifier


class Placement(Record):
    """A copy at a node."""

    object: Identifier
    node: Identifier
    operator: OrganizationCode
    zone: Identifier
    state: PlacementState
    offered_at: Timestamp
    due: Timestamp
    pinned_at: Timestamp | None = None
    pinned_by: Name | None = None
    """The person who signed."""
    fails: Count = 0
    """Failures in a row."""
    is_repair: bool = False
    keeps: Name | None = None
    """The registered document that its operator may hold for as long as this copy is wanted."""


class Repair(Record):
    """A new copy in place of a missing one."""

    id: Name
    """Object and node."""
    object: Identifier
    node: Identifier
    size: ByteCount
    begun_at: Timestamp
    due: Timestamp
    done_at: Timestamp | None = None


class Challenge(Record):
    """A question that only who has the bytes can answer."""

    id: Identifier
    object: Identifier
    node: Identifier
    operator: OrganizationCode
    cid: DocumentCid
    index: Count
    """The slice that was drawn."""
    seed: ValueDigest
    """What it was drawn from, together with node and address."""
    issued_at: Timestamp
    due: Timestamp
    state: ChallengeState
    pays: Amount
    """What a right answer is paid: nothing for one beyond the agreed number."""
    period: Count
    answered_at: Timestamp | None = None


class Answer(Arguments):
    """A slice with its path, for one challenge."""

    challenge: Annotated[Identifier, Of("placements", found_in="challenges", by=("object", "node"))]
    seed: ValueDigest
    answer: PossessionAnswer


class PaymentReport(Arguments):
    """What the bank says about a payment."""

    order: OrderId
    state: OrderState
    attempt: Rounds
    reference: Name | None = None
    """The bank's; only bookings have one."""
    reason: Name | None = None


class NewGrant(Arguments):
    """What an owner lets an organisation read."""

    object: Identifier
    reader: OrganizationCode
    purpose: Name
    valid_until: Timestamp
    max_uses: Annotated[int, Meta(ge=1, le=10_000)] = 1


class Payout(Record):
    """Who is paid by an order, and from which account."""

    order: Name
    organization: OrganizationCode
    currency: Identifier
    amount: Units


class DestroyOrder(Record):
    """An order to destroy, with the two who sign it."""

    object: Identifier
    reason: Name
    ordered_by: Name
    ordered_at: Timestamp
    signed_by: Name | None = None
    signed_at: Timestamp | None = None


class ObjectRead(Record):
    """One use of a grant: somebody fetched an object."""

    id: Identifier
    grant: Name
    object: Identifier
    reader: OrganizationCode
    opened_at: Timestamp
    done_at: Timestamp | None = None
    node: Identifier | None = None
    """The copy that was right."""


class CorruptSlice(Record):
    """What a reader found damaged."""

    node: Identifier
    index: Count
