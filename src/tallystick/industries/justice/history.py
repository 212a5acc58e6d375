# SPDX-License-Identifier: Apache-2.0
"""Ninety days of leases: most are paid, some are broken, and a few end before the court.

Written through a `Past`; what happens by chance is the same for the same seed.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from itertools import chain, repeat
from typing import Any, Final

from tallystick.contracts import DAY_MS, Life, Past, digest_of, first_steps
from tallystick.industries.justice.demo_cast import (
    ARCHIVIST,
    BANK_HOUSE,
    CLERK,
    CLERK_OF_COURT,
    CLOCK_1,
    COURT,
    CREDIT_1,
    FILING_1,
    JUDGE_1,
    MACHINE,
    MEDIATOR_1,
    OFFICER_1,
    PLATFORM_HOUSE,
    REVIEWER_1,
    TELLER,
)
from tallystick.industries.justice.demo_matters import (
    COLLECTOR,
    SIDES,
    draft_template,
    put_on_record,
    rulings,
    sign_as,
    subject_of,
)
from tallystick.industries.justice.rules import authorization_digest

_DAY: Final = 24
_DAYS_TO_PAY: Final = 5
_OPEN_DAYS: Final = 60
_STEPS_OF_DISPUTES: Final = (4, 6, 8, 10, 11, 12, 13, 14, 15, 16, 17)
"""How far disputes of the last weeks come, the later ones less far; then they wait."""
_GOODS: Final = ("手机", "笔记本电脑", "相机", "投影仪")
_SKEWS_MS: Final = (14, -23, 6_240, 41, -8)
"""By how much the platform's clock is ahead, week by week; the last one stays."""
_YEAR_MS: Final = 365 * DAY_MS
_CHECKS: Final = ("file", "chain", "time", "signature", "collector")

Step = Generator[int, None, str]


def history(past: Past) -> Life:
    """Have templates reviewed, then let leases begin, some on every day."""
    past.act(ARCHIVIST, "evidence.register_collector", **COLLECTOR)
    templates = []
    for goods in _GOODS:
        templates.append(draft_template(past, f"{goods}租赁合同", days_to_pay=_DAYS_TO_PAY))
        yield 3
    for template in templates[:-1]:
        review = digest_of("review", template)
        past.act(REVIEWER_1, "review_template", template=template, review=review)
    past.begin(_clock(past))
    past.begin(_bank(past))
    past.begin(_credit(past))
    past.begin(_time(past))
    number, disputes = 0, list(_STEPS_OF_DISPUTES)
    while past.days_left > 0:
        number += 1
        yield past.chance.randint(40, 100)
        template = past.chance.choice(templates[:-1])
        past.begin(Lease(past, template, f"ZL-{number:04d}").life())
        if past.days_left < _OPEN_DAYS and disputes:
            number += 1
            dispute = Lease(past, template, f"ZL-{number:04d}").dispute()
            past.begin(first_steps(dispute, disputes.pop()))


def _clock(past: Past) -> Life:
    """Turn the clock every day: it finds breaches and ends periods."""
    while True:
        yield _DAY
        past.act(CLERK, "tick")


def _credit(past: Past) -> Life:
    """Take up what is due to be noted."""
    while True:
        yield 3 * _DAY
        for one in past.news("CreditChanged"):
            past.act(CREDIT_1, "note_credit", credit=one["credit"])


def _time(past: Past) -> Life:
    """Compare the platform's clock every week; once it is off, and supervisors hear of it."""
    for skew_ms in chain(_SKEWS_MS, repeat(_SKEWS_MS[-1])):
        yield 7 * _DAY
        past.act(CLOCK_1, "report_clock", platform=PLATFORM_HOUSE, skew_ms=skew_ms)


def _bank(past: Past) -> Life:
    """Send what was ordered, and say what became of it; one debit in five is rejected."""
    while True:
        yield 8
        for order in [one["order"] for one in past.news("PaymentOrdered")]:
            past.act(TELLER, "note_sent", orders=[order], file=digest_of("file", order))
            said = {"order": order, "attempt": 1, "reference": f"B/{order}"}
            state = "REJECTED" if past.chance.random() < 0.2 else "BOOKED"
            past.act(TELLER, "report_payment", state=state, **said)


