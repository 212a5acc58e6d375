# SPDX-License-Identifier: Apache-2.0
"""The story of `tally demo justice`: one lease is broken and cured, another ends in enforcement.

It is told through a `Theatre`, which has the network, the keys and the voice; here stands only who
does what, and why. All organisations and persons are invented. Nothing waits for a day to pass: in
the second lease the figures give no days to cure, and what the court orders is due at once.
"""

from __future__ import annotations

from typing import Any, Final

from tallystick.contracts import Label, Theatre, digest_of
from tallystick.industries.justice.demo_cast import (
    ARCHIVIST,
    CLERK,
    CLERK_OF_COURT,
    CLOCK_1,
    CONTRACT,
    COURT,
    FILING_1,
    JUDGE_1,
    MACHINE,
    MEDIATOR_1,
    OFFICER_1,
    PAYER,
    PLATFORM_HOUSE,
    REVIEWER_1,
    RULES_1,
    TELLER,
    parts,
)
from tallystick.industries.justice.demo_matters import (
    COLLECTOR,
    SIDES,
    draft_template,
    put_on_record,
    rulings,
    sign_as,
)
from tallystick.industries.justice.history import history

__all__ = ["CONTRACT", "PAYER", "TELLER", "history", "parts", "tell"]

_RENT: Final = 120_000
_TICKS: Final = 100
_YEAR_MS: Final = 31_536_000_000
_SOON_MS: Final = 500
"""When what the court orders is due: at once, yet after the decision."""


def tell(theatre: Theatre) -> dict[str, Any]:
    """Tell the story; return what it came to."""
    theatre.act(ARCHIVIST, "evidence.register_collector", **COLLECTOR)
    template = _review(theatre)
    first = _sign(theatre, template, "A-1")
    _break(theatre, first, "A-1")
    _cure(theatre, first)
    theatre.act(RULES_1, "change_parameters", parameters={"cure_days": 0})
    second = _sign(theatre, template, "B-2")
    _break(theatre, second, "B-2")
    case = _file(theatre, second)
    _judge(theatre, case)
    collected = _enforce(theatre, second)
    _take_home(theatre, second, case)
    return {"cured": first, "enforced": second, "case": case, "collected": collected}


def _review(theatre: Theatre) -> str:
    template = draft_template(theatre, "手机租赁合同")
    theatre.act(REVIEWER_1, "review_template", template=template, review=digest_of("review"))
    theatre.say(
        Label(
            zh=f"模板 {template} 经法院合法性审查：参数有范围，义务有类型",
            en=f"Template {template} was reviewed by the court: blanks with ranges, typed duties",
        )
    )
    return str(template)


def _sign(theatre: Theatre, template: str, number: str) -> str:
    subjects = {side: digest_of("person", side) for side in SIDES}
    deposit, text = put_on_record(theatre, f"{number} 合同文本")
    agreement = theatre.act(
        CLERK,
        "draft_agreement",
        template=template,
        parties=[
            {"role": side, "organization": PLATFORM_HOUSE, "subject": subjects[side]}
            for side in SIDES
        ],
        values=[{"name": "rent", "value": _RENT}],
        text=text,
        deposit=deposit,
    )
    theatre.act(CLERK, "open_signing", agreement=agreement["id"])
    for side in SIDES:
        args = {"agreement": agreement["id"], "role": side}
        signed = sign_as(theatre, side, agreement["digest"])
        forged = signed | {"signature": theatre.key(side).sign(digest_of("something else"))}
        theatre.refused("E_SIG", CLERK, "sign_agreement", signed=forged, **args)
        theatre.act(CLERK, "sign_agreement", signed=signed, **args)
    theatre.say(
        Label(
            zh=f"合同 {agreement['id']}：双方实名认证后签署生效；他物上的签名被拒绝（E_SIG）",
            en=f"Agreement {agreement['id']}: both were identified and signed; a signature over "
            "something else was refused (E_SIG)",
        )
    )
    return str(agreement["id"])


