# SPDX-License-Identifier: Apache-2.0
"""The story of `tally demo preservation`: from an application to a claim paid by a guarantor.

It is told through a `Theatre`, which has the network, the keys, the bank's folder and the voice;
here stands only who does what, and why. All persons, numbers and accounts are invented, and what
is sealed is known here by its digests alone. Nothing waits for a day to pass.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from tallystick.contracts import DAY_MS, Label, Theatre, day_of, digest_of
from tallystick.industries.preservation.demo_cast import (
    ASSESSOR,
    BANKER,
    CALENDAR_CLERK,
    COMMISSIONER,
    CONTRACT,
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
    PAYER,
    PRESIDENT,
    PRESIDING,
    SEALER,
    SETTLEMENT_BANK,
    TELLER_1,
    parts,
    sealed_words,
)
from tallystick.industries.preservation.history import history
from tallystick.industries.preservation.rules import letter_digest

__all__ = ["CONTRACT", "PAYER", "TELLER", "history", "parts", "tell"]

TELLER: Final = TELLER_1
_AMOUNT: Final = 100_000_000
"""1,000,000.00 yuan."""
_REQUIRED: Final = 30_000_000
_PREMIUM: Final = 150_000
_FOUND: Final = 112_000_000
_LOSS: Final = 8_000_000
_SCOPE: Final = "2026-1"
_CLAUSE: Final = digest_of("clause", "pays losses from wrongful preservation")
_LETTER_FILE: Final = digest_of("the letter as a file")
_ACCOUNTS: Final[Mapping[str, str]] = {
    "示例财产保险公司": "6222021001116245811",
    "示例贸易公司": "6222021001116245829",
    "示例制造公司": "6222021001116245837",
}
_INSURER_NAME, _CREDITOR_NAME, _DEBTOR_NAME = _ACCOUNTS


def tell(theatre: Theatre) -> dict[str, Any]:
    """Tell the story; return what it came to."""
    payees = _keep_payees(theatre)
    _prepare(theatre, payees)
    case = _apply(theatre, payees, "(2026)沪02民初731号")
    letter = _underwrite(theatre, case)
    presented = _present(theatre, case, letter)
    _accept(theatre, case, presented)
    measure = _enforce(theatre, case)
    theatre.take_away(CREDITOR_1, "ruling", case)
    theatre.take_away(CREDITOR_1, "expiries", case)
    _reuse(theatre, payees, presented)
    _release(theatre, case, measure)
    claim = _pay_a_claim(theatre, letter, payees)
    _take_away(theatre, case, letter)
    return {"application": case, "letter": letter, "claim": claim, "paid": _LOSS}


def _keep_payees(theatre: Theatre) -> dict[str, str]:
    """Write the bank's private file of accounts; return what the ledger knows of each."""
    payees = [
        {
            "name": name,
            "account": account,
            "bic": "ICBKCNBJ",
            "holder": digest_of("holder", name),
            "salt": digest_of("salt of the account", name),
        }
        for name, account in _ACCOUNTS.items()
    ]
    theatre.keep_payees(payees)
    return {
        one["name"]: digest_of("payee", one["holder"], theatre.account_digest(one))
        for one in payees
    }


def _prepare(theatre: Theatre, payees: Mapping[str, str]) -> None:
    """Publish calendar and scope clause; admit an insurer and a bank with their seals."""
    year = day_of(theatre.now).year
    for one in (year, year + 1):
        theatre.act(CALENDAR_CLERK, "calendars.publish", calendar="CN", year=one)
    theatre.act(PRESIDENT, "publish_scope", version=_SCOPE, text=_CLAUSE)
    usual = {"net_assets": 10**12, "bank": SETTLEMENT_BANK, "payee": payees[_INSURER_NAME]}
    for guarantor, kind in ((INSURER, "INSURER"), (GUARANTEE_BANK, "BANK")):
        theatre.act(
            COMMISSIONER,
            "admit_guarantor",
            organization=guarantor,
            kind=kind,
            licence="沪保许 2026-017",
            seal_key=theatre.key(guarantor).public_key,
            **usual,
        )
    theatre.say(
        Label(
            zh="法院公布担保范围条款；监管机构将一家保险公司、一家银行连同签章公钥纳入名册",
            en="The court published its scope clause; the regulator admitted an insurer and a "
            "bank, each with the key of its seal",
        )
    )


