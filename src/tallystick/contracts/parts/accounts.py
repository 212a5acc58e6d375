# SPDX-License-Identifier: Apache-2.0
"""Value accounts: double entry in integers of an asset's smallest unit.

- Every posting takes from one account what it gives to another; the sum over all accounts of an
  asset is what its issuer has issued, at every moment (CONSERVATION).
- No account goes below zero, neither what is available nor what is on hold.
- A payment reference is used once: a repeated payment pays once.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, TypeAlias

from msgspec import Meta
from msgspec.structs import replace

from tallystick.contracts.context import Context
from tallystick.contracts.label import Format, Label
from tallystick.contracts.part import Part
from tallystick.contracts.records import Event, Record
from tallystick.contracts.refusals import Refusal
from tallystick.contracts.tables import Table
from tallystick.contracts.values import Amount, Identifier, Name, OrganizationCode
from tallystick.errors import InvalidValue, RoleMissing
from tallystick.units import INTEGER_MAX

Units: TypeAlias = Annotated[int, Meta(ge=1, le=INTEGER_MAX), Format("amount")]
"""An amount that moves: at least one smallest unit."""


class Asset(Record):
    """What accounts are kept in: a currency or another divisible thing."""

    code: Identifier
    """For money its ISO 4217 code, such as CNY; the unit is then the currency's smallest."""
    issuer: OrganizationCode
    """Who alone may issue and redeem it on this ledger."""
    outstanding: Amount
    """What has been issued and not redeemed: the sum over all accounts."""


class Account(Record):
    """What one owner has of one asset."""

    owner: Name
    """A person, an organisation, a pool: whatever the contract calls it."""
    asset: Identifier
    available: Amount
    held: Amount
    """On hold: set aside for one purpose, and still the owner's."""


class Hold(Record):
    """An amount set aside."""

    id: Name
    owner: Name
    asset: Identifier
    amount: Amount
    """What is left of it."""


class PostingKind(StrEnum):
    """Why value moved."""

    ISSUE = "issue"
    REDEEM = "redeem"
    TRANSFER = "transfer"
    HOLD = "hold"
    RELEASE = "release"
    SETTLE = "settle"


class Posting(Record):
    """A use of a payment reference, kept so that there is no second."""

    reference: Name
    kind: PostingKind
    asset: Identifier
    debit: Name | None
    credit: Name | None
    amount: Amount


class Posted(Event):
    """en: {kind}: {amount} {asset} from {debit} to {credit} ({reference}).

    zh: {kind}：{amount} {asset}，由 {debit} 至 {credit}（{reference}）。
    """

    kind: PostingKind
    asset: Identifier
    debit: Name | None
    credit: Name | None
    amount: Amount
    reference: Name


class InsufficientFunds(Refusal, code="E_BALANCE"):
    """en: {owner} has {available} {asset} available, {needed} are needed.

    zh: {owner} 可用 {asset} 为 {available}，需要 {needed}。
    """

    owner: Name
    asset: Identifier
    available: Amount
    needed: Amount


class ReferenceUsed(Refusal, code="E_DUP"):
    """en: The payment reference {reference} was used before.

    zh: 付款参考号 {reference} 已使用过。
    """

    reference: Name


