# SPDX-License-Identifier: Apache-2.0
"""Who pays and who is paid, by name and account: private files on the officer's machine.

The ledger names a payee by `digest_of("payee", holder, account)`, where `holder` is the person's
commitment and `account` is `account_digest(salt, number)`. Account numbers are few enough to be
guessed from a plain digest, so each has a salt, which stays in this file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from tallystick.cli.catalogue import say
from tallystick.cli.payments.private_files import decode_form, read_private, write_private
from tallystick.contracts import digest_of
from tallystick.errors import FileProblem
from tallystick.interchange.iso20022 import Account, Address, Agent, Party


class Place(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A name with its account and bank, as a private file has it."""

    name: str
    iban: str | None = None
    account: str | None = None
    """A number that is no IBAN, as in China."""
    bic: str | None = None
    clearing_system: str | None = None
    clearing_number: str | None = None
    town: str | None = None
    country: str | None = None

    @property
    def number(self) -> str:
        """The number of the account."""
        return self.iban or self.account or ""

    def as_party(self) -> Party:
        """Return who it is, for a payment file.

        Raises:
            InvalidPaymentFile: the name or the address does not fit.
        """
        if self.town is None or self.country is None:
            return Party(name=self.name)
        return Party(name=self.name, address=Address(town=self.town, country=self.country))

    def as_account(self) -> Account:
        """Return the account.

        Raises:
            InvalidAccount: its form or check digits are wrong.
            InvalidPaymentFile: there is none, or two.
        """
        return Account(iban=self.iban, other=self.account)

    def as_agent(self) -> Agent | None:
        """Return the bank, None if nothing names it.

        Raises:
            InvalidAccount, InvalidPaymentFile: what names it does not fit.
        """
        if self.bic is None and self.clearing_number is None:
            return None
        return Agent(
            bic=self.bic,
            clearing_system=self.clearing_system,
            clearing_number=self.clearing_number,
        )


class Payee(Place, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody who is paid."""

    holder: str
    """The person's commitment on the ledger."""
    salt: str
    """Of this account."""

    @property
    def account_digest(self) -> str:
        """What the ledger knows of the account."""
        return account_digest(self.salt, self.number)

    @property
    def digest(self) -> str:
        """What payment orders name this payee by."""
        return digest_of("payee", self.holder, self.account_digest)


class Payer(Place, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who pays, from which account, and what payees read."""

    currency: str
    remittance: str | None = None
    purpose: str | None = None
    accounts: tuple[str, ...] = ()
    """The ledger's accounts that this one pays for; none named: all of the contract.

    A name that ends in `/` stands for all that begin with it.
    """

    def pays_for(self, account: str) -> bool:
        """Say whether an order out of an account of the ledger is paid from here."""
        named = (
            account.startswith(one) if one.endswith("/") else account == one
            for one in self.accounts
        )
        return not self.accounts or any(named)

    def bank(self) -> Agent:
        """Return the bank of the account, which must be known.

        Raises:
            FileProblem: nothing names it.
            InvalidAccount, InvalidPaymentFile: what names it does not fit.
        """
        found = self.as_agent()
        if found is None:
            raise FileProblem(say("payments.no_bank"), field="bic", expected="bic")
        return found


class _PayeeFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    payees: list[dict[str, object]]


def account_digest(salt: str, number: str) -> str:
    """Return what stands on the ledger for an account."""
    return digest_of("account", salt, number)


def read_payer(path: Path) -> Payer:
    """Return who pays.

    Raises:
        FileProblem: it cannot be read, or others may read it.
        InvalidAccount, InvalidPaymentFile: no bank would take it.
    """
    return payer_of(read_private(path), path)


def payer_of(data: bytes, path: Path) -> Payer:
    """Return who pays, from the bytes of a private file.

    Raises:
        FileProblem: it has another form.
        InvalidAccount, InvalidPaymentFile: no bank would take it.
    """
    payer = decode_form(data, path, Payer)
    payer.as_party(), payer.as_account(), payer.bank()
    return payer


def read_payees(path: Path) -> Mapping[str, Payee]:
    """Return the payees of a private file by the digest that the ledger names them by.

    Raises:
        FileProblem: it cannot be read, or others may read it, or a payee has another form.
        InvalidAccount, InvalidPaymentFile: no bank would take one of them.
    """
    return payees_of(read_private(path), path)


def payees_of(data: bytes, path: Path) -> Mapping[str, Payee]:
    """Return the payees in the bytes of a private file, as `read_payees` does.

    The digest is computed from name and account here, so a file cannot claim one.

    Raises:
        FileProblem: it or a payee has another form.
        InvalidAccount, InvalidPaymentFile: no bank would take one of them.
    """
    found = {}
    for number, fields in enumerate(decode_form(data, path, _PayeeFile).payees):
        claimed = fields.pop("digest", None)
        try:
            payee = msgspec.convert(fields, Payee)
        except msgspec.ValidationError as error:
            raise FileProblem(
                say("payments.wrong_form", path=path),
                field=f"payees[{number}]",
                found=str(error),
            ) from error
        if claimed not in {None, payee.digest}:
            raise FileProblem(say("payments.other_digest", path=path), field=f"payees[{number}]")
        payee.as_party(), payee.as_account(), payee.as_agent()
        found[payee.digest] = payee
    return found


def write_payees(path: Path, payees: Iterable[Payee]) -> None:
    """Write a private file of payees, each with its digest.

    Raises:
        FileProblem: it cannot be written.
    """
    write_private(path, payees_file(payees))


def payees_file(payees: Iterable[Payee]) -> bytes:
    """Return the content of a file of payees, each with its digest."""
    rows = [{"digest": one.digest, **msgspec.to_builtins(one)} for one in payees]
    return msgspec.json.format(msgspec.json.encode({"payees": rows}), indent=2)
