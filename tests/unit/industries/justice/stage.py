# SPDX-License-Identifier: Apache-2.0
"""A ledger of the justice contract beside evidence in memory, and the usual ways through it."""

from __future__ import annotations

import hashlib
from functools import cache
from typing import Any, Final, Never

from tallystick.contracts import Contract
from tallystick.contracts.registers import WorkingDays
from tallystick.crypto import SecretKey, sha256
from tallystick.encoding import encode
from tallystick.execution import ContractRunner
from tallystick.industries.evidence import Evidence
from tallystick.industries.justice import Justice, authorization_digest, signing_digest
from tallystick.model import Call, Event, Execution, Invocation, Signer
from tallystick.testing import make_signer
from tallystick.units import TimeMs
from tests.unit.industries.inventory.cast import organization
from tests.unit.industries.inventory.stage import START_MS, Tables

CONTRACTS: Final[tuple[type[Contract], ...]] = (Justice, Evidence, WorkingDays)
DAY_MS: Final = 86_400_000
HOUR_MS: Final = 3_600_000
HASH: Final = "ab" * 32
_NETWORK: Final = "test." + "0" * 32
RENT: Final = 100_000
"""1,000.00 yuan."""
TRUE_ALL: Final = {
    "platform_compliant": True,
    "platform_independent": True,
    "system_clean": True,
    "method_standard": True,
}


def person(role: str, number: int, *others: str) -> Signer:
    """Return somebody of an organisation with these roles; all may deposit."""
    roles = [role if "." in role else f"justice.{role}" for role in (role, *others)]
    return make_signer(*roles, "depositor", organization=organization(number), member=role)


RULES: Final = person("rules", 201)
PLATFORM: Final = person("platform", 202)
LESSOR: Final = person("party", 203)
LESSEE: Final = person("party", 204)
IDENTITY: Final = person("identity-provider", 205)
AUTHORITY: Final = person("certificate-authority", 206)
TIME: Final = person("time-authority", 207)
NOTARY: Final = person("notary", 208)
FORENSIC: Final = person("forensic-centre", 209)
MEDIATOR: Final = person("mediator", 210)
REVIEWER: Final = person("reviewer", 211)
FILING: Final = person("filing-judge", 211)
JUDGE: Final = person("judge", 211)
COURT_NODE: Final = person("court-node", 211)
OFFICER: Final = person("enforcement-officer", 211)
CREDIT: Final = person("credit-centre", 212)
BANK: Final = person("bank", 213)
STRANGER: Final = make_signer("depositor", organization=organization(299))
COURT: Final = JUDGE.organization
KEYS: Final = {"lessor": SecretKey(b"\x21" * 32), "lessee": SecretKey(b"\x22" * 32)}
SUBJECTS: Final = {"lessor": "1a" * 32, "lessee": "2b" * 32}
PASSED: Final = dict.fromkeys(("file", "chain", "time", "signature", "collector"), "passed")


def figure(parameter: str) -> dict[str, str]:
    """Return a figure that a parameter fills."""
    return {"parameter": parameter}


def lease(**changes: Any) -> dict[str, Any]:
    """Return the template of a lease: deliver, pay rent monthly, return."""
    parameters = [
        ("rent", "amount", 1, 10**9),
        ("months", "count", 1, 12),
        ("grace", "days", 0, 30),
        ("penalty", "rate", 0, 2_400),
    ]
    rent = {
        "key": "rent",
        "debtor": "lessee",
        "creditor": "lessor",
        "kind": "PAY",
        "amount": figure("rent"),
        "due": {
            "kind": "recurring",
            "days": {"fixed": 10},
            "every": {"fixed": 30},
            "times": figure("months"),
        },
        "grace": figure("grace"),
        "depends_on": ["deliver"],
        "evidence": ["payment_receipt"],
        "penalty": figure("penalty"),
        "zh": "{debtor} 应于 {due} 前向 {creditor} 支付租金 {amount} 元",
        "en": "{debtor} pays {creditor} a rent of {amount} by {due}",
    }
    other = {"amount": {"fixed": 0}, "grace": {"fixed": 1}, "zh": "履行 {days}", "en": "do"}
    deliver = other | {
        "key": "deliver",
        "debtor": "lessor",
        "creditor": "lessee",
        "kind": "DELIVER",
        "due": {"kind": "event", "days": {"fixed": 2}},
        "evidence": ["courier_sign_off"],
    }
    back = other | {
        "key": "giveback",
        "debtor": "lessee",
        "creditor": "lessor",
        "kind": "RETURN",
        "due": {"kind": "event", "after": "rent", "days": {"fixed": 5}},
        "evidence": ["return_receipt", "courier_sign_off"],
    }
    return {
        "title": "手机租赁",
        "cause": "租赁合同纠纷",
        "clauses": HASH,
        "parties": ["lessor", "lessee"],
        "parameters": [
            {"name": name, "kind": kind, "lowest": low, "highest": high, "zh": name, "en": name}
            for name, kind, low, high in parameters
        ],
        "obligations": [deliver, rent, back],
    } | changes