def _break(theatre: Theatre, agreement: str, number: str) -> None:
    courier, _ = put_on_record(
        theatre, f"{number} 快递签收", stamp=lambda name: _stamp(theatre, name)
    )
    delivered = {"obligation": f"{agreement}.deliver", "evidence": "courier_sign_off"}
    theatre.act(CLERK, "report_performance", deposit=courier, **delivered)
    _turn_clock(theatre, agreement, "BREACHED")
    broken = theatre.ask("show_agreement", agreement=agreement)
    theatre.check(
        holds=broken["notice"] is not None,
        claim=Label(zh="违约通知由合约拟出", en="the contract drew the notice"),
    )
    proof, _ = put_on_record(theatre, f"{number} 送达回执")
    notice = {"agreement": agreement, "service": "electronic", "proof": proof}
    theatre.act(CLERK, "serve_notice", **notice)
    theatre.say(
        Label(
            zh="交付后租金未付：合约认定违约，平台送达通知并存证",
            en="Delivered and not paid: the contract found the breach, the platform served the "
            "notice with proof",
        )
    )


def _stamp(theatre: Theatre, name: str) -> str:
    """Have a file time-stamped by an authority that is published on the ledger first."""
    token, certificate = theatre.stamp_original(name)
    period = {"valid_from": 0, "valid_until": theatre.now + _YEAR_MS}
    named = {"certificate": certificate, "name": "示例授时中心"}
    theatre.act(CLOCK_1, "publish_authority", **named, **period)
    return token


def _turn_clock(theatre: Theatre, agreement: str, state: str) -> None:
    """Tick until what is due by now has happened; nobody but the clock does it."""
    for _ in range(_TICKS):
        if theatre.ask("show_agreement", agreement=agreement)["agreement"]["state"] == state:
            return
        theatre.act(CLERK, "tick")
    theatre.check(holds=False, claim=Label(zh=f"时钟至 {state}", en=f"the clock led to {state}"))


def _cure(theatre: Theatre, agreement: str) -> None:
    rent = {"obligation": f"{agreement}.rent", "evidence": "payment_receipt"}
    part, _ = put_on_record(theatre, "A-1 付款回单一")
    theatre.act(CLERK, "report_performance", deposit=part, amount=20_000, **rent)
    halfway = theatre.ask("show_agreement", agreement=agreement)["obligations"][-1]
    rest, _ = put_on_record(theatre, "A-1 付款回单二")
    theatre.act(CLERK, "report_performance", deposit=rest, amount=_RENT - 20_000, **rent)
    saved = theatre.take_away(CLERK, "agreement", agreement)
    theatre.check(
        holds=(halfway["paid"], saved["state"]) == (20_000, "PERFORMED"),
        claim=Label(zh="部分付款如数计入，付清即履行完毕", en="payments count, and it is done"),
    )
    theatre.say(
        Label(
            zh="七日内先付 200.00，再付 1,000.00：违约补正，合同履行完毕，合同摘录附证明留存",
            en="Within seven days 200.00 were paid, then 1,000.00: the breach was cured, the "
            "agreement performed, and its extract saved with its proofs",
        )
    )


def _file(theatre: Theatre, agreement: str) -> str:
    rent = f"{agreement}.rent"
    part, _ = put_on_record(theatre, "B-2 付款回单")
    paid = {"obligation": rent, "evidence": "payment_receipt"}
    theatre.act(CLERK, "report_performance", deposit=part, amount=20_000, **paid)
    _turn_clock(theatre, agreement, "MEDIATION")
    mediation = theatre.ask("show_agreement", agreement=agreement)["mediation"]["id"]
    theatre.act(MEDIATOR_1, "take_mediation", mediation=mediation)
    theatre.act(MEDIATOR_1, "fail_mediation", mediation=mediation, reason="双方未达成一致")
    theatre.take_away(MEDIATOR_1, "mediation", mediation)
    named = {"agreement": agreement, "court": COURT, "obligations": [rent]}
    claim = theatre.ask("compute_claim", agreement=agreement, obligations=[rent], at=theatre.now)
    confirmation = sign_as(theatre, "lessor", theatre.ask("bundle_to_confirm", **named))
    confirmed = {"creditor": "lessor", "confirmation": confirmation}
    case = theatre.act(CLERK, "file_case", **named, **confirmed)
    theatre.check(
        holds=claim["unmet"] == case["claim"]["unmet"] == _RENT - 20_000,
        claim=Label(zh="部分付款从请求中如数扣减", en="a part payment reduces the claim by itself"),
    )
    complaint = theatre.take_away(CLERK, "case", str(case["id"]))
    theatre.say(
        Label(
            zh=f"调解不成，出租方签名确认后立案：{case['id']}，请求 "
            f"{complaint['claim']['total']} 元由合约计算",
            en=f"Mediation failed; the lessor confirmed by signature and the case was filed: "
            f"{case['id']}, a claim of {complaint['claim']['total']} computed by the contract",
        )
    )
    return str(case["id"])