class Lease:
    """One lease, from its signing to its end."""

    def __init__(self, past: Past, template: str, number: str) -> None:
        """Take a reviewed template."""
        self.past = past
        self.template = template
        self.number = number
        self.rent = past.chance.randint(8, 60) * 10_000
        self.agreement = ""

    @property
    def owed(self) -> str:
        """The obligation to pay the rent."""
        return f"{self.agreement}.rent"

    def dispute(self) -> Life:
        """Sign and deliver, and see the rent unpaid."""
        self._sign()
        yield 4
        self._report("deliver", "courier_sign_off", "快递签收")
        yield from self._sued()

    def life(self) -> Life:
        """Sign and deliver; then one of several fates."""
        chance = self.past.chance
        self._sign()
        if chance.random() < 0.04:
            return
        fates: tuple[tuple[int, Callable[[], Life]], ...] = (
            (52, self._paid),
            (14, self._debited),
            (16, self._cured),
            (6, self._settled),
            (12, self._sued),
        )
        (fate,) = chance.choices([one for _, one in fates], [share for share, _ in fates])
        if fate == self._debited:
            self._authorize()
        yield chance.randint(4, 36)
        self._report("deliver", "courier_sign_off", "快递签收")
        yield from fate()

    # --- what becomes of it -----------------------------------------------------------------------

    def _paid(self) -> Life:
        yield self.past.chance.randint(1, 4 * _DAY)
        self._pay(self.rent)

    def _debited(self) -> Life:
        """The contract orders the debit before the rent is due, and the bank answers."""
        yield _DAYS_TO_PAY * _DAY

    def _cured(self) -> Life:
        yield from self._broken()
        yield self.past.chance.randint(1, 5 * _DAY)
        part = self.rent // 3
        self._pay(part)
        yield 20
        self._pay(self.rent - part)

    def _settled(self) -> Life:
        mediation = yield from self._mediated()
        offer = {"ciphertext": digest_of(self.number, 1), "plaintext": digest_of(self.number, 2)}
        named = {"mediation": mediation, "role": "lessee", "sealed": offer | {"size": 640}}
        self.past.act(CLERK, "make_offer", paper=f"O-{self.number}", **named)
        yield 2 * _DAY
        self.rent = self.rent * 7 // 10
        self._sign(replaces=self.agreement)
        self.past.act(MEDIATOR_1, "settle", mediation=mediation, settlement=self.agreement)
        yield 4
        self._report("deliver", "courier_sign_off", "签收确认")
        yield 2 * _DAY
        self._pay(self.rent)

    def _sued(self) -> Life:
        mediation = yield from self._mediated()
        yield self.past.chance.randint(1, 6 * _DAY)
        self.past.act(MEDIATOR_1, "fail_mediation", mediation=mediation, reason="双方未达成一致")
        yield self.past.chance.randint(4, 3 * _DAY)
        case = self._file()
        yield self.past.chance.randint(_DAY, 4 * _DAY)
        docket = f"（2026）浙0192民初{1_000 + int(self.number[3:])}号"
        self.past.act(FILING_1, "accept_case", case=case, docket=docket)
        yield self.past.chance.randint(1, 2 * _DAY)
        self._verify(case)
        yield self.past.chance.randint(2 * _DAY, 8 * _DAY)
        self._judge(case)
        yield from self._enforced()

    # --- what that is made of ---------------------------------------------------------------------

    def _sign(self, *, replaces: str | None = None) -> None:
        """Draft an agreement, and have both sides sign it."""
        past = self.past
        label = "和解协议" if replaces else "合同文本"
        deposit, text = put_on_record(past, f"{self.number} {label}")
        people = {side: f"{side} of {self.number}" for side in SIDES}
        drafted = past.act(
            CLERK if not replaces else MEDIATOR_1,
            "draft_agreement",
            template=self.template,
            parties=[
                {"role": side, "organization": PLATFORM_HOUSE, "subject": subject_of(person)}
                for side, person in people.items()
            ],
            values=[{"name": "rent", "value": self.rent}],
            text=text,
            deposit=deposit,
            **({"replaces": replaces} if replaces else {}),
        )
        self.agreement = str(drafted["id"])
        past.act(CLERK if not replaces else MEDIATOR_1, "open_signing", agreement=self.agreement)
        for side, person in people.items():
            signed = sign_as(past, side, drafted["digest"], person=person)
            named = {"agreement": self.agreement, "role": side}
            if past.chance.random() < 0.06:
                forged = signed | {"signature": past.key(person).sign(digest_of("another page"))}
                past.refused("E_SIG", CLERK, "sign_agreement", signed=forged, **named)
            past.act(CLERK, "sign_agreement", signed=signed, **named)

    def _authorize(self) -> None:
        until, account = self.past.now + _YEAR_MS, digest_of("account", self.number)
        new: dict[str, Any] = {"agreement": self.agreement, "role": "lessee", "bank": BANK_HOUSE}
        new |= {"account": account, "cap": self.rent, "valid_until": until}
        document = authorization_digest(self.agreement, "lessee", account, self.rent, until)
        signed = sign_as(self.past, "lessee", document, person=f"lessee of {self.number}")
        self.past.act(CLERK, "authorize_debit", new=new, signed=signed)

    def _report(self, key: str, evidence: str, title: str, **more: int) -> None:
        """Report that something was done, with the paper that shows it."""
        paper, _ = put_on_record(self.past, f"{self.agreement} {title} {self.past.now}")
        done = {"obligation": f"{self.agreement}.{key}", "evidence": evidence, "deposit": paper}
        self.past.act(CLERK, "report_performance", **done, **more)

    def _pay(self, amount: int) -> None:
        self._report("rent", "payment_receipt", "付款回单", amount=amount)

    def _broken(self) -> Life:
        """Wait until the contract has found the breach, and serve its notice."""
        yield (_DAYS_TO_PAY + 3) * _DAY
        while self._state() != "BREACHED":
            yield _DAY
        proof, _ = put_on_record(self.past, f"{self.agreement} 送达回执")
        notice = {"agreement": self.agreement, "service": "electronic", "proof": proof}
        self.past.act(CLERK, "serve_notice", **notice)

    def _mediated(self) -> Step:
        """Let the days to cure pass; then a mediator takes the dispute."""
        yield from self._broken()
        while self._state() != "MEDIATION":
            yield 2 * _DAY
        shown = self.past.ask("show_agreement", agreement=self.agreement)
        mediation = str(shown["mediation"]["id"])
        yield self.past.chance.randint(1, 4 * _DAY)
        self.past.act(MEDIATOR_1, "take_mediation", mediation=mediation)
        yield self.past.chance.randint(1, 4 * _DAY)
        return mediation

    def _file(self) -> str:
        named = {"agreement": self.agreement, "court": COURT, "obligations": [self.owed]}
        bundle = self.past.ask("bundle_to_confirm", **named)
        confirmation = sign_as(self.past, "lessor", bundle, person=f"lessor of {self.number}")
        filed = {"creditor": "lessor", "confirmation": confirmation}
        return str(self.past.act(CLERK, "file_case", **named, **filed)["id"])

    def _verify(self, case: str) -> None:
        """Let the court's node check every item; of one case in six, one differs."""
        passed = dict.fromkeys(_CHECKS, "passed")
        items = [
            {"deposit": one["deposit"], "sha256": one["sha256"], "findings": passed}
            for one in self.past.ask("show_case", case=case)["exhibits"]
        ]
        if self.past.chance.random() < 0.17:
            altered = {
                "sha256": digest_of("altered", case),
                "findings": passed | {"file": "failed"},
            }
            items[-1] |= altered
        report = digest_of("report", case)
        self.past.act(MACHINE, "record_verification", case=case, items=items, report=report)

    def _judge(self, case: str) -> None:
        exhibits = self.past.ask("show_case", case=case)["exhibits"]
        self.past.act(JUDGE_1, "hear_case", case=case)
        self.past.act(JUDGE_1, "rule_on_evidence", case=case, rulings=rulings(exhibits))
        text, _ = put_on_record(self.past, f"{case} 民事判决书", CLERK_OF_COURT)
        due = self.past.now + 5 * DAY_MS
        award = {"key": "sum", "debtor": "lessee", "creditor": "lessor", "kind": "PAY"}
        awards = [award | {"amount": self.rent, "due": due}]
        decided = {"case": case, "outcome": "upheld", "deposit": text, "awards": awards}
        self.past.act(JUDGE_1, "decide_case", **decided)

    def _enforced(self) -> Life:
        """Wait until the award is late, apply for enforcement, and see what is collected."""
        yield 7 * _DAY
        shown = self.past.ask("show_agreement", agreement=self.agreement)
        late = [
            one["id"]
            for one in shown["obligations"]
            if one["is_enforceable"] and one["state"] == "BREACHED"
        ]
        if not late:
            return
        document = self.past.ask(
            "enforcement_to_confirm", agreement=self.agreement, obligations=late
        )
        applied = self.past.act(
            CLERK,
            "apply_for_enforcement",
            agreement=self.agreement,
            creditor="lessor",
            confirmation=sign_as(self.past, "lessor", document, person=f"lessor of {self.number}"),
        )
        yield 6 * _DAY
        closing = {"enforcement": applied["id"], "collected": applied["amount"]}
        self.past.act(OFFICER_1, "close_enforcement", **closing)

    def _state(self) -> str:
        shown = self.past.ask("show_agreement", agreement=self.agreement)
        return str(shown["agreement"]["state"])
