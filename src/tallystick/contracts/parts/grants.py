# SPDX-License-Identifier: Apache-2.0
"""Grants: who may use which fields of what, for one purpose, in a period, so many times.

Each use is an access record. A use outside any bound is refused, and stands in the log as refused.
A grant says what may be done; that nothing else *is* done, the keeper of the data sees to.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Protocol

from msgspec import Meta
from msgspec.structs import replace

from tallystick.contracts.context import Context
from tallystick.contracts.label import Label
from tallystick.contracts.part import Part
from tallystick.contracts.records import Event, Record
from tallystick.contracts.refusals import Refusal
from tallystick.contracts.tables import Table
from tallystick.contracts.values import Count, Identifier, Name, OrganizationCode, Timestamp
from tallystick.errors import InvalidValue
from tallystick.units import INTEGER_MAX


class GrantTerms(Record):
    """What is granted, and its bounds."""

    grantee: OrganizationCode
    object: Name
    """What is used: a catalogue entry, a document, a register."""
    fields: Annotated[tuple[Identifier, ...], Meta(min_length=1, max_length=200)]
    """Which parts of it; no others."""
    purpose: Name
    """In the words of the catalogue of purposes; a use names exactly the same."""
    valid_from: Timestamp
    """First moment of use."""
    valid_until: Timestamp
    """Last moment of use."""
    max_uses: Annotated[int, Meta(ge=1, le=INTEGER_MAX)] | None = None
    """How often at most; null: as often as needed."""


class Grant(GrantTerms):
    """A grant as it stands."""

    id: Name
    grantor: OrganizationCode
    uses: Count = 0
    revoked_at: Timestamp | None = None


class Access(Record):
    """One use of a grant."""

    grant: Name
    number: Count
    """From 1, without gaps."""
    organization: OrganizationCode
    member: Name
    fields: tuple[Identifier, ...]
    purpose: Name
    at: Timestamp


class Granted(Event):
    """en: {grantor} granted {grantee} the use of {object} for {purpose} ({grant}).

    zh: {grantor} 授权 {grantee} 为 {purpose} 使用 {object}（{grant}）。
    """

    grant: Name
    grantor: OrganizationCode
    grantee: OrganizationCode
    object: Name
    purpose: Name


class Accessed(Event):
    """en: {organization}/{member} used {object} for {purpose}, use {number} of {grant}.

    zh: {organization}/{member} 为 {purpose} 使用 {object}，系 {grant} 第 {number} 次使用。
    """

    grant: Name
    number: Count
    object: Name
    purpose: Name
    fields: tuple[Identifier, ...]
    organization: OrganizationCode
    member: Name


class GrantRevoked(Event):
    """en: {grantor} revoked {grant}.

    zh: {grantor} 撤销授权 {grant}。
    """

    grant: Name
    grantor: OrganizationCode


class NotTheGrantee(Refusal, code="E_ROLE"):
    """en: {grant} was given to {grantee} alone.

    zh: {grant} 仅授予 {grantee}。
    """

    grant: Name
    grantee: OrganizationCode


class NotTheGrantor(Refusal, code="E_ROLE"):
    """en: Only {grantor} may revoke {grant}.

    zh: 仅 {grantor} 可撤销 {grant}。
    """

    grant: Name
    grantor: OrganizationCode


class GrantNotYet(Refusal, code="E_EARLY"):
    """en: {grant} is valid from {valid_from}.

    zh: {grant} 自 {valid_from} 起有效。
    """

    grant: Name
    valid_from: Timestamp


class GrantExpired(Refusal, code="E_EXPIRED"):
    """en: {grant} was valid until {valid_until}.

    zh: {grant} 的有效期至 {valid_until}。
    """

    grant: Name
    valid_until: Timestamp


class GrantIsRevoked(Refusal, code="E_EXPIRED"):
    """en: {grant} was revoked at {revoked_at}.

    zh: {grant} 已于 {revoked_at} 撤销。
    """

    grant: Name
    revoked_at: Timestamp


class OtherPurpose(Refusal, code="E_PURPOSE"):
    """en: {grant} is for {purpose}, nothing else.

    zh: {grant} 仅用于 {purpose}。
    """

    grant: Name
    purpose: Name


class FieldsNotGranted(Refusal, code="E_PURPOSE"):
    """en: {grant} does not cover the fields {outside}.

    zh: {grant} 不包含字段 {outside}。
    """

    grant: Name
    outside: tuple[Identifier, ...]


class GrantUsedUp(Refusal, code="E_LIMIT"):
    """en: {grant} was good for {max_uses} uses.

    zh: {grant} 的使用次数上限为 {max_uses}。
    """

    grant: Name
    max_uses: Count


class Grants(Part):
    """Grants of a contract: `grants = Grants(label=Label(zh="授权", en="Grants"))`.

    ```python
    self.grants.give(ctx, "G-1", GrantTerms(grantee=bureau, object="D-7", fields=("name",), ...))
    self.grants.use(ctx, "G-1", ("name",), "tax audit")
    self.grants.revoke(ctx, "G-1")
    ```
    """

    events = (Granted, Accessed, GrantRevoked)
    refusals = (
        *(NotTheGrantee, NotTheGrantor, GrantNotYet, GrantExpired, GrantIsRevoked),
        *(OtherPurpose, FieldsNotGranted, GrantUsedUp),
    )

    grants = Table(Grant, key="id", label=Label(zh="授权", en="Grants"))
    accesses = Table(Access, key=("grant", "number"), label=Label(zh="使用记录", en="Accesses"))

    def give(self, ctx: Context, grant: str, terms: GrantTerms) -> Grant:
        """Grant in the name of the signer's organisation; whether it may is the contract's rule.

        Raises:
            Duplicate: there is such a grant already.
            InvalidValue: it would end before it begins.
        """
        check_terms(terms.valid_from, terms.valid_until)
        kept = self.grants.add(
            Grant(
                id=grant,
                grantor=ctx.signer.organization,
                grantee=terms.grantee,
                object=terms.object,
                fields=terms.fields,
                purpose=terms.purpose,
                valid_from=terms.valid_from,
                valid_until=terms.valid_until,
                max_uses=terms.max_uses,
            )
        )
        self.announce(
            Granted(
                grant=grant,
                grantor=kept.grantor,
                grantee=kept.grantee,
                object=kept.object,
                purpose=kept.purpose,
            )
        )
        return kept

    def use(self, ctx: Context, grant: str, fields: Sequence[str], purpose: str) -> Access:
        """Record a use by the signer's organisation.

        Raises:
            UnknownRecord: there is no such grant.
            NotTheGrantee: it was given to another organisation.
            GrantIsRevoked: its grantor took it back.
            GrantNotYet: its period has not begun.
            GrantExpired: its period is over.
            OtherPurpose: it is for another purpose.
            FieldsNotGranted: it does not cover all of the fields.
            GrantUsedUp: it was used as often as it may be.
            InvalidValue: no field is named.
        """
        kept = self.grants.require(grant)
        check_bounds(ctx, kept, purpose)
        _check_fields(kept, fields)
        self.grants.replace(replace(kept, uses=kept.uses + 1))
        access = Access(
            grant=grant,
            number=kept.uses + 1,
            organization=ctx.signer.organization,
            member=ctx.signer.member,
            fields=tuple(fields),
            purpose=purpose,
            at=ctx.block_time_ms,
        )
        self.announce(
            Accessed(
                grant=grant,
                number=access.number,
                object=kept.object,
                purpose=purpose,
                fields=access.fields,
                organization=access.organization,
                member=access.member,
            )
        )
        return self.accesses.add(access)

    def revoke(self, ctx: Context, grant: str) -> Grant:
        """Take a grant back, from now on; only its grantor may.

        Raises:
            UnknownRecord: there is no such grant.
            NotTheGrantor: another organisation gave it.
            GrantIsRevoked: it was taken back before.
        """
        kept = self.grants.require(grant)
        check_revocable(ctx, grant, kept.grantor, kept.revoked_at)
        self.announce(GrantRevoked(grant=grant, grantor=kept.grantor))
        return self.grants.replace(replace(kept, revoked_at=ctx.block_time_ms))


class Bounded(Protocol):
    """A grant of whatever, as far as its bounds go."""

    @property
    def id(self) -> str:
        """Names it in refusals."""
        ...

    @property
    def grantee(self) -> str:
        """Whose members may use it."""
        ...

    @property
    def purpose(self) -> str:
        """What for."""
        ...

    @property
    def valid_from(self) -> int:
        """First moment of use."""
        ...

    @property
    def valid_until(self) -> int:
        """Last moment of use."""
        ...

    @property
    def max_uses(self) -> int | None:
        """How often at most."""
        ...

    @property
    def uses(self) -> int:
        """How often so far."""
        ...

    @property
    def revoked_at(self) -> int | None:
        """Since when it is taken back."""
        ...


def check_terms(valid_from: int, valid_until: int) -> None:
    """Refuse a grant that ends before it begins.

    Raises:
        InvalidValue: it does.
    """
    if valid_until < valid_from:
        raise InvalidValue(
            "the grant ends before it begins", field="valid_until", found=str(valid_until)
        )


def check_bounds(ctx: Context, grant: Bounded, purpose: str) -> None:
    """Refuse a use by the signer that is outside a grant's bounds.

    Raises:
        NotTheGrantee: it was given to another organisation.
        GrantIsRevoked: its grantor took it back.
        GrantNotYet: its period has not begun.
        GrantExpired: its period is over.
        OtherPurpose: it is for another purpose.
        GrantUsedUp: it was used as often as it may be.
    """
    if ctx.signer.organization != grant.grantee:
        raise NotTheGrantee(grant=grant.id, grantee=grant.grantee)
    if grant.revoked_at is not None:
        raise GrantIsRevoked(grant=grant.id, revoked_at=grant.revoked_at)
    if ctx.block_time_ms < grant.valid_from:
        raise GrantNotYet(grant=grant.id, valid_from=grant.valid_from)
    if ctx.block_time_ms > grant.valid_until:
        raise GrantExpired(grant=grant.id, valid_until=grant.valid_until)
    if purpose != grant.purpose:
        raise OtherPurpose(grant=grant.id, purpose=grant.purpose)
    if grant.max_uses is not None and grant.uses >= grant.max_uses:
        raise GrantUsedUp(grant=grant.id, max_uses=grant.max_uses)


def check_revocable(ctx: Context, grant: str, grantor: str, revoked_at: int | None) -> None:
    """Refuse taking back a grant of another organisation, or one that was taken back.

    Raises:
        NotTheGrantor: another organisation gave it.
        GrantIsRevoked: it was taken back before.
    """
    if grantor != ctx.signer.organization:
        raise NotTheGrantor(grant=grant, grantor=grantor)
    if revoked_at is not None:
        raise GrantIsRevoked(grant=grant, revoked_at=revoked_at)


def _check_fields(grant: Grant, fields: Sequence[str]) -> None:
    outside = tuple(field for field in fields if field not in grant.fields)
    if outside:
        raise FieldsNotGranted(grant=grant.id, outside=outside)
    if not fields:
        raise InvalidValue("a use names its fields", field="fields", found="0")
