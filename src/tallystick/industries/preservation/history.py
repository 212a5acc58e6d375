# SPDX-License-Identifier: Apache-2.0
"""Ninety days of preservation: applications, letters, measures that end, forgeries, claims.

Written through a `Past`; what happens by chance is the same for the same seed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from tallystick.contracts import DAY_MS, Life, Past, day_of, digest_of, first_steps
from tallystick.industries.preservation.demo_cast import (
    ASSESSOR,
    BANKER,
    CALENDAR_CLERK,
    COMMISSIONER,
    COUNSEL,
    COURT,
    CREDITOR_1,
    DEBTOR,
    DEBTOR_1,
    DEPOSIT_BANK,
    DEPOSITS,
    ENFORCER,
    FILING,
    GUARANTEE_BANK,
    INSURER,
    PRESIDENT,
    PRESIDING,
    SEALER,
    SETTLEMENT_BANK,
    TELLER_1,
    sealed_words,
)
from tallystick.industries.preservation.rules import letter_digest

_DAY: Final = 24
_OPEN_DAYS: Final = 14
_OPEN_MATTERS: Final = 11
"""Filed in the last days, each of which waits for the next step; so every inbox has something."""
_ACT_MS: Final = 5 * 60_000
"""Longer than anybody takes for one act."""
_SCOPE: Final = "2026-1"
_CLAUSE: Final = digest_of("clause", "pays losses from wrongful preservation")
_NET_ASSETS: Final = 9_000_000_000
_KINDS: Final = ("DEPOSIT", "DEPOSIT", "MOVABLE", "REAL_ESTATE")
_SIGNED: Final = ("limit", "scope", "scope_text", "valid_from", "valid_until")


def history(past: Past) -> Life:
    """Publish what holds, admit the guarantors; then let applications be filed."""
    year = day_of(past.now).year
    for one in (year, year + 1):
        past.act(CALENDAR_CLERK, "calendars.publish", calendar="CN", year=one)
    past.act(PRESIDENT, "publish_scope", version=_SCOPE, text=_CLAUSE)
    yield 2
    for guarantor, kind in ((INSURER, "INSURER"), (GUARANTEE_BANK, "BANK")):
        past.act(
            COMMISSIONER,
            "admit_guarantor",
            organization=guarantor,
            kind=kind,
            licence="沪保许 2026-017",
            seal_key=past.key(guarantor).public_key,
            net_assets=_NET_ASSETS,
            bank=SETTLEMENT_BANK,
            payee=digest_of("payee", guarantor),
        )
    past.begin(_clock(past))
    past.begin(_bank(past))
    number = 0
    while past.days_left > _OPEN_DAYS:
        number += 1
        yield past.chance.randint(40, 150)
        past.begin(Matter(past, number).life())
    for steps in range(1, _OPEN_MATTERS + 1):
        past.begin(first_steps(Matter(past, number + steps).life(), steps))
        yield 5


def _clock(past: Past) -> Life:
    """Turn the clock every day, and do what notices of an expiry ask for."""
    while True:
        yield _DAY
        past.act(FILING, "tick")
        for one in past.news("ExpiryNotice"):
            if past.chance.random() < 0.6:
                past.begin(_renewal(past, one["application"], one["measure"], one["ask_by"]))


def _measure(past: Past, case: str, measure: str) -> Mapping[str, Any]:
    """Return a measure as it is now."""
    shown = past.ask("show_case", application=case)["measures"]
    (found,) = (one for one in shown if one["id"] == measure)
    kept: Mapping[str, Any] = found
    return kept


def _holds(past: Past, case: str, measure: str) -> bool:
    """Say whether a measure is in effect and will be for as long as one act takes."""
    kept = _measure(past, case, measure)
    return bool(kept["state"] == "IN_EFFECT" and kept["expiry"] > past.now + _ACT_MS)


def _renewal(past: Past, case: str, measure: str, ask_by: int) -> Life:
    """Renew a measure before it ends, unless a weekend was too long or it was released.

    Its second notice finds it renewed.
    """
    if not _holds(past, case, measure) or past.now + _ACT_MS > ask_by:
        return
    application = past.ask("show_case", application=case)["application"]
    who = COUNSEL if application["is_pre_suit"] else CREDITOR_1
    asked = past.act(who, "ask_renewal", measure=measure)
    yield 6
    past.act(PRESIDING, "grant_renewal", renewal=asked["id"])
    if not _holds(past, case, measure):
        return
    until = past.now + 200 * DAY_MS
    past.act(DEPOSITS, "confirm_renewal", renewal=asked["id"], until=until)


def _bank(past: Past) -> Life:
    """Send the payments that were ordered, and report that they were made."""
    while True:
        yield 10
        for order in [one["order"] for one in past.news("PaymentOrdered")]:
            past.act(TELLER_1, "note_sent", orders=[order], file=digest_of("file", order))
            said = {"order": order, "attempt": 1, "reference": f"B/{order}"}
            past.act(TELLER_1, "report_payment", state="BOOKED", **said)


class Matter:
    """One application, from its filing to its end."""

    def __init__(self, past: Past, number: int) -> None:
        """Take its number in the order of filing."""
        self.past = past
        self.number = number
        self.amount = past.chance.randint(20, 400) * 1_000_000
        self.is_pre_suit = past.chance.random() < 0.25
        self.who = COUNSEL if self.is_pre_suit else CREDITOR_1
        self.debtor = digest_of("party", "debtor", number % 17)
        self.creditor = digest_of("party", "creditor", number % 11)
        self.case = ""

    def life(self) -> Life:
        """File; find security; freeze; and end in one of several ways."""
        past, chance = self.past, self.past.chance
        self._file()
        yield chance.randint(1, _DAY)
        named = {} if self.is_pre_suit else {"case_number": f"(2026)沪02民初{700 + self.number}号"}
        past.act(FILING, "check_application", application=self.case, **named)
        yield chance.randint(1, 10)
        required = self.amount if self.is_pre_suit else self.amount * 3 // 10
        past.act(PRESIDING, "order_security", application=self.case, required=required)
        yield chance.randint(1, _DAY)
        if chance.random() < 0.08:
            past.act(PRESIDING, "refuse_application", application=self.case, reason="无有效担保")
            return
        letter, document, presented = yield from self._letter(required)
        self._present(presented)
        yield chance.randint(1, _DAY)
        past.act(PRESIDING, "accept_letter", letter=letter, document=document)
        yield chance.randint(1, 20)
        measure = yield from self._freeze()
        if self.is_pre_suit and chance.random() < 0.7:
            yield chance.randint(2, 20) * _DAY
            number = f"(2026)沪02民初{900 + self.number}号"
            past.act(FILING, "register_suit", application=self.case, case_number=number)
        yield chance.randint(15, 60) * _DAY
        yield from self._end(letter, measure)

    def _file(self) -> None:
        past = self.past
        filed = past.act(
            self.who,
            "file_application",
            court=COURT,
            is_pre_suit=self.is_pre_suit,
            amount=self.amount,
            applicant_party=self.creditor,
            respondent_party=self.debtor,
            payee=digest_of("payee", self.creditor),
        )
        self.case = str(filed["id"])
        for contents in ("GROUNDS", "PROPERTY"):
            sealed = sealed_words(self.case, contents)
            more = {"contents": contents, "sealed": sealed}
            past.act(self.who, "declare_contents", application=self.case, **more)

    def _letter(self, limit: int) -> Any:  # noqa: ANN401  # a life that ends in three values
        """Choose among the quotes, have the letter issued, and pay the premium."""
        past, chance = self.past, self.past.chance
        if chance.random() < 0.4:
            past.begin(self._other_quote())
        letter = self._asked(INSURER)
        yield chance.randint(2, 2 * _DAY)
        self._quoted(ASSESSOR, letter)
        yield chance.randint(1, _DAY)
        past.act(self.who, "choose_quote", letter=letter)
        yield chance.randint(1, 8)
        premium = max(limit // 200, 50_000)
        terms = {
            "limit": limit,
            "premium": premium,
            "scope": _SCOPE,
            "scope_text": _CLAUSE,
            "valid_from": past.now - DAY_MS,
            "valid_until": past.now + 3 * 365 * DAY_MS,
        }
        document = digest_of("the letter as a file", letter)
        fields = self._fields(letter, terms, document)
        signature = past.key(INSURER).sign(letter_digest(fields))
        file = {"sha256": document, "size": 214_003, "media_type": "application/pdf"}
        issue = {"terms": terms, "file": file | {"locator": f"letters/{letter}"}}
        past.act(SEALER, "issue_letter", letter=letter, signature=signature, **issue)
        money = {"amount": premium, "reference": f"CNAPS-{letter}"}
        past.act(TELLER_1, "receive_premium", letter=letter, **money)
        yield chance.randint(1, 6)
        return letter, document, fields | {"signature": signature}

    def _asked(self, guarantor: str) -> str:
        """Ask a guarantor, and let it see the grounds; return the letter's number."""
        asked = self.past.act(self.who, "ask_guarantee", application=self.case, guarantor=guarantor)
        self.past.act(self.who, "share_grounds", application=self.case, guarantor=guarantor)
        return str(asked["id"])

    def _quoted(self, who: str, letter: str) -> None:
        quote = {"risk": digest_of("risk", letter), "sealed": sealed_words(letter, "quote")}
        self.past.act(who, "quote_letter", letter=letter, **quote)

    def _other_quote(self) -> Life:
        """Ask a bank too; its quote is not chosen."""
        letter = self._asked(GUARANTEE_BANK)
        yield self.past.chance.randint(4, 2 * _DAY)
        self._quoted(BANKER, letter)
        yield 6 * _DAY
        self.past.act(BANKER, "cancel_letter", letter=letter)

    def _fields(self, letter: str, terms: Mapping[str, Any], document: str) -> dict[str, Any]:
        """Return what a guarantor's seal signs."""
        return {
            "number": letter,
            "guarantor": INSURER,
            "applicant_party": self.creditor,
            "respondent_party": self.debtor,
            "application": self.case,
            **{name: terms[name] for name in _SIGNED},
            "document": document,
        }

    def _present(self, presented: Mapping[str, Any]) -> None:
        """Submit the letter; one in four is first tried with a higher limit."""
        submit = (self.who, "submit_letters")
        if self.past.chance.random() < 0.25:
            altered = dict(presented) | {"limit": presented["limit"] * 2}
            self.past.refused("E_HASH", *submit, application=self.case, presented=[altered])
        self.past.act(*submit, application=self.case, presented=[dict(presented)])

    def _freeze(self) -> Any:  # noqa: ANN401  # a life that ends in a number
        """Rule, order a measure, and have the registry confirm it; at times too much is found."""
        past, chance, case = self.past, self.past.chance, self.case
        past.act(
            PRESIDING,
            "rule",
            application=case,
            amount=self.amount,
            ruling=digest_of("ruling", case),
        )
        past.act(ENFORCER, "start_execution", application=case)
        yield chance.randint(1, 12)
        ordered = {"registry": DEPOSIT_BANK, "kind": chance.choice(_KINDS), "amount": self.amount}
        measure = str(past.act(ENFORCER, "order_measure", application=case, **ordered)["id"])
        sealed = sealed_words(case, "property")
        past.act(ENFORCER, "declare_property", measure=measure, sealed=sealed)
        yield chance.randint(1, _DAY)
        found = self.amount * chance.choice((10, 10, 10, 11)) // 10
        days = chance.choice((30, 45, 60, 180, 300))
        confirmed = past.act(
            DEPOSITS,
            "confirm_measure",
            measure=measure,
            tag=digest_of("tag of the registry", measure),
            amount=found,
            until=past.now + days * DAY_MS,
        )
        if confirmed["surplus"]:
            past.act(DEPOSITS, "release_surplus", measure=measure)
        past.act(FILING, "serve_respondent", application=case, respondent=DEBTOR)
        return measure

    def _end(self, letter: str, measure: str) -> Life:
        """Release what is still frozen; the respondent claims a loss now and then."""
        past, case = self.past, self.case
        if not _holds(past, case, measure):
            return
        if past.ask("show_case", application=case)["release"] is None:
            ground = past.chance.choice(("WITHDRAWN", "PERFORMED"))
            past.act(self.who, "ask_release", application=case, ground=ground)
        yield past.chance.randint(4, 3 * _DAY)
        if not _holds(past, case, measure):
            return  # it lapsed while the judge thought about it
        order = digest_of("order to release", case)
        past.act(PRESIDING, "order_release", application=case, order=order)
        yield past.chance.randint(1, _DAY)
        if not _holds(past, case, measure):
            return
        past.act(DEPOSITS, "confirm_release", measure=measure)
        if past.chance.random() < 0.6:
            yield 2 * _DAY
            yield from self._claim(letter)

    def _claim(self, letter: str) -> Life:
        past = self.past
        loss = self.amount // 25
        payee = digest_of("payee", self.debtor)
        claim = str(
            past.act(DEBTOR_1, "file_claim", letter=letter, claimed=loss, payee=payee)["id"]
        )
        pay = {"claim": claim, "amount": loss, "reference": f"CNAPS-{claim}"}
        past.refused("E_STATE", TELLER_1, "receive_payout", **pay)
        yield past.chance.randint(3, 9) * _DAY
        decision = digest_of("final decision", claim)
        past.act(PRESIDING, "decide_claim", claim=claim, awarded=loss, decision=decision)
        yield 20
        past.act(TELLER_1, "receive_payout", **pay)
        past.act(PRESIDING, "discharge_letter", letter=letter)
