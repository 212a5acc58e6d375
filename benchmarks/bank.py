# SPDX-License-Identifier: Apache-2.0
"""The contract that benchmarks run: accounts that pass money on, two reads and two writes a call.

`account_key` and `account_value` let a benchmark fill a state with accounts without executing
anything.
"""

from __future__ import annotations

from typing import Annotated, TypeAlias

from tallystick.contracts import (
    ANY_MEMBER,
    Amount,
    BoundedText,
    Context,
    Contract,
    Count,
    Event,
    Label,
    Meta,
    Record,
    Refusal,
    Table,
    action,
    query,
    replace,
)
from tallystick.encoding import encode

AccountId: TypeAlias = Annotated[str, Meta(min_length=1, max_length=64)]


class Account(Record):
    """An account of the bank."""

    id: AccountId
    balance: Amount
    count: Count
    """Transfers in which it took part."""
    note: BoundedText
    """Memo of the last one."""


class Transferred(Event):
    """en: {src} paid {dst} {amount}.

    zh: {src} 向 {dst} 转账 {amount}。
    """

    src: AccountId
    dst: AccountId
    amount: Amount


class Overdrawn(Refusal, code="E_BALANCE"):
    """en: The balance {balance} does not suffice.

    zh: 余额 {balance} 不足。
    """

    balance: Amount


class Bank(Contract, name="bank", version=1, label=Label(zh="银行", en="Bank")):
    """Accounts and transfers, as small as a contract with rules can be."""

    accounts = Table(Account, key="id")

    @action(role=ANY_MEMBER, label=Label(zh="开户", en="Open an account"))
    def open(self, ctx: Context, id: AccountId, balance: Amount, note: BoundedText = "") -> None:  # noqa: A002  # the record's field
        """Open an account with a balance."""
        self.accounts.add(Account(id=id, balance=balance, count=0, note=note))

    @action(
        role=ANY_MEMBER,
        label=Label(zh="转账", en="Transfer"),
        emits=(Transferred,),
        refuses=(Overdrawn,),
    )
    def transfer(
        self, ctx: Context, src: AccountId, dst: AccountId, amount: Amount, memo: BoundedText
    ) -> None:
        """Move an amount from one account to another."""
        payer = self.accounts.require(src)
        payee = self.accounts.require(dst)
        if payer.balance < amount:
            raise Overdrawn(balance=payer.balance)
        if src != dst:
            self.accounts.replace(
                replace(payer, balance=payer.balance - amount, count=payer.count + 1, note=memo)
            )
            self.accounts.replace(
                replace(payee, balance=payee.balance + amount, count=payee.count + 1, note=memo)
            )
        ctx.emit(Transferred(src=src, dst=dst, amount=amount))

    @query
    def account(self, id: AccountId) -> Account:  # noqa: A002  # the record's field
        """Return an account."""
        return self.accounts.require(id)


def account_key(account_id: str) -> bytes:
    """Return the state key of an account."""
    return f"bank/accounts/{account_id}".encode()


def account_value(account_id: str, balance: int, note: str = "") -> bytes:
    """Return the value bytes of an account that has not moved yet."""
    return encode({"id": account_id, "balance": balance, "count": 0, "note": note})
