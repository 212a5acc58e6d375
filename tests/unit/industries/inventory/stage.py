# SPDX-License-Identifier: Apache-2.0
"""A ledger of the inventory contract and its neighbours in memory, and the usual way to a loan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final, Never

from tallystick.contracts import ANY_MEMBER, Context, Contract, Digest, Label, Name, action
from tallystick.contracts.parts import AssetLocks
from tallystick.contracts.registers import Assets, WorkingDays
from tallystick.crypto import sha256
from tallystick.encoding import decode, encode
from tallystick.execution import ContractRunner
from tallystick.industries.inventory import Inventory, count_digest, inspection_digest
from tallystick.model import Call, Event, Execution, Invocation, Signer
from tallystick.testing import MemoryState
from tallystick.units import TimeMs
from tests.unit.industries.inventory import cast

START_MS: Final = 1_790_000_000_000
"""21 September 2026, 22:13 at +08:00, a Monday."""
DAY_MS: Final = 86_400_000
HOUR_MS: Final = 3_600_000
HASH: Final = "ab" * 32
SKU: Final = "LZ-1573"
LIST_PRICE: Final = 600_000
"""6,000.00 yuan, of which 80 % are 4,800.00."""
MEDIAN: Final = 500_000
_NETWORK: Final = "test." + "0" * 32


class Elsewhere(Contract, name="elsewhere", version=1):
    """Another contract that lends on things, by the same register."""

    locks = AssetLocks()

    @action(role=ANY_MEMBER, label=Label(zh="占用", en="Take"))
    def take(self, ctx: Context, fingerprint: Digest, kind: Name) -> None:
        """Take a thing as security."""
        self.locks.lock(ctx, fingerprint, kind=kind, case="L-1", holder="bank")


class Tables(MemoryState):
    """A state that also keeps its records decoded, by contract and table."""

    def __init__(self) -> None:
        """Start empty."""
        super().__init__()
        self.tables: dict[str, dict[str, Any]] = {}

    def apply(self, writes: Mapping[bytes, bytes | None]) -> None:
        """Make the writes of a call part of the state."""
        super().apply(writes)
        for key, value in writes.items():
            contract, table, rest = key.decode().split("/", 2)
            records = self.tables.setdefault(f"{contract}/{table}", {})
            if value is None:
                records.pop(rest, None)
            else:
                records[rest] = decode(value)


class Stage:
    """The ledger, with short ways to call it."""

    def __init__(self, start_ms: int = START_MS) -> None:
        """Start empty."""
        self.state = Tables()
        self.start_ms = self.now_ms = start_ms
        self.height = 0
        self.events: list[Event] = []
        self.history: list[tuple[int, tuple[Event, ...]]] = []
        self.warehouse = self.policy = ""
        self._runner = _runner()
        self._numbers = 0

    def copy(self) -> Stage:
        """Return another stage that goes on from here."""
        other = Stage()
        vars(other).update(vars(self))
        other.state = Tables()
        other.state.values = self.state.values.copy()
        other.state.tables = {name: one.copy() for name, one in self.state.tables.items()}
        other.events = self.events.copy()
        other.history = self.history.copy()
        return other

    # --- calling --------------------------------------------------------------------------------

    def do(self, who: Signer, method: str, /, **args: Any) -> Execution:
        """Run an action in the next block and keep what it wrote.

        The argument `contract` names another contract than inventory; no method has one of it.
        """
        contract = args.pop("contract", "inventory")
        done = self._execute(who, contract, method, args)
        self.state.apply(done.writes)
        self.events += done.events
        if done.events:
            self.history.append((self.now_ms, done.events))
        return done

    def _execute(self, who: Signer, contract: str, method: str, args: Any) -> Execution:
        self.height += 1
        self.now_ms += 1
        call = Call(
            network=_NETWORK,
            contract=contract,
            method=method,
            args=args,
            nonce=self.height,
            valid_until=TimeMs(self.now_ms + 60_000),
        )
        digest = sha256(encode([method, self.height, self.now_ms, who.public_key]))
        return self._runner.execute(
            Invocation(call, who, digest, self.height, self.now_ms), self.state
        )

    def ok(self, who: Signer, method: str, /, **args: Any) -> Any:
        """Run an action that must succeed; return its result."""
        done = self.do(who, method, **args)
        assert done.code == "ok", (method, done.code, done.result)
        return done.result

    def refused(self, code: str, who: Signer, method: str, /, **args: Any) -> Any:
        """Run an action that must be refused with this code; return the facts."""
        done = self.do(who, method, **args)
        assert (done.code, done.writes, done.events) == (code, {}, ()), (method, done)
        return done.result

    def ask(self, method: str, /, *, contract: str = "inventory", **args: Any) -> Any:
        """Return the answer of a query."""
        return self._runner.query(contract, method, args, self.state)

    def table(self, name: str, contract: str = "inventory") -> dict[str, Any]:
        """Return the records of a table by key."""
        return self.state.tables.get(f"{contract}/{name}", {})

    def warp(self, *, days: int = 0, hours: int = 0, ms: int = 0) -> None:
        """Let time pass."""
        self.now_ms += days * DAY_MS + hours * HOUR_MS + ms

    def named(self, name: str) -> list[dict[str, Any]]:
        """Return the fields of all events of a kind so far."""
        return [event.fields for event in self.events if event.name == f"inventory.{name}"]

    # --- the usual way --------------------------------------------------------------------------

    def ready(self, **figures: Any) -> Stage:
        """Publish figures, calendars and prices, license a warehouse, register product, policy."""
        if figures:
            self.ok(cast.RULES, "change_parameters", parameters=figures)
        self.publish_calendars()
        self.warehouse = self.license(cast.KEEPER)
        self.policy = self.insure(self.warehouse)
        self.ok(cast.WINERY, "register_sku", sku=SKU, name="国窖1573", packing="6 x 500 ml")
        self.price()
        return self

    def publish_calendars(self) -> None:
        """Publish two years, with the National Day holiday."""
        days = [f"2026-10-0{day}" for day in (1, 2, 5, 6, 7)]
        first = datetime.fromtimestamp(self.start_ms / 1000, UTC).year
        self.publish_calendar(first, days if first == 2026 else [])
        self.publish_calendar(first + 1)

    def publish_calendar(self, year: int, days_off: Sequence[str] = ()) -> None:
        """Publish a year."""
        self.ok(
            cast.CALENDAR,
            "publish",
            contract="calendars",
            calendar="CN",
            year=year,
            days_off=list(days_off),
        )

    def license(self, keeper: Signer, *, days: int = 700) -> str:
        """License a warehouse."""
        found = self.ok(
            cast.REGISTRY,
            "license_warehouse",
            keeper=keeper.organization,
            licence="川仓许 1",
            licensed_until=self.now_ms + days * DAY_MS,
            zones=["A", "B"],
            cameras=8,
            scanner_key=cast.SCANNER.public_key.hex(),
            monitor=cast.MONITOR.organization,
        )
        return str(found["id"])

    def insure(self, warehouse: str, *, days: int = 365) -> str:
        """Insure the goods of a warehouse."""
        found = self.ok(
            cast.INSURER,
            "insure",
            warehouse=warehouse,
            number="P-1",
            sum_insured=10**12,
            valid_until=self.now_ms + days * DAY_MS,
        )
        return str(found["id"])

    def price(self, price: int = LIST_PRICE, *, median: int = MEDIAN) -> None:
        """Publish both sides of the price for today."""
        self.ok(cast.WINERY, "publish_list_price", sku=SKU, price=price)
        self.ok(cast.VALUER, "quote_price", sku=SKU, price=median)

    def serials(self, count: int) -> list[str]:
        """Return serials that nobody has seen."""
        first = self._numbers
        self._numbers += count
        return [f"LZ-{number:06d}" for number in range(first, first + count)]

    def stated(self, count: int, dealer: Signer = cast.DEALER) -> list[str]:
        """Have the maker state a supply; return the serials."""
        found = self.serials(count)
        for part in parts(found):
            self.ok(
                cast.WINERY,
                "state_supply",
                dealer=dealer.organization,
                sku=SKU,
                delivery_note="D-1",
                serials=part,
            )
        return found

    def terms(self, dealer: Signer = cast.DEALER, **more: Any) -> dict[str, Any]:
        """Return what a receipt says."""
        usual: dict[str, Any] = {
            "warehouse": self.warehouse,
            "zone": "A",
            "depositor": dealer.organization,
            "sku": SKU,
            "quality": "一级",
            "packing": "6 x 500 ml",
            "marks": "none",
            "stored_until": self.start_ms + 400 * DAY_MS,
            "policy": self.policy,
        }
        return usual | more

    def draft(self, dealer: Signer = cast.DEALER, **more: Any) -> str:
        """Draft a receipt."""
        return str(self.ok(cast.KEEPER, "draft_receipt", **self.terms(dealer, **more))["id"])

    def receipt(self, count: int, dealer: Signer = cast.DEALER, **more: Any) -> str:
        """Bring so many cases from the maker's statement to an issued receipt."""
        serials = self.stated(count, dealer)
        receipt = self.draft(dealer, **more)
        for part in parts(serials):
            self.ok(cast.KEEPER, "take_in", receipt=receipt, serials=part)
        self.ok(cast.KEEPER, "issue_receipt", receipt=receipt)
        return receipt

    def serials_of(self, receipt: str) -> list[str]:
        """Return the serials of a receipt."""
        lots = len(self.table("receipts")[receipt]["lots"])
        return [
            one
            for index in range(lots)
            for one in self.ask("serials_of", receipt=receipt, index=index)
        ]

    def loan(self, amount: int, *, limit: int = 10**11, rate_bp: int = 0, **more: Any) -> str:
        """Bring an application to its approval."""
        self.line(limit)
        applied = self.ok(
            cast.DEALER,
            "apply_for_loan",
            bank=cast.OFFICER.organization,
            amount=amount,
            payee=HASH,
            **more,
        )
        loan = str(applied["id"])
        self.ok(cast.OFFICER, "assess_loan", loan=loan)
        self.ok(
            cast.APPROVER,
            "approve_loan",
            loan=loan,
            amount=amount,
            rate_bp=rate_bp,
            due=self.now_ms + 180 * DAY_MS,
        )
        return loan

    def line(self, limit: int, *, days: int = 360) -> None:
        """Set the dealer's line."""
        self.ok(
            cast.RISK,
            "set_line",
            dealer=cast.DEALER.organization,
            limit=limit,
            valid_until=self.now_ms + days * DAY_MS,
            grant=self.grant(),
            checks=HASH,
        )

    def grant(self, dealer: Signer = cast.DEALER) -> str:
        """Have a dealer let the bank look at its sales history once."""
        bank = cast.OFFICER.organization
        until = self.now_ms + DAY_MS
        given = self.ok(dealer, "grant_history", bank=bank, valid_until=until, max_uses=1)
        return str(given["id"])

    def pledge(self, loan: str, receipt: str) -> str:
        """Bring a receipt from offer to accepted pledge."""
        pledge = str(self.ok(cast.DEALER, "offer_pledge", loan=loan, receipt=receipt)["id"])
        self.ok(cast.KEEPER, "mark_pledge", pledge=pledge)
        self.ok(cast.REGISTRY, "register_pledge", pledge=pledge, number=f"ZD-{pledge}")
        self.ok(cast.OFFICER, "accept_pledge", pledge=pledge)
        return pledge

    def drawn(self, amount: int, cases: int, **more: Any) -> tuple[str, str]:
        """Return a loan whose money has been ordered, and the receipt that secures it."""
        loan = self.loan(amount, **more)
        receipt = self.receipt(cases)
        self.pledge(loan, receipt)
        self.ok(cast.OFFICER, "secure_loan", loan=loan)
        self.ok(cast.APPROVER, "draw_loan", loan=loan)
        return loan, receipt

    def running(self, amount: int, cases: int, **more: Any) -> tuple[str, str]:
        """Return a loan whose money has arrived, and the receipt that secures it."""
        loan, receipt = self.drawn(amount, cases, **more)
        self.booked()
        return loan, receipt

    def booked(self) -> None:
        """Have the bank send and book every order that waits."""
        for order in list(self.table("payments_orders").values()):
            if order["state"] == "READY":
                name, attempt = order["id"], order["attempt"]
                self.ok(cast.OFFICER, "note_sent", orders=[name], file=HASH)
                self.ok(
                    cast.OFFICER,
                    "report_payment",
                    order=name,
                    state="BOOKED",
                    attempt=attempt,
                    reference=f"B/{name}/{attempt}",
                )

    def repay(
        self, loan: str, amount: int, receipt: str = "", serials: list[str] | None = None
    ) -> str:
        """Ask for a redemption and have the bank sign it; return its id."""
        more: dict[str, Any] = {"receipt": receipt, "serials": [*(serials or [])]}
        asked = self.ok(
            cast.DEALER, "ask_redemption", loan=loan, amount=amount, **(more if receipt else {})
        )
        self.ok(
            cast.OFFICER, "sign_redemption", redemption=asked["id"], reference=f"R/{asked['id']}"
        )
        return str(asked["id"])

    def in_default(self, amount: int, cases: int, **more: Any) -> tuple[str, str]:
        """Return a loan in default, its grace over, after the price fell to a half."""
        loan, receipt = self.running(amount, cases, **more)
        self.price(LIST_PRICE // 2)
        self.ok(cast.STRANGER, "revalue", loan=loan)
        self.warp(days=6)
        return loan, receipt

    def count(self, receipt: str, counted: int) -> Execution:
        """Report what the scanner counted."""
        at = self.now_ms
        return self.do(
            cast.KEEPER,
            "count_stock",
            receipt=receipt,
            counted=counted,
            scanned_at=at,
            signature=cast.signed(count_digest(receipt, counted, at)),
        )

    def inspect(self, inspection: str, found: list[str], *, at: int | None = None) -> Execution:
        """Report which of the drawn cases were scanned, and when the scanner says: now."""
        at = self.now_ms if at is None else at
        return self.do(
            cast.KEEPER,
            "report_inspection",
            inspection=inspection,
            found=[*found],
            scanned_at=at,
            signature=cast.signed(inspection_digest(inspection, found, at)),
        )


def parts(serials: list[str]) -> list[list[str]]:
    """Return serials in portions of one call."""
    return [[*serials[first : first + 200]] for first in range(0, len(serials), 200)]


CONTRACTS: Final = (Inventory, Assets, WorkingDays, Elsewhere)


@cache
def _runner() -> ContractRunner:
    return ContractRunner(CONTRACTS, on_failure=_raise)


def _raise(_: Call, failure: Exception) -> Never:
    raise failure
