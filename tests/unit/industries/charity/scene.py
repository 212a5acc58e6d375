# SPDX-License-Identifier: Apache-2.0
"""A foundation, a bank, a school, an identity provider and children, on a ledger in memory."""

from __future__ import annotations

from typing import Final, TypeVar

from msgspec import convert, json

from tallystick.contracts import DAY_MS, Record, digest_of
from tallystick.crypto import SecretKey, sha256
from tallystick.encoding import Value
from tallystick.industries.charity import (
    Charity,
    ListRow,
    PayeeAccount,
    claim_digest,
    confirmation_digest,
    list_digest_of,
)
from tallystick.industries.charity.records import Book, Entitlement
from tallystick.model import Execution, Signer
from tallystick.testing import LedgerHarness, make_signer

R = TypeVar("R", bound=Record)

FOUNDATION: Final = "91350100M000100Y43"
BANK_CODE: Final = "911100001000000059"
OFFICER = make_signer("charity.officer", member="officer", organization=FOUNDATION)
OFFICER_2 = make_signer("charity.officer", member="officer-2", organization=FOUNDATION)
OFFICER_3 = make_signer("charity.officer", member="officer-3", organization=FOUNDATION)
REVIEWER = make_signer("charity.reviewer", member="reviewer", organization=FOUNDATION)
STRANGER = make_signer("charity.officer", member="x", organization=BANK_CODE)
BANK = make_signer("charity.bank", member="bank", organization=BANK_CODE)
PLATFORM = make_signer("charity.platform", member="platform", organization=BANK_CODE)
PROVIDER = make_signer("charity.identity-provider", member="idp", organization=BANK_CODE)
SCHOOL = make_signer("charity.school", member="school", organization=BANK_CODE)
AUDITOR = make_signer("charity.auditor", member="auditor", organization=BANK_CODE)
SUPERVISOR = make_signer("charity.supervisor", member="civil", organization=BANK_CODE)
ANYONE = make_signer(member="anyone", organization=BANK_CODE)


def person(name: str) -> str:
    """Return the commitment of a person."""
    return digest_of("person", name)


def key_of(name: str) -> SecretKey:
    """Return a person's key."""
    return SecretKey(sha256(name.encode()))


def row(name: str, amount: int = 150_000, **more: object) -> ListRow:
    """Return a row for a person."""
    return ListRow(beneficiary=person(name), amount=amount, **more)  # type: ignore[arg-type]


def account_of(name: str, bank_account: str = "") -> PayeeAccount:
    """Return the account of a person."""
    return PayeeAccount(holder=person(name), account=digest_of("account", bank_account or name))