@cache
def _runner() -> ContractRunner:
    def fail(_: Call, failure: Exception) -> Never:
        raise failure

    return ContractRunner(list(CONTRACTS), on_failure=fail)


class Stage:
    """The ledger, with short ways to call it."""

    def __init__(self) -> None:
        """Begin with certificates of both parties and a reviewed template."""
        self.ledger = Tables()
        self.height, self.now_ms = 0, START_MS
        self.history: list[tuple[int, tuple[Event, ...]]] = []
        self._numbers = 0
        self.certificates = {
            role: self.ok(
                AUTHORITY,
                "issue_certificate",
                subject=SUBJECTS[role],
                public_key=KEYS[role].public_key.hex(),
                valid_from=0,
                valid_until=self.now_ms + 4_000 * DAY_MS,
            )["id"]
            for role in KEYS
        }
        self.template = self.reviewed(lease())

    def do(self, who: Signer, method: str, contract: str = "justice", /, **args: Any) -> Execution:
        """Run an action and keep what it wrote."""
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
        invocation = Invocation(call, who, digest, self.height, self.now_ms)
        done = _runner().execute(invocation, self.ledger)
        self.ledger.apply(done.writes)
        if done.events:
            self.history.append((self.now_ms, done.events))
        return done

    def ok(self, who: Signer, method: str, contract: str = "justice", /, **args: Any) -> Any:
        """Run an action that must succeed; return its result."""
        done = self.do(who, method, contract, **args)
        assert done.code == "ok", (method, done.code, done.result)
        return done.result

    def refused(self, code: str, who: Signer, method: str, /, **args: Any) -> Any:
        """Run an action that must be refused with this code; return the facts."""
        before = dict(self.ledger.values)
        done = self.do(who, method, **args)
        assert done.code == code, (method, done.code, done.result)
        assert dict(self.ledger.values) == before
        return done.result

    def ask(self, method: str, contract: str = "justice", /, **args: Any) -> Any:
        """Ask a query."""
        return _runner().query(contract, method, args, self.ledger)

    def table(self, name: str) -> dict[str, Any]:
        """Return the records of a table by key."""
        return self.ledger.tables.get(f"justice/{name}", {})

    def warp(self, *, days: int = 0, ms: int = 0) -> None:
        """Let time pass, and turn the clock until nothing is due."""
        self.now_ms += days * DAY_MS + ms
        while self.ok(STRANGER, "tick")["is_more_due"]:
            pass

    # --- the usual ways -------------------------------------------------------------------------

    def deposit(self, who: Signer, content: str = "") -> tuple[str, str]:
        """Deposit something new; return id and hash."""
        self._numbers += 1
        data = (content or f"evidence {self._numbers}").encode()
        digest = hashlib.sha256(data).hexdigest()
        new = {"sha256": digest, "size": len(data), "title": f"E{self._numbers}"}
        return str(self.ok(who, "deposit", "evidence", **new)["id"]), digest

    def signed(self, role: str, document: str, *, key: str = "", **changes: Any) -> dict[str, Any]:
        """Return a party's signature over a document, freshly identified."""
        self._numbers += 1
        secret = KEYS[key or role]
        named = {"subject": SUBJECTS[role], "public_key": secret.public_key.hex()}
        identification = {"id": f"as-{self._numbers}", "level": 3, "issued_at": self.now_ms}
        self.ok(IDENTITY, "identify", **(identification | named | changes))
        digest = signing_digest(document, role)
        return {
            "certificate": self.certificates[role],
            "assertion": f"as-{self._numbers}",
            "signature": secret.sign(bytes.fromhex(digest)).hex(),
        }

    def reviewed(self, template: dict[str, Any]) -> str:
        """Return a template that the court has reviewed."""
        kept = self.ok(PLATFORM, "draft_template", **template)["id"]
        self.ok(REVIEWER, "review_template", template=kept, review=HASH)
        return str(kept)

    def new_agreement(self, who: Signer = PLATFORM, **changes: Any) -> dict[str, Any]:
        """Return what an agreement is drafted with."""
        deposit, text = self.deposit(who)
        sides = (("lessor", LESSOR), ("lessee", LESSEE))
        values = {"rent": RENT, "months": 2, "grace": 3, "penalty": 1_200}
        return {
            "template": self.template,
            "parties": [
                {
                    "role": role,
                    "organization": one.organization,
                    "subject": SUBJECTS[role],
                    "account": HASH,
                }
                for role, one in sides
            ],
            "values": [{"name": name, "value": value} for name, value in values.items()],
            "text": text,
            "deposit": deposit,
        } | changes

    def signing(self, who: Signer = PLATFORM, **changes: Any) -> str:
        """Return an agreement that is open for signing."""
        made = self.ok(who, "draft_agreement", **self.new_agreement(who, **changes))["id"]
        self.ok(who, "open_signing", agreement=made)
        return str(made)

    def sign(self, agreement: str, *roles: str) -> None:
        """Let parties sign."""
        for role, who in (("lessor", LESSOR), ("lessee", LESSEE)):
            if not roles or role in roles:
                digest = self.table("agreements")[agreement]["digest"]
                signed = self.signed(role, digest)
                self.ok(who, "sign_agreement", agreement=agreement, role=role, signed=signed)

    def active(self, **changes: Any) -> str:
        """Return an agreement in force, with its thing delivered."""
        agreement = self.signing(**changes)
        self.sign(agreement)
        self.perform(agreement, "deliver", "courier_sign_off", PLATFORM)
        return agreement

    def perform(
        self, agreement: str, key: str, evidence: str, who: Signer = LESSOR, **args: Any
    ) -> Any:
        """Report that something was done."""
        return self.ok(
            who,
            "report_performance",
            obligation=f"{agreement}.{key}",
            evidence=evidence,
            deposit=self.deposit(who)[0],
            **args,
        )

    def pay(self, agreement: str, number: int, amount: int = RENT) -> Any:
        """Pay of a month's rent."""
        return self.perform(agreement, f"rent.{number}", "payment_receipt", amount=amount)

    def breached(self, **changes: Any) -> str:
        """Return an agreement whose first rent was not paid."""
        agreement = self.active(**changes)
        self.warp(days=14)
        assert self.state(agreement) == "BREACHED"
        return agreement

    def served(self, **changes: Any) -> str:
        """Return one whose notice was served."""
        agreement = self.breached(**changes)
        proof = self.deposit(PLATFORM)[0]
        named = {"agreement": agreement, "service": "electronic", "proof": proof}
        self.ok(PLATFORM, "serve_notice", **named)
        return agreement

    def mediated(self, **changes: Any) -> tuple[str, str]:
        """Return one in mediation, and the mediation that a mediator has taken on."""
        agreement = self.served(**changes)
        self.warp(days=8)
        mediation = self.table("agreements")[agreement]["mediation"]
        self.ok(MEDIATOR, "take_mediation", mediation=mediation)
        return agreement, mediation

    def failed(self, **changes: Any) -> str:
        """Return one whose mediation failed."""
        agreement, mediation = self.mediated(**changes)
        self.ok(MEDIATOR, "fail_mediation", mediation=mediation, reason="no offer")
        return agreement

    def filing(self, agreement: str, *names: str, **changes: Any) -> dict[str, Any]:
        """Return what a creditor files with."""
        obligations = [f"{agreement}.{name}" for name in names or ("rent.1",)]
        named = {"agreement": agreement, "court": COURT, "obligations": obligations}
        bundle = self.ask("bundle_to_confirm", **named)
        confirmation = self.signed("lessor", bundle)
        return named | {"creditor": "lessor", "confirmation": confirmation} | changes

    def filed(self, **changes: Any) -> tuple[str, str]:
        """Return agreement and case."""
        agreement = self.failed(**changes)
        return agreement, str(self.ok(LESSOR, "file_case", **self.filing(agreement))["id"])

    def accepted(self) -> tuple[str, str]:
        """Return agreement and case."""
        agreement, case = self.filed()
        self.ok(FILING, "accept_case", case=case, docket="（2026）浙0192民初1号")
        return agreement, case

    def findings(self, agreement: str, **changes: str) -> list[dict[str, Any]]:
        """Return findings on every item of a matter."""
        return [
            {"deposit": one["deposit"], "sha256": one["sha256"], "findings": PASSED | changes}
            for one in self.table("exhibits").values()
            if one["agreement"] == agreement
        ]

    def heard(self) -> tuple[str, str]:
        """Return agreement and case, all items verified."""
        agreement, case = self.accepted()
        items = self.findings(agreement)
        self.ok(COURT_NODE, "record_verification", case=case, items=items, report=HASH)
        self.ok(JUDGE, "hear_case", case=case)
        return agreement, case

    def award(self, amount: int = RENT, **changes: Any) -> dict[str, Any]:
        """Return what a decision orders."""
        sides = {"debtor": "lessee", "creditor": "lessor", "kind": "PAY"}
        due = self.now_ms + 10 * DAY_MS
        return {"key": "sum", "amount": amount, "due": due} | sides | changes

    def ruling(self, deposit: str, **changes: Any) -> dict[str, Any]:
        """Return what a judge rules of an item that is admitted."""
        shown = {"is_admitted": True, "before": "SHOWN", "basis": ["source"], "reasons": HASH}
        return {"deposit": deposit, "considerations": TRUE_ALL} | shown | changes

    def decided(self) -> tuple[str, str]:
        """Return agreement and the decision."""
        agreement, case = self.heard()
        text = self.deposit(JUDGE)[0]
        named = {"case": case, "outcome": "upheld", "deposit": text, "awards": [self.award()]}
        return agreement, str(self.ok(JUDGE, "decide_case", **named)["id"])

    def enforcement(self, agreement: str, *names: str) -> dict[str, Any]:
        """Return what a creditor applies for enforcement with."""
        document = self.ask("enforcement_to_confirm", agreement=agreement, obligations=list(names))
        confirmation = self.signed("lessor", document)
        return {"agreement": agreement, "creditor": "lessor", "confirmation": confirmation}

    def authorized(self, agreement: str, cap: int, **changes: Any) -> None:
        """Let the lessee's account be debited."""
        until = self.now_ms + 400 * DAY_MS
        new: dict[str, Any] = {"agreement": agreement, "role": "lessee", "bank": BANK.organization}
        new |= {"account": HASH, "cap": cap, "valid_until": until} | changes
        document = authorization_digest(agreement, "lessee", HASH, cap, new["valid_until"])
        signed = self.signed("lessee", document)
        self.ok(LESSEE, "authorize_debit", new=new, signed=signed)

    def report(self, order: str, state: str, **changes: Any) -> Any:
        """Let the bank say something of a debit that it has sent."""
        self.do(BANK, "note_sent", orders=[order], file=HASH)
        report = {"order": order, "state": state, "attempt": 1, "reference": f"{state}/{order}"}
        return self.ok(BANK, "report_payment", **(report | changes))

    def state(self, agreement: str) -> str:
        """Return the state of an agreement."""
        return str(self.table("agreements")[agreement]["state"])

    def obligation(self, agreement: str, key: str) -> dict[str, Any]:
        """Return an obligation."""
        return dict(self.table("obligations")[f"{agreement}.{key}"])

    def left(self, obligation: str) -> int:
        """Return what is unpaid of an obligation."""
        kept = self.table("obligations")[obligation]
        return int(kept["amount"]) - int(kept["paid"])

    def order_of(self, obligation: str) -> str:
        """Return the only debit that was ordered for an obligation."""
        (order,) = [
            one["order"]
            for one in self.table("purposes").values()
            if one["obligation"] == obligation
        ]
        return str(order)

    def claim(self, agreement: str, *names: str, days: int = 0) -> Any:
        """Return what could be claimed."""
        obligations = [f"{agreement}.{name}" for name in names]
        at = self.now_ms + days * DAY_MS
        return self.ask("compute_claim", agreement=agreement, obligations=obligations, at=at)
