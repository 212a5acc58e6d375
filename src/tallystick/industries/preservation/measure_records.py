# SPDX-License-Identifier: Apache-2.0
"""Measures on property, their priority, renewals and releases."""

from __future__ import annotations

from enum import StrEnum

from tallystick.contracts import (
    Amount,
    Count,
    Digest,
    Identifier,
    Name,
    OrganizationCode,
    Record,
    Timestamp,
    ValueDigest,
)


class PropertyKind(StrEnum):
    """What is preserved; the kind decides how long at most."""

    DEPOSIT = "DEPOSIT"
    MOVABLE = "MOVABLE"
    REAL_ESTATE = "REAL_ESTATE"
    OTHER_RIGHT = "OTHER_RIGHT"


class MeasureState(StrEnum):
    """The life of a measure."""

    ORDERED = "ORDERED"
    IN_EFFECT = "IN_EFFECT"
    FAILED = "FAILED"
    RELEASED = "RELEASED"
    LAPSED = "LAPSED"


class Measure(Record):
    """A measure on one property; what the property is, is sealed for court and registry."""

    id: Identifier
    application: Identifier
    court: OrganizationCode
    registry: OrganizationCode
    kind: PropertyKind
    ordered: Amount
    state: MeasureState
    ordered_at: Timestamp
    tag: ValueDigest | None = None
    """The registry's own keyed digest of the property: who lacks its secret learns nothing."""
    amount: Amount = 0
    """What it holds for the case; never above what the ruling has left."""
    surplus: Amount = 0
    """What was found frozen beyond it and is not released yet."""
    surplus_due: Timestamp | None = None
    served_at: Timestamp | None = None
    """When the order reached the registry whole: the property was sealed for it."""
    priority: Count = 0
    """1 for the first that was served on the property."""
    start: Timestamp | None = None
    expiry: Timestamp | None = None
    renewal: Identifier | None = None
    """One that is asked for or granted and not confirmed yet."""


class Property(Record):
    """The measures on a property in the order of service, as its registry knows it."""

    registry: OrganizationCode
    tag: ValueDigest
    measures: tuple[Identifier, ...]


class RenewalState(StrEnum):
    """The life of a renewal."""

    ASKED = "ASKED"
    GRANTED = "GRANTED"
    REFUSED = "REFUSED"
    DONE = "DONE"


class Renewal(Record):
    """That a measure goes on for another period."""

    id: Identifier
    measure: Identifier
    state: RenewalState
    asked_at: Timestamp
    expiry: Timestamp = 0
    """The new one, once the registry has confirmed it."""


class ReleaseGround(StrEnum):
    """Why property is released (PP arts. 22, 23)."""

    WITHDRAWN = "WITHDRAWN"
    REJECTED = "REJECTED"
    """The claim or the suit was rejected."""
    PERFORMED = "PERFORMED"
    NO_SUIT = "NO_SUIT"
    """Nobody sued within thirty days."""
    SUBSTITUTED = "SUBSTITUTED"
    """The respondent gave sufficient security."""
    REVOKED = "REVOKED"


class ReleaseState(StrEnum):
    """The life of a release."""

    DUE = "DUE"
    ORDERED = "ORDERED"
    DECLINED = "DECLINED"
    DONE = "DONE"


class Release(Record):
    """That the property of an application is to be released; one is open at a time."""

    id: Identifier
    application: Identifier
    ground: ReleaseGround
    state: ReleaseState
    asked_by: OrganizationCode | None
    """Null: the contract opened the task itself."""
    opened_at: Timestamp
    due: Timestamp
    security: Digest | None = None
    """For a substitution: SHA-256 of the respondent's security."""
    security_amount: Amount = 0
    is_agreed: bool = False
    """For a substitution of the disputed thing: whether the applicant agrees."""
    order: Digest | None = None
    """SHA-256 of the court's order."""
    reason: Name | None = None
    """Why it was declined."""
    ordered_at: Timestamp | None = None