def _apply(theatre: Theatre, payees: Mapping[str, str], number: str) -> str:
    """File, seal, check, and order security: not one fen above the law's thirty percent."""
    case = str(
        theatre.act(
            CREDITOR_1,
            "file_application",
            court=COURT,
            is_pre_suit=False,
            amount=_AMOUNT,
            applicant_party=digest_of("party", _CREDITOR_NAME),
            respondent_party=digest_of("party", _DEBTOR_NAME),
            payee=payees[_CREDITOR_NAME],
        )["id"]
    )
    for contents in ("GROUNDS", "PROPERTY"):
        more = {"contents": contents, "sealed": sealed_words(case, contents)}
        theatre.act(CREDITOR_1, "declare_contents", application=case, **more)
    theatre.act(FILING, "check_application", application=case, case_number=number)
    theatre.refused("E_LIMIT", PRESIDING, "order_security", application=case, required=_AMOUNT)
    theatre.act(PRESIDING, "order_security", application=case, required=_REQUIRED)
    theatre.say(
        Label(
            zh=f"{case}：申请保全 1,000,000.00 元；超过三成的担保要求被拒绝（E_LIMIT），"
            "法官责令提供担保 300,000.00 元",
            en=f"{case}: preservation of 1,000,000.00; security above 30 % was refused (E_LIMIT), "
            "the judge ordered 300,000.00",
        )
    )
    return case


def _underwrite(theatre: Theatre, case: str) -> str:
    """Ask two guarantors, choose one; a letter under another seal is not issued."""
    letters = {}
    for guarantor, who in ((GUARANTEE_BANK, BANKER), (INSURER, ASSESSOR)):
        asked = theatre.act(CREDITOR_1, "ask_guarantee", application=case, guarantor=guarantor)
        theatre.act(CREDITOR_1, "share_grounds", application=case, guarantor=guarantor)
        letters[guarantor] = str(asked["id"])
        risk = digest_of("risk check", guarantor)
        sealed = sealed_words(case, "quote", guarantor)
        theatre.act(who, "quote_letter", letter=asked["id"], risk=risk, sealed=sealed)
    letter = letters[INSURER]
    theatre.act(CREDITOR_1, "choose_quote", letter=letter)
    terms = {
        "limit": _REQUIRED,
        "premium": _PREMIUM,
        "scope": _SCOPE,
        "scope_text": _CLAUSE,
        "valid_from": theatre.now - DAY_MS,
        "valid_until": theatre.now + 3 * 365 * DAY_MS,
    }
    file = {"sha256": _LETTER_FILE, "size": 214_003, "media_type": "application/pdf"}
    issue = {"letter": letter, "terms": terms, "file": file | {"locator": f"letters/{letter}"}}
    digest = letter_digest(_fields(case, letter, terms))
    forged = theatre.key("forger").sign(digest)
    theatre.refused("E_SIG", SEALER, "issue_letter", signature=forged, **issue)
    theatre.act(SEALER, "issue_letter", signature=theatre.key(INSURER).sign(digest), **issue)
    theatre.act(BANKER, "cancel_letter", letter=letters[GUARANTEE_BANK])
    money = {"amount": _PREMIUM, "reference": "CNAPS-0201"}
    theatre.act(TELLER, "receive_premium", letter=letter, **money)
    theatre.say(
        Label(
            zh=f"两家担保人风险审查后密封报价；选定保险公司，冒用签章被拒绝（E_SIG），"
            f"签发保函 {letter}，保费 1,500.00 元到账冻结",
            en=f"Two guarantors checked the risk and quoted under seal; a forged seal was refused "
            f"(E_SIG), {letter} was issued, and the premium of 1,500.00 is held",
        )
    )
    return letter