class Accounts(Part):
    """Accounts of a contract: `money = Accounts(label=Label(zh="资金", en="Money"))`.

    ```python
    self.money.define("CNY", issuer=bank)
    self.money.issue(ctx, "CNY", to="pool/C-1", amount=150_000, reference="DN-2026-000001")
    self.money.hold("CNY", owner="pool/C-1", amount=150_000, hold="EN-2026-000001")
    self.money.settle("EN-2026-000001", to="payee", reference="PO-2026-000001")
    ```
    """

    events = (Posted,)
    refusals = (InsufficientFunds, ReferenceUsed)

    assets = Table(Asset, key="code", label=Label(zh="资产", en="Assets"))
    accounts = Table(Account, key=("owner", "asset"), label=Label(zh="账户", en="Accounts"))
    holds = Table(Hold, key="id", label=Label(zh="冻结款", en="Holds"))
    postings = Table(Posting, key="reference", label=Label(zh="记账", en="Postings"))

    def define(self, asset: str, *, issuer: str) -> Asset:
        """Begin to keep accounts in an asset.

        Raises:
            Duplicate: it is kept already.
        """
        return self.assets.add(Asset(code=asset, issuer=issuer, outstanding=0))

    def balance(self, owner: str, asset: str) -> Account:
        """Return an account; one that has never been used is empty."""
        kept = self.accounts.get(owner, asset)
        return kept or Account(owner=owner, asset=asset, available=0, held=0)

    def issue(self, ctx: Context, asset: str, *, to: str, amount: int, reference: str) -> None:
        """Bring value onto the ledger; only the asset's issuer may.

        Raises:
            UnknownRecord: the asset is not kept.
            RoleMissing: the signer's organisation is not its issuer.
            ReferenceUsed: the reference was used before.
        """
        kept = self._issued_by_signer(ctx, asset)
        self._post(PostingKind.ISSUE, asset, None, to, amount=amount, reference=reference)
        self.assets.replace(replace(kept, outstanding=kept.outstanding + amount))
        self._change(to, asset, available=amount)

    def redeem(self, ctx: Context, asset: str, *, owner: str, amount: int, reference: str) -> None:
        """Take value off the ledger; only the asset's issuer may.

        Raises:
            UnknownRecord: the asset is not kept.
            RoleMissing: the signer's organisation is not its issuer.
            InsufficientFunds: the owner has less available.
            ReferenceUsed: the reference was used before.
        """
        kept = self._issued_by_signer(ctx, asset)
        self._post(PostingKind.REDEEM, asset, owner, None, amount=amount, reference=reference)
        self._change(owner, asset, available=-amount)
        self.assets.replace(replace(kept, outstanding=kept.outstanding - amount))

    def transfer(self, asset: str, *, owner: str, to: str, amount: int, reference: str) -> None:
        """Move available value from one account to another.

        Raises:
            InsufficientFunds: the owner has less available.
            ReferenceUsed: the reference was used before.
        """
        self._post(PostingKind.TRANSFER, asset, owner, to, amount=amount, reference=reference)
        self._change(owner, asset, available=-amount)
        self._change(to, asset, available=amount)

    def hold(self, asset: str, *, owner: str, amount: int, hold: str) -> Hold:
        """Set value aside under the name `hold`.

        Raises:
            InsufficientFunds: the owner has less available.
            Duplicate: there is a hold of this name.
        """
        kept = self.holds.add(Hold(id=hold, owner=owner, asset=asset, amount=_moving(amount)))
        self._change(owner, asset, available=-amount, held=amount)
        self._announce(PostingKind.HOLD, asset, owner, owner, amount=amount, reference=hold)
        return kept

    def release(self, hold: str, *, amount: int | None = None) -> Hold:
        """Give value on hold back, all that is left or `amount`; return what remains of it.

        Raises:
            UnknownRecord: there is no such hold.
            InsufficientFunds: less is on hold.
        """
        kept, freed = self._from_hold(hold, amount)
        owner, asset = kept.owner, kept.asset
        self._change(owner, asset, available=freed, held=-freed)
        self._announce(PostingKind.RELEASE, asset, owner, owner, amount=freed, reference=hold)
        return self._without(kept, freed)

    def settle(self, hold: str, *, to: str, reference: str, amount: int | None = None) -> Hold:
        """Pay from a hold, all that is left or `amount`; return what remains of it.

        Raises:
            UnknownRecord: there is no such hold.
            InsufficientFunds: less is on hold.
            ReferenceUsed: the reference was used before.
        """
        kept, paid = self._from_hold(hold, amount)
        self._post(PostingKind.SETTLE, kept.asset, kept.owner, to, amount=paid, reference=reference)
        self._change(kept.owner, kept.asset, held=-paid)
        self._change(to, kept.asset, available=paid)
        return self._without(kept, paid)

    def _from_hold(self, hold: str, amount: int | None) -> tuple[Hold, int]:
        """Return a hold and how much of it is meant: `amount`, or all that is left."""
        kept = self.holds.require(hold)
        meant = kept.amount if amount is None else _moving(amount)
        if meant > kept.amount:
            raise InsufficientFunds(
                owner=kept.owner, asset=kept.asset, available=kept.amount, needed=meant
            )
        return kept, meant

    def _without(self, kept: Hold, amount: int) -> Hold:
        """Keep a hold without an amount, or no longer if nothing is left; return it."""
        remaining = replace(kept, amount=kept.amount - amount)
        if remaining.amount:
            return self.holds.replace(remaining)
        self.holds.remove(kept.id)
        return remaining

    def _issued_by_signer(self, ctx: Context, asset: str) -> Asset:
        kept = self.assets.require(asset)
        if kept.issuer != ctx.signer.organization:
            raise RoleMissing("only the issuer may do this", field="issuer", found=kept.issuer)
        return kept

    def _post(
        self,
        kind: PostingKind,
        asset: str,
        debit: str | None,
        credit: str | None,
        *,
        amount: int,
        reference: str,
    ) -> None:
        """Use the reference, and announce the posting."""
        if self.postings.contains(reference):
            raise ReferenceUsed(reference=reference)
        self.postings.add(
            Posting(
                reference=reference,
                kind=kind,
                asset=asset,
                debit=debit,
                credit=credit,
                amount=_moving(amount),
            )
        )
        self._announce(kind, asset, debit, credit, amount=amount, reference=reference)

    def _announce(
        self,
        kind: PostingKind,
        asset: str,
        debit: str | None,
        credit: str | None,
        *,
        amount: int,
        reference: str,
    ) -> None:
        self.announce(
            Posted(
                kind=kind,
                asset=asset,
                debit=debit,
                credit=credit,
                amount=amount,
                reference=reference,
            )
        )

    def _change(self, owner: str, asset: str, *, available: int = 0, held: int = 0) -> None:
        """Keep an account with other amounts; what is on hold is bounded by its holds."""
        kept = self.balance(owner, asset)
        if kept.available + available < 0:
            raise InsufficientFunds(
                owner=owner, asset=asset, available=kept.available, needed=-available
            )
        self.accounts.put(
            replace(kept, available=kept.available + available, held=kept.held + held)
        )


def _moving(amount: int) -> int:
    """Return an amount that may move.

    Raises:
        InvalidValue: nothing, or less.
    """
    if amount < 1:
        raise InvalidValue("the amount must be positive", field="amount", found=str(amount))
    return amount