def _judge(theatre: Theatre, case: str) -> None:
    theatre.act(FILING_1, "accept_case", case=case, docket="（2026）浙0192民初1号")
    exhibits = theatre.ask("show_case", case=case)["exhibits"]
    items, report = theatre.check_case(MACHINE, case)
    theatre.act(MACHINE, "record_verification", case=case, items=items, report=report)
    theatre.act(JUDGE_1, "hear_case", case=case)
    theatre.act(JUDGE_1, "rule_on_evidence", case=case, rulings=rulings(exhibits))
    text, _ = put_on_record(theatre, "民事判决书", CLERK_OF_COURT)
    award: dict[str, Any] = {"key": "rent", "debtor": "lessee", "creditor": "lessor", "kind": "PAY"}
    award |= {"amount": _RENT - 20_000, "due": theatre.now + _SOON_MS}
    decided = {"case": case, "outcome": "upheld", "deposit": text, "awards": [award]}
    theatre.act(JUDGE_1, "decide_case", **decided)
    saved = theatre.take_away(MACHINE, "report", case)
    theatre.check(
        holds=all(
            one["unchanged_since_deposit"]["verdict"] == "CONSISTENT"
            and one["true_before_deposit"]["result"] == "SHOWN"
            for one in saved["items"]
        ),
        claim=Label(zh="存证后未改与存证前真实分别认定", en="two questions, two answers"),
    )
    theatre.say(
        Label(
            zh=f"法院核验 {len(items)} 项证据：存证以来未改动；存证前是否真实由法官另行认定；判决支付租金",
            en=f"The court verified {len(items)} items: unchanged since their deposit; whether "
            "they were true before, the judge ruled apart; the rent was awarded",
        )
    )


def _late_awards(theatre: Theatre, agreement: str) -> list[str]:
    """Tick until what the court ordered is breached; return it."""
    owed: list[str] = []
    for _ in range(_TICKS):
        owed = [
            one["id"]
            for one in theatre.ask("show_agreement", agreement=agreement)["obligations"]
            if one["is_enforceable"] and one["state"] == "BREACHED"
        ]
        if owed:
            break
        theatre.act(CLERK, "tick")
    return owed


def _enforce(theatre: Theatre, agreement: str) -> int:
    owed = _late_awards(theatre, agreement)
    document = theatre.ask("enforcement_to_confirm", agreement=agreement, obligations=owed)
    applied = theatre.act(
        CLERK,
        "apply_for_enforcement",
        agreement=agreement,
        creditor="lessor",
        confirmation=sign_as(theatre, "lessor", document),
    )
    saved = theatre.take_away(CLERK, "enforcement", str(applied["id"]))
    closed = theatre.act(
        OFFICER_1, "close_enforcement", enforcement=applied["id"], collected=applied["amount"]
    )
    theatre.check(
        holds=(closed["state"], len(saved["obligations"])) == ("COLLECTED", 1),
        claim=Label(zh="执行到位", en="what was awarded was collected"),
    )
    theatre.say(
        Label(
            zh=f"判决未履行：一次签名确认即申请执行，执行到位 {saved['amount']} 元，结案",
            en=f"The award was not paid: one confirmed act applied for enforcement, "
            f"{saved['amount']} was collected, and the matter closed",
        )
    )
    return int(applied["amount"])


def _take_home(theatre: Theatre, agreement: str, case: str) -> None:
    """Leave what each of them takes home: certificates of deposits, and the history."""
    exhibits = theatre.ask("show_case", case=case)["exhibits"]
    for one in exhibits:
        saved = theatre.take_away(ARCHIVIST, "evidence.deposit", one["deposit"])
        theatre.check(
            holds=saved["content"]["sha256"] == one["sha256"],
            claim=Label(zh="存证证书所载即该证据", en="each certificate is of its exhibit"),
        )
    theatre.take_away(CLERK, "history", agreement)
    theatre.say(
        Label(
            zh=f"带走：案卷、核验报告、{len(exhibits)} 份存证证书、调解记录、执行申请与全部回执",
            en=f"Taken home: the case bundle, the verification report, {len(exhibits)} "
            "certificates of deposit, mediation, application for enforcement, and the history",
        )
    )