def _fields(case: str, letter: str, terms: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a guarantor's seal signs."""
    names = ("limit", "scope", "scope_text", "valid_from", "valid_until")
    return {
        "number": letter,
        "guarantor": INSURER,
        "applicant_party": digest_of("party", _CREDITOR_NAME),
        "respondent_party": digest_of("party", _DEBTOR_NAME),
        "application": case,
        **{name: terms[name] for name in names},
        "document": _LETTER_FILE,
    }


def _present(theatre: Theatre, case: str, letter: str) -> dict[str, Any]:
    """Look at the letter at a counter; present it forged, altered, and as it is."""
    shown = theatre.take_away(CREDITOR_1, "letter", letter)
    text = shown["verification_text"]
    altered_text = text.replace(f"limit={_REQUIRED}", f"limit={_AMOUNT}")
    genuine = theatre.ask("check_letter", text=text)
    altered = theatre.ask("check_letter", text=altered_text)
    named = [one["field_name"] for one in altered["differs"]]
    theatre.check(
        holds=genuine["is_unaltered"] and not altered["is_unaltered"] and named == ["limit"],
        claim=Label(zh="柜台可辨真伪及被改字段", en="a counter sees what was altered"),
    )
    kept: dict[str, Any] = dict(shown["letter"])
    whole_numbers = ("limit", "valid_from", "valid_until")
    presented = kept | {name: int(kept[name]) for name in whole_numbers}
    submit = (CREDITOR_1, "submit_letters")
    unknown = presented | {"number": "LG-2026-999999"}
    theatre.refused("E_MISSING", *submit, application=case, presented=[unknown])
    higher = presented | {"limit": _AMOUNT}
    theatre.refused("E_HASH", *submit, application=case, presented=[higher])
    other_seal = presented | {"signature": theatre.key("forger").sign(_LETTER_FILE)}
    theatre.refused("E_SIG", *submit, application=case, presented=[other_seal])
    theatre.act(*submit, application=case, presented=[presented])
    theatre.say(
        Label(
            zh="虚构编号（E_MISSING）、改动限额（E_HASH，指出 limit 字段）、伪造签章（E_SIG）"
            "均被拒绝；原保函逐项相符，提交成功",
            en="An invented number (E_MISSING), an altered limit (E_HASH, which names the field "
            "limit) and a forged seal (E_SIG) were refused; the letter itself agrees in every "
            "field",
        )
    )
    return presented


def _accept(theatre: Theatre, case: str, presented: Mapping[str, Any]) -> None:
    """Accept the very file; the guarantor is told, and paid, in the same block."""
    letter = presented["number"]
    theatre.refused("E_STATE", SEALER, "cancel_letter", letter=letter)
    at_hand = {"letter": letter, "document": _LETTER_FILE}
    theatre.refused("E_ROLE", FILING, "accept_letter", **at_hand)
    other = at_hand | {"document": digest_of("another file")}
    theatre.refused("E_HASH", PRESIDING, "accept_letter", **other)
    theatre.act(PRESIDING, "accept_letter", **at_hand)
    receipt = theatre.take_away(SEALER, "acceptance", letter)
    state = theatre.ask("show_case", application=case)["application"]["state"]
    ordered = [(one["amount"], one["state"]) for one in receipt["premium"]]
    theatre.check(
        holds=state == "SECURED" and ordered == [("1500.00", "READY")],
        claim=Label(zh="采纳即反馈并划付保费", en="the acceptance told and paid the guarantor"),
    )
    made, refused = theatre.bank_round(1, [])
    theatre.check(
        holds=(made, refused) == (1, 0), claim=Label(zh="保费已入账", en="the premium arrived")
    )
    theatre.say(
        Label(
            zh="提交后不得注销（E_STATE）；书记员不得采纳（E_ROLE）；文件差一字节不得采纳（E_HASH）；"
            "法官采纳，同一区块反馈保险公司并划付保费",
            en="No cancelling after submission (E_STATE), no acceptance by a clerk (E_ROLE) or of "
            "another file (E_HASH); the judge accepted, and in the same block the insurer was "
            "told and its premium ordered",
        )
    )


def _enforce(theatre: Theatre, case: str) -> str:
    """Rule, freeze, and release what was found frozen beyond the ruling."""
    ruling = digest_of("ruling", case)
    theatre.act(PRESIDING, "rule", application=case, amount=_AMOUNT, ruling=ruling)
    theatre.act(ENFORCER, "start_execution", application=case)
    measure = theatre.act(
        ENFORCER,
        "order_measure",
        application=case,
        registry=DEPOSIT_BANK,
        kind="DEPOSIT",
        amount=_AMOUNT,
    )["id"]
    sealed = sealed_words(case, "property", measure)
    theatre.act(ENFORCER, "declare_property", measure=measure, sealed=sealed)
    confirm = {"measure": measure, "tag": digest_of("tag of the registry"), "amount": _FOUND}
    late = theatre.now + 500 * DAY_MS
    theatre.refused("E_LIMIT", DEPOSITS, "confirm_measure", until=late, **confirm)
    until = theatre.now + 360 * DAY_MS
    confirmed = theatre.act(DEPOSITS, "confirm_measure", until=until, **confirm)
    theatre.act(DEPOSITS, "release_surplus", measure=measure)
    theatre.act(FILING, "serve_respondent", application=case, respondent=DEBTOR)
    theatre.check(
        holds=(confirmed["amount"], confirmed["surplus"]) == (_AMOUNT, _FOUND - _AMOUNT),
        claim=Label(zh="冻结不超裁定限额", en="no more is frozen than was ruled"),
    )
    theatre.say(
        Label(
            zh="裁定保全，存款冻结超过一年被拒绝（E_LIMIT）；冻结 1,000,000.00 元，"
            "超额 120,000.00 元当日解除",
            en="Ruled; a deposit frozen for more than a year was refused (E_LIMIT); 1,000,000.00 "
            "is frozen, and the surplus of 120,000.00 was freed the same day",
        )
    )
    return str(measure)


def _reuse(theatre: Theatre, payees: Mapping[str, str], presented: Mapping[str, Any]) -> None:
    """Try the letter in another case."""
    other = _apply(theatre, payees, "(2026)沪02民初732号")
    again = dict(presented) | {"application": other}
    theatre.refused("E_LOCKED", CREDITOR_1, "submit_letters", application=other, presented=[again])
    theatre.refused("E_ROLE", COUNSEL, "submit_letters", application=other, presented=[again])
    theatre.act(PRESIDING, "refuse_application", application=other, reason="无有效担保")
    theatre.say(
        Label(
            zh="同一保函用于另案被拒绝（E_LOCKED），另案因无有效担保被驳回",
            en="The same letter in another case was refused (E_LOCKED); that case had no security",
        )
    )


def _release(theatre: Theatre, case: str, measure: str) -> None:
    """Withdraw; the court orders, the registry confirms."""
    theatre.refused("E_STATE", DEPOSITS, "confirm_release", measure=measure)
    theatre.act(CREDITOR_1, "ask_release", application=case, ground="WITHDRAWN")
    order = digest_of("order to release", case)
    theatre.act(PRESIDING, "order_release", application=case, order=order)
    theatre.act(DEPOSITS, "confirm_release", measure=measure)
    notice = theatre.take_away(CREDITOR_1, "release", case)
    theatre.check(
        holds=(notice["application_state"], notice["frozen"]) == ("RELEASED", "0.00"),
        claim=Label(zh="保全已全部解除", en="everything is released"),
    )
    theatre.say(
        Label(
            zh="申请人撤回；法院裁定、登记机构确认后解除，无裁定不得解除（E_STATE）",
            en="Withdrawn: released once the court had ordered it and the registry confirmed; "
            "without an order it was refused (E_STATE)",
        )
    )


def _pay_a_claim(theatre: Theatre, letter: str, payees: Mapping[str, str]) -> str:
    """Claim a loss; only a final decision opens the letter, and its limit holds."""
    loss = {"letter": letter, "claimed": _LOSS, "payee": payees[_DEBTOR_NAME]}
    claim = str(theatre.act(DEBTOR_1, "file_claim", **loss)["id"])
    pay = {"claim": claim, "amount": _LOSS, "reference": "CNAPS-0202"}
    theatre.refused("E_STATE", TELLER, "receive_payout", **pay)
    decision = digest_of("final decision", claim)
    theatre.act(PRESIDING, "decide_claim", claim=claim, awarded=_LOSS, decision=decision)
    theatre.refused("E_LIMIT", TELLER, "receive_payout", **(pay | {"amount": _LOSS + 1}))
    theatre.act(TELLER, "receive_payout", **pay)
    made, refused = theatre.bank_round(1, [])
    theatre.act(PRESIDING, "discharge_letter", letter=letter)
    theatre.check(
        holds=(made, refused) == (1, 0), claim=Label(zh="赔款已入账", en="the loss was paid")
    )
    theatre.say(
        Label(
            zh="被申请人索赔：终局裁判前付款被拒绝（E_STATE），多一分被拒绝（E_LIMIT）；"
            "赔付 80,000.00 元入账，保函责任终止",
            en="The respondent claimed: refused before a final decision (E_STATE) and for a fen "
            "more (E_LIMIT); 80,000.00 arrived, the letter is discharged",
        )
    )
    return claim


def _take_away(theatre: Theatre, case: str, letter: str) -> None:
    """Save what everybody takes home, and hold it against the ledger."""
    final = theatre.take_away(SEALER, "letter", letter)
    theatre.take_away(SEALER, "statement", INSURER)
    shown = theatre.ask("show_case", application=case)
    theatre.check(
        holds=(final["state"], final["paid"]) == ("DISCHARGED", "80000.00")
        and shown["application"]["state"] == "RELEASED",
        claim=Label(zh="留存文件与账本一致", en="the files agree with the ledger"),
    )
    theatre.say(
        Label(
            zh="各方留存：保函、采纳回执、裁定、解除通知，均附证明并已离线核验；"
            "另有届满日历（iCalendar）与担保人月度对账单（CSV）",
            en="To take away: letter, receipt of acceptance, ruling, notice of release, each with "
            "its proofs and checked offline; and a calendar of expiries (iCalendar) and the "
            "guarantor's statement of the month (CSV)",
        )
    )
