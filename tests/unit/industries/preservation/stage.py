# SPDX-License-Identifier: Apache-2.0
"""A ledger of preservation and its neighbours in memory, and the usual way of a case."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final, Never

from tallystick.contracts import ANY_MEMBER, Context, Contract, Digest, Label, Name, action
from tallystick.contracts.parts import AssetLocks
from tallystick.contracts.registers import Assets, WorkingDays
from tallystick.crypto import SecretKey, sha256
from tallystick.encoding import decode, encode
from tallystick.execution import ContractRunner
from tallystick.industries.preservation import Preservation, letter_digest
from tallystick.industries.preservation.workflows import UNDERWRITER
from tallystick.model import Call, Event, Execution, Invocation, Signer
from tallystick.testing import MemoryState, make_signer
from tallystick.units import TimeMs
from tests.unit.industries.preservation import cast

START_MS: Final = 1_790_000_000_000
"""21 September 2026, 22:13 at +08:00, a Monday."""
DAY_MS: Final = 86_400_000
HOUR_MS: Final = 3_600_000
HASH: Final = "ab" * 32
TAG: Final = "cd" * 32
SCOPE: Final = "2026-1"
SEALED: Final[Mapping[str, Any]] = {"ciphertext": HASH, "plaintext": TAG, "size": 400}
AMOUNT: Final = 100_000_000
"""1,000,000.00 yuan."""
REQUIRED: Final = 30_000_000
PREMIUM: Final = 150_000
_NETWORK: Final = "test." + "0" * 32


class Elsewhere(Contract, name="elsewhere", version=1):
    """Another contract that takes letters, by the same register."""

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
        self._runner = _runner()

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
        """Run an action in the next block and keep what it wrote."""
        contract = args.pop("contract", "preservation")
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

    def ask(self, method: str, /, *, contract: str = "preservation", **args: Any) -> Any:
        """Return the answer of a query."""
        return self._runner.query(contract, method, args, self.state)

    def table(self, name: str, contract: str = "preservation") -> dict[str, Any]:
        """Return the records of a table by key."""
        return self.state.tables.get(f"{contract}/{name}", {})

    def alter(self, table: str, key: str, **changed: Any) -> None:
        """Change a record behind the contract's back, for what would take too many calls."""
        kept = self.table(table)[key] | changed
        self.state.apply({f"preservation/{table}/{key}".encode(): encode(kept)})

    def warp(self, *, days: int = 0, hours: int = 0, ms: int = 0) -> None:
        """Let time pass."""
        self.now_ms += days * DAY_MS + hours * HOUR_MS + ms

    def tick(self) -> Any:
        """Let everything due happen."""
        return self.ok(cast.STRANGER, "tick", limit=100)

    def named(self, name: str) -> list[dict[str, Any]]:
        """Return the fields of all events of a kind so far."""
        return [event.fields for event in self.events if event.name == f"preservation.{name}"]

    # --- the usual way --------------------------------------------------------------------------

    def ready(self, **figures: Any) -> Stage:
        """Publish calendars and the scope clause, admit two insurers and a bank."""
        if figures:
            self.ok(cast.SUPERVISOR, "change_parameters", parameters=figures)
        first = datetime.fromtimestamp(self.start_ms / 1000, UTC).year
        for year in range(first, first + 4):
            days = [f"2026-10-0{day}" for day in (1, 2, 5, 6, 7)] if year == 2026 else []
            more = {"calendar": "CN", "year": year, "days_off": days}
            self.ok(cast.CALENDAR, "publish", contract="calendars", **more)
        self.ok(cast.SUPERVISOR, "publish_scope", version=SCOPE, text=HASH)
        self.admit(cast.SIGNER)
        self.admit(cast.OTHER_SIGNER)
        self.admit(cast.BANK_1, kind="BANK")
        return self

    def admit(self, who: Signer, kind: str = "INSURER", net_assets: int = 10**12) -> None:
        """Admit a guarantor."""
        new = {
            "organization": who.organization,
            "kind": kind,
            "licence": "沪保许 1",
            "seal_key": cast.SEAL.public_key.hex(),
            "net_assets": net_assets,
            "bank": cast.TELLER.organization,
            "payee": HASH,
        }
        self.ok(cast.REGULATOR, "admit_guarantor", **new)

    def filed(
        self, who: Signer = cast.APPLICANT, *, sealed: Mapping[str, Any] | None = None, **more: Any
    ) -> str:
        """File an application with its sealed contents."""
        new = {
            "court": cast.JUDGE.organization,
            "is_pre_suit": False,
            "amount": AMOUNT,
            "applicant_party": HASH,
            "respondent_party": TAG,
            "payee": HASH,
        }
        case = str(self.ok(who, "file_application", **(new | more))["id"])
        self.ok(
            who, "declare_contents", application=case, contents="GROUNDS", sealed=sealed or SEALED
        )
        return case

    def ordered(self, who: Signer = cast.APPLICANT, *, required: int = 0, **more: Any) -> str:
        """Bring an application to the order to give security."""
        case = self.filed(who, **more)
        is_pre_suit = more.get("is_pre_suit", False)
        number = {} if is_pre_suit else {"case_number": "(2026)沪02民初1号"}
        self.ok(cast.CLERK, "check_application", application=case, **number)
        asked = required or (more.get("amount", AMOUNT) if is_pre_suit else REQUIRED)
        self.ok(cast.JUDGE, "order_security", application=case, required=asked)
        return case

    def chosen(self, case: str, signer: Signer = cast.SIGNER) -> str:
        """Ask a guarantor, have it quote, choose the quote; return the letter."""
        owner = self._owner(case)
        insurer = {"organization": signer.organization, "member": "underwriter"}
        under = cast.BANK_2 if signer is cast.BANK_1 else make_signer(UNDERWRITER, **insurer)
        asked = self.ok(owner, "ask_guarantee", application=case, guarantor=signer.organization)
        letter = str(asked["id"])
        self.ok(under, "quote_letter", letter=letter, risk=HASH, sealed=SEALED)
        self.ok(owner, "choose_quote", letter=letter)
        return letter

    def terms(self, **more: Any) -> dict[str, Any]:
        """Return the terms of a letter."""
        usual = {
            "limit": REQUIRED,
            "premium": PREMIUM,
            "scope": SCOPE,
            "scope_text": HASH,
            "valid_from": self.start_ms,
            "valid_until": self.start_ms + 1_500 * DAY_MS,
        }
        return usual | more

    def issue(
        self,
        letter: str,
        signer: Signer = cast.SIGNER,
        seal: SecretKey = cast.SEAL,
        document: tuple[str, int] = (HASH, 9),
        **more: Any,
    ) -> Execution:
        """Sign and issue a letter over a file of this digest and size."""
        terms = self.terms(**more)
        case = self.table("letters")[letter]["application"]
        signed = self._fields(letter, case, terms) | {"document": document[0]}
        return self.do(
            signer,
            "issue_letter",
            letter=letter,
            terms=terms,
            file=_FILE | {"sha256": document[0], "size": document[1]},
            signature=cast.sealed(letter_digest(signed), seal),
        )

    def issued(
        self,
        case: str,
        signer: Signer = cast.SIGNER,
        document: tuple[str, int] = (HASH, 9),
        **more: Any,
    ) -> str:
        """Return a letter that was issued and whose premium came in."""
        letter = self.chosen(case, signer)
        done = self.issue(letter, signer, document=document, **more)
        assert done.code == "ok", done
        amount = self.terms(**more)["premium"]
        self.ok(
            cast.TELLER, "receive_premium", letter=letter, amount=amount, reference=f"P/{letter}"
        )
        return letter

    def presented(self, letter: str, **altered: Any) -> dict[str, Any]:
        """Return a letter as somebody presents it, altered or not."""
        kept = self.table("letters")[letter]
        fields = self._fields(letter, kept["application"], kept["terms"])
        fields["document"] = kept["file"]["sha256"]
        return fields | {"signature": kept["signature"]} | altered

    def submitted(self, case: str, *letters: str) -> None:
        """Submit letters."""
        presented = [self.presented(one) for one in letters]
        self.ok(self._owner(case), "submit_letters", application=case, presented=presented)

    def secured(self, who: Signer = cast.APPLICANT, **more: Any) -> tuple[str, str]:
        """Return a secured application and its accepted letter."""
        case = self.ordered(who, **more)
        letter = self.issued(case, limit=self.table("applications")[case]["required"])
        self.submitted(case, letter)
        self.ok(cast.JUDGE, "accept_letter", letter=letter, document=HASH)
        return case, letter

    def executing(self, who: Signer = cast.APPLICANT, **more: Any) -> tuple[str, str]:
        """Return an application whose ruling is being carried out, and its letter."""
        case, letter = self.secured(who, **more)
        amount = self.table("applications")[case]["amount"]
        self.ok(cast.JUDGE, "rule", application=case, amount=amount, ruling=HASH)
        self.ok(cast.OFFICER, "start_execution", application=case)
        return case, letter

    def measure(self, case: str, amount: int = AMOUNT, kind: str = "DEPOSIT") -> str:
        """Order a measure and seal its property."""
        ordered = self.ok(
            cast.OFFICER,
            "order_measure",
            application=case,
            registry=cast.REGISTRY.organization,
            kind=kind,
            amount=amount,
        )
        self.ok(cast.OFFICER, "declare_property", measure=ordered["id"], sealed=SEALED)
        return str(ordered["id"])

    def confirm(
        self, measure: str, amount: int = AMOUNT, *, days: int = 300, tag: str = TAG
    ) -> Any:
        """Have the registry confirm a measure."""
        return self.ok(
            cast.REGISTRY,
            "confirm_measure",
            measure=measure,
            tag=tag,
            amount=amount,
            until=self.now_ms + days * DAY_MS,
        )

    def in_effect(
        self, who: Signer = cast.APPLICANT, *, days: int = 300, **more: Any
    ) -> tuple[str, str, str]:
        """Return an application in effect, its letter and its measure."""
        case, letter = self.executing(who, **more)
        measure = self.measure(case)
        self.confirm(measure, days=days)
        return case, letter, measure

    def released(self, case: str, *measures: str, ground: str = "WITHDRAWN") -> None:
        """Release a case's property."""
        self.ok(self._owner(case), "ask_release", application=case, ground=ground)
        self.ok(cast.JUDGE, "order_release", application=case, order=HASH)
        for measure in measures:
            self.ok(cast.REGISTRY, "confirm_release", measure=measure)

    def serve(self, case: str) -> None:
        """Serve the respondent."""
        respondent = cast.RESPONDENT.organization
        self.ok(cast.CLERK, "serve_respondent", application=case, respondent=respondent)

    def claim(self, letter: str, claimed: int = 5_000_000) -> str:
        """File a claim on a letter."""
        filed = self.ok(cast.RESPONDENT, "file_claim", letter=letter, claimed=claimed, payee=HASH)
        return str(filed["id"])

    def decide(self, claim: str, awarded: int) -> Any:
        """Record the final decision on a claim."""
        return self.ok(cast.JUDGE, "decide_claim", claim=claim, awarded=awarded, decision=HASH)

    def booked(self) -> None:
        """Have the bank send and book every order that waits."""
        for order in list(self.table("payments_orders").values()):
            if order["state"] == "READY":
                name = order["id"]
                self.ok(cast.TELLER, "note_sent", orders=[name], file=HASH)
                self.report(name, "BOOKED")

    def report(self, order: str, state: str) -> Any:
        """Have the bank report on an order."""
        attempt = self.table("payments_orders")[order]["attempt"]
        report = {
            "order": order,
            "state": state,
            "attempt": attempt,
            "reference": f"{state}/{order}/{attempt}",
        }
        return self.ok(cast.TELLER, "report_payment", **report)

    def _owner(self, case: str) -> Signer:
        applicant = self.table("applications")[case]["applicant"]
        people = (cast.APPLICANT, cast.OTHER_APPLICANT, cast.LAWYER)
        return next(one for one in people if one.organization == applicant)

    def _fields(self, letter: str, case: str, terms: Mapping[str, Any]) -> dict[str, Any]:
        application = self.table("applications")[case]
        names = ("limit", "scope", "scope_text", "valid_from", "valid_until")
        return {
            "number": letter,
            "guarantor": self.table("letters")[letter]["guarantor"],
            "applicant_party": application["applicant_party"],
            "respondent_party": application["respondent_party"],
            "application": case,
            **{name: terms[name] for name in names},
            "document": HASH,
        }


_FILE: Final = {"sha256": HASH, "size": 9, "media_type": "application/pdf", "locator": "bafk"}
CONTRACTS: Final = (Preservation, Assets, WorkingDays, Elsewhere)


def missing(subject: str, step: str) -> dict[str, str]:
    """Return the facts of a refusal because a step is missing."""
    return {"subject": subject, "missing": step}


@cache
def _runner() -> ContractRunner:
    return ContractRunner(CONTRACTS, on_failure=_raise)


def _raise(_: Call, failure: Exception) -> Never:
    raise failure