class Scene:
    """A ledger of the charity contract and what people do on it."""

    def __init__(self, ledger: LedgerHarness | None = None) -> None:
        """Start with a licensed foundation and a bank that keeps CNY."""
        self.ledger = ledger or LedgerHarness(Charity)
        self.assertions = 0
        self.references = 0
        self.license(days=3650)
        self.ok(BANK, "open_money", currency="CNY")

    @property
    def now(self) -> int:
        """Time of the last block."""
        return self.ledger.block_time_ms

    def do(self, signer: Signer, method: str, **args: object) -> Execution:
        """Run an action; records in the arguments become plain data."""
        # JSON and back: tuples become the lists that a transaction carries.
        plain: dict[str, Value] = json.decode(json.encode(args))
        return self.ledger.run(method, signer, **plain)

    def ok(self, signer: Signer, method: str, **args: object) -> Value:
        """Run an action that must succeed, and return its result."""
        done = self.do(signer, method, **args)
        assert done.code == "ok", (method, done.code, done.result)
        return done.result

    def record(self, table: str, key: str, kind: type[R]) -> R:
        """Return a record as it was."""
        return convert(self.ledger.state.record("charity", table, key), kind)

    def all(self, table: str, kind: type[R]) -> list[R]:
        """Return all records of a table."""
        return [convert(one, kind) for one in self.ledger.state.records("charity", table).values()]

    def license(self, *, days: int) -> None:
        """License the foundation for so many days from now."""
        licence = {
            "organization": FOUNDATION,
            "licence": "53100000500020",
            "valid_until": self.now + days * DAY_MS,
            "may_raise_publicly": True,
        }
        self.ok(SUPERVISOR, "license_foundation", foundation=licence)

    def reference(self) -> str:
        """Return a bank's reference that has not been used."""
        self.references += 1
        return f"B{self.references:06d}"

    def plan(self, **changes: object) -> dict[str, object]:
        """Return the arguments of a campaign."""
        plan: dict[str, object] = {
            "title": "新未来高中生",
            "project": "new-future",
            "plan": digest_of("plan"),
            "target": 10_000_000,
            "opens_at": self.now,
            "closes_at": self.now + 300 * DAY_MS,
            "fee_cap_basis": 800,
            "remainder_to": "new-future",
        }
        return plan | changes

    def campaign(self, *, gift: int = 1_000_000, **changes: object) -> str:
        """Return an open campaign with a gift in its free fund."""
        campaign = str(self.ok(OFFICER, "register_campaign", **self.plan(**changes)))
        self.ok(OFFICER, "file_campaign", campaign=campaign)
        self.ok(OFFICER, "open_campaign", campaign=campaign)
        if gift:
            self.give(campaign, gift)
        return campaign

    def give(self, campaign: str, amount: int, *, fund: str = "free") -> str:
        """Let a donation arrive."""
        return str(
            self.ok(
                BANK,
                "receive_donation",
                campaign=campaign,
                amount=amount,
                donor=digest_of("donor", self.references),
                reference=self.reference(),
                fund=fund,
            )
        )

    def imported(self, campaign: str, rows: list[ListRow], *, period: str = "2026-A") -> str:
        """Import a list with its rows."""
        batch = str(
            self.ok(
                OFFICER,
                "import_list",
                campaign=campaign,
                period=period,
                count=len(rows),
                total=sum(one.amount for one in rows),
                list_digest=list_digest_of(rows),
            )
        )
        self.ok(OFFICER, "add_rows", batch=batch, rows=rows)
        return batch

    def approved(self, campaign: str, rows: list[ListRow], *, period: str = "2026-A") -> str:
        """Import, check and approve a list."""
        batch = self.imported(campaign, rows, period=period)
        self.ok(ANYONE, "check_list", batch=batch)
        self.ok(REVIEWER, "approve_list", batch=batch, list_digest=list_digest_of(rows))
        return batch

    def vouch(self, entitlement: str, name: str, *, age_ms: int = 0) -> str:
        """Let the identity provider vouch for a person's key."""
        self.assertions += 1
        assertion = f"A{self.assertions}"
        self.ok(
            PROVIDER,
            "assert_identity",
            id=assertion,
            entitlement=entitlement,
            subject=person(name),
            public_key=key_of(name).public_key.hex(),
            level=3,
            issued_at=self.now - age_ms,
        )
        return assertion

    def signed(
        self, entitlement: str, name: str, account: PayeeAccount, currency: str = "CNY"
    ) -> dict[str, str]:
        """Return a person's signed part of a claim, with a fresh assertion."""
        assertion = self.vouch(entitlement, name)
        digest = claim_digest(self.entitlement(entitlement), account, currency)
        signature = key_of(name).sign(bytes.fromhex(digest)).hex()
        return {"assertion": assertion, "signature": signature}

    def claim_args(
        self,
        entitlement: str,
        name: str,
        *,
        account: PayeeAccount | None = None,
        guardian: str = "",
        currency: str = "CNY",
    ) -> dict[str, object]:
        """Return the arguments of a claim."""
        payee = account or account_of(name)
        args: dict[str, object] = {
            "entitlement": entitlement,
            "amount": self.entitlement(entitlement).amount,
            "account": payee,
            "device": digest_of("device", name),
            "beneficiary": self.signed(entitlement, name, payee, currency),
        }
        if guardian:
            args["guardian"] = self.signed(entitlement, guardian, payee, currency)
        return args

    def claimed(self, entitlement: str, name: str) -> str:
        """Claim, and return the payment order."""
        args = self.claim_args(entitlement, name)
        order = str(self.ok(PLATFORM, "claim", **args))
        self.ok(BANK, "note_sent", orders=[order], file=digest_of("file", order))
        return order

    def report(self, order: str, state: str, *, attempt: int = 1, reason: str = "") -> Execution:
        """Let the bank report."""
        reference = self.reference() if state in {"BOOKED", "RETURNED"} else None
        return self.do(
            BANK,
            "report_payment",
            order=order,
            state=state,
            attempt=attempt,
            reference=reference,
            reason=reason or None,
        )

    def paid(self, entitlement: str, name: str) -> str:
        """Claim and let the bank pay; return the order."""
        order = self.claimed(entitlement, name)
        assert self.report(order, "BOOKED").code == "ok"
        return order

    def confirm(self, entitlement: str, name: str) -> Execution:
        """Confirm the money."""
        digest = confirmation_digest(entitlement, digest_of("thanks"))
        signature = key_of(name).sign(bytes.fromhex(digest)).hex()
        return self.do(
            PLATFORM,
            "confirm",
            entitlement=entitlement,
            feedback=digest_of("thanks"),
            signature=signature,
        )

    def entitlement(self, entitlement: str) -> Entitlement:
        """Return an entitlement."""
        return self.record("entitlements", entitlement, Entitlement)

    def book(self, campaign: str) -> Book:
        """Return the sums of a campaign."""
        return self.record("books", campaign, Book)

    def warp(self, days: float) -> None:
        """Let time pass."""
        self.ledger.block_time_ms += int(days * DAY_MS)

    def wait_until(self, time_ms: int) -> None:
        """Let time pass until then, which a real network does too."""
        self.ledger.block_time_ms = time_ms
