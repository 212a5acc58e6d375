# SPDX-License-Identifier: Apache-2.0
"""The story of `tally demo justice`: one lease is broken and cured, another ends in enforcement.

It is told through a `Theatre`, which has the network, the keys and the voice; here stands only who
does what, and why. All organisations and persons are invented. Nothing waits for a day to pass: in
the second lease the figures give no days to cure, and what the court orders is due at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from tallystick.contracts import Label, Player, Theatre, digest_of
from tallystick.industries.justice.rules import signing_digest
from tallystick.industries.justice.workflows import (
    AUTHORITY,
    BANK,
    COURT_NODE,
    CREDIT,
    FILING,
    IDENTITY,
    JUDGE,
    MEDIATOR,
    OFFICER,
    PLATFORM,
    REVIEWER,
    RULE_KEEPER,
)

CONTRACT: Final = "justice"
_PLATFORM: Final = "91330100MADEM3010A"
_BANK: Final = "91330100MADEM3020B"
PAYER: Final[Mapping[str, object]] = {
    "name": "示例扣款清算户",
    "account": "1202020709900054321",
    "bic": "ICBKCNBJ",
    "currency": "CNY",
    "remittance": "授权扣款",
    "accounts": (f"{_BANK}/",),
}
TELLER: Final = "teller-shi"
_CLERK, _ARCHIVIST, _VOUCHER = "platform-lin", "archive-he", "identity-gao"
_ISSUER, _REVIEWER, _CREDIT = "ca-luo", "reviewer-song", "credit-tang"
_RULES, _MEDIATOR, _CLERK_OF_COURT = "rules-zhu", "mediator-he", "court-archive"
_FILING, _JUDGE, _MACHINE, _OFFICER = "filing-liang", "judge-fang", "court-node", "officer-wei"
_MEDIATION: Final = "52330100MADEM3070H"
_COURT: Final = "11330100MADEM3030L"
_COLLECTOR: Final = MappingProxyType({"app": "lease-app", "version": "2.1"})
_RENT: Final = 120_000
_SIDES: Final = ("lessor", "lessee")
_TICKS: Final = 100
_SOON_MS: Final = 500
"""When what the court orders is due: at once, yet after the decision."""


def parts() -> tuple[Player, ...]:
    """Return everybody who signs on the ledger."""
    platform = (_PLATFORM, Label(zh="示例租赁平台", en="Example Leasing Platform"))
    court = (_COURT, Label(zh="示例互联网法院", en="Example Internet Court"))
    trust = ("91330100MADEM3040D", Label(zh="示例电子认证公司", en="Example Certification"))
    identity = ("91330100MADEM3050E", Label(zh="示例身份服务", en="Example Identity"))
    credit = ("12330100MADEM3060L", Label(zh="示例信用中心", en="Example Credit Centre"))
    bank = (_BANK, Label(zh="示例银行", en="Example Bank"))
    mediation = (_MEDIATION, Label(zh="示例调解中心", en="Example Mediation Centre"))
    return (
        Player(*platform, _CLERK, Label(zh="林台", en="Lin Tai"), PLATFORM),
        Player(*platform, _ARCHIVIST, Label(zh="何存", en="He Cun"), "depositor"),
        Player(*court, _REVIEWER, Label(zh="宋审", en="Song Shen"), REVIEWER),
        Player(*court, _RULES, Label(zh="朱规", en="Zhu Gui"), RULE_KEEPER),
        Player(*court, _FILING, Label(zh="梁立", en="Liang Li"), FILING),
        Player(*court, _MACHINE, Label(zh="法院节点", en="The court's node"), COURT_NODE),
        Player(*court, _JUDGE, Label(zh="方判", en="Fang Pan"), JUDGE),
        Player(*court, _CLERK_OF_COURT, Label(zh="书记员", en="Clerk of the court"), "depositor"),
        Player(*court, _OFFICER, Label(zh="魏执", en="Wei Zhi"), OFFICER),
        Player(*mediation, _MEDIATOR, Label(zh="何解", en="He Jie"), MEDIATOR),
        Player(*trust, _ISSUER, Label(zh="罗证", en="Luo Zheng"), AUTHORITY),
        Player(*identity, _VOUCHER, Label(zh="高识", en="Gao Shi"), IDENTITY),
        Player(*credit, _CREDIT, Label(zh="唐信", en="Tang Xin"), CREDIT),
        Player(*bank, TELLER, Label(zh="施柜", en="Shi Gui"), BANK),
    )


def tell(theatre: Theatre) -> dict[str, Any]:
    """Tell the story; return what it came to."""
    theatre.act(_ARCHIVIST, "evidence.register_collector", **_COLLECTOR)
    template = _review(theatre)
    first = _sign(theatre, template, "A-1")
    _break(theatre, first, "A-1")
    _cure(theatre, first)
    theatre.act(_RULES, "change_parameters", parameters={"cure_days": 0})
    second = _sign(theatre, template, "B-2")
    _break(theatre, second, "B-2")
    case = _file(theatre, second)
    _judge(theatre, case)
    collected = _enforce(theatre, second)
    return {"cured": first, "enforced": second, "case": case, "collected": collected}


def _deposit(theatre: Theatre, title: str, who: str = _ARCHIVIST) -> tuple[str, str]:
    """Deposit a file that the story keeps; return id and hash."""
    content = f"{title}\n".encode()
    sha256 = theatre.keep_original(f"{title}.txt", content)
    new: dict[str, Any] = {"sha256": sha256, "size": len(content), "title": title}
    new |= {"file_name": f"{title}.txt", "collector": dict(_COLLECTOR)}
    (kept,) = theatre.act(who, "evidence.deposit_many", deposits=[new])
    return str(kept["id"]), sha256


def _signed(theatre: Theatre, side: str, document: str) -> dict[str, str]:
    """Let somebody be identified and sign a digest; return the signature as calls take it."""
    key = theatre.key(side)
    named = {"subject": digest_of("person", side), "public_key": key.public_key}
    period = {"valid_from": 0, "valid_until": theatre.now + 31_536_000_000}
    certificate = theatre.act(_ISSUER, "issue_certificate", **named, **period)["id"]
    assertion = f"as-{document[:12]}-{side}"
    issued = {"level": 3, "issued_at": theatre.now - 60_000}
    theatre.act(_VOUCHER, "identify", id=assertion, **named, **issued)
    signature = key.sign(signing_digest(document, side))
    return {"certificate": certificate, "assertion": assertion, "signature": signature}


def _review(theatre: Theatre) -> str:
    rule = {"amount": {"fixed": 0}, "grace": {"fixed": 0}}
    deliver = rule | {
        "key": "deliver",
        "debtor": "lessor",
        "creditor": "lessee",
        "kind": "DELIVER",
        "due": {"kind": "event", "days": {"fixed": 2}},
        "evidence": ["courier_sign_off"],
        "zh": "{debtor} 应于 {due} 前交付手机",
        "en": "{debtor} delivers the telephone by {due}",
    }
    rent = rule | {
        "key": "rent",
        "debtor": "lessee",
        "creditor": "lessor",
        "kind": "PAY",
        "amount": {"parameter": "rent"},
        "due": {"kind": "event", "after": "deliver"},
        "evidence": ["payment_receipt"],
        "penalty": {"fixed": 1_200},
        "zh": "{debtor} 应于 {due} 前支付租金 {amount} 元",
        "en": "{debtor} pays a rent of {amount} by {due}",
    }
    blank = {"name": "rent", "kind": "amount", "lowest": 1, "highest": 10**7}
    template = theatre.act(
        _CLERK,
        "draft_template",
        title="手机租赁合同",
        cause="租赁合同纠纷",
        clauses=digest_of("clauses"),
        parties=list(_SIDES),
        parameters=[blank | {"zh": "租金", "en": "rent"}],
        obligations=[deliver, rent],
    )["id"]
    theatre.act(_REVIEWER, "review_template", template=template, review=digest_of("review"))
    theatre.say(
        Label(
            zh=f"模板 {template} 经法院合法性审查：参数有范围，义务有类型",
            en=f"Template {template} was reviewed by the court: blanks with ranges, typed duties",
        )
    )
    return str(template)


def _sign(theatre: Theatre, template: str, number: str) -> str:
    subjects = {side: digest_of("person", side) for side in _SIDES}
    deposit, text = _deposit(theatre, f"{number} 合同文本")
    agreement = theatre.act(
        _CLERK,
        "draft_agreement",
        template=template,
        parties=[
            {"role": side, "organization": _PLATFORM, "subject": subjects[side]} for side in _SIDES
        ],
        values=[{"name": "rent", "value": _RENT}],
        text=text,
        deposit=deposit,
    )
    theatre.act(_CLERK, "open_signing", agreement=agreement["id"])
    for side in _SIDES:
        args = {"agreement": agreement["id"], "role": side}
        signed = _signed(theatre, side, agreement["digest"])
        forged = signed | {"signature": theatre.key(side).sign(digest_of("something else"))}
        theatre.refused("E_SIG", _CLERK, "sign_agreement", signed=forged, **args)
        theatre.act(_CLERK, "sign_agreement", signed=signed, **args)
    theatre.say(
        Label(
            zh=f"合同 {agreement['id']}：双方实名认证后签署生效；他物上的签名被拒绝（E_SIG）",
            en=f"Agreement {agreement['id']}: both were identified and signed; a signature over "
            "something else was refused (E_SIG)",
        )
    )
    return str(agreement["id"])


def _break(theatre: Theatre, agreement: str, number: str) -> None:
    courier, _ = _deposit(theatre, f"{number} 快递签收")
    delivered = {"obligation": f"{agreement}.deliver", "evidence": "courier_sign_off"}
    theatre.act(_CLERK, "report_performance", deposit=courier, **delivered)
    _turn_clock(theatre, agreement, "BREACHED")
    broken = theatre.ask("show_agreement", agreement=agreement)
    theatre.check(
        holds=broken["notice"] is not None,
        claim=Label(zh="违约通知由合约拟出", en="the contract drew the notice"),
    )
    proof, _ = _deposit(theatre, f"{number} 送达回执")
    notice = {"agreement": agreement, "service": "electronic", "proof": proof}
    theatre.act(_CLERK, "serve_notice", **notice)
    theatre.say(
        Label(
            zh="交付后租金未付：合约认定违约，平台送达通知并存证",
            en="Delivered and not paid: the contract found the breach, the platform served the "
            "notice with proof",
        )
    )


def _turn_clock(theatre: Theatre, agreement: str, state: str) -> None:
    """Tick until what is due by now has happened; nobody but the clock does it."""
    for _ in range(_TICKS):
        if theatre.ask("show_agreement", agreement=agreement)["agreement"]["state"] == state:
            return
        theatre.act(_CLERK, "tick")
    theatre.check(holds=False, claim=Label(zh=f"时钟至 {state}", en=f"the clock led to {state}"))


def _cure(theatre: Theatre, agreement: str) -> None:
    rent = {"obligation": f"{agreement}.rent", "evidence": "payment_receipt"}
    part, _ = _deposit(theatre, "A-1 付款回单一")
    theatre.act(_CLERK, "report_performance", deposit=part, amount=20_000, **rent)
    halfway = theatre.ask("show_agreement", agreement=agreement)["obligations"][-1]
    rest, _ = _deposit(theatre, "A-1 付款回单二")
    theatre.act(_CLERK, "report_performance", deposit=rest, amount=_RENT - 20_000, **rent)
    saved = theatre.take_away(_CLERK, "agreement", agreement)
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
    part, _ = _deposit(theatre, "B-2 付款回单")
    paid = {"obligation": rent, "evidence": "payment_receipt"}
    theatre.act(_CLERK, "report_performance", deposit=part, amount=20_000, **paid)
    _turn_clock(theatre, agreement, "MEDIATION")
    mediation = theatre.ask("show_agreement", agreement=agreement)["mediation"]["id"]
    theatre.act(_MEDIATOR, "take_mediation", mediation=mediation)
    theatre.act(_MEDIATOR, "fail_mediation", mediation=mediation, reason="双方未达成一致")
    named = {"agreement": agreement, "court": _COURT, "obligations": [rent]}
    claim = theatre.ask("compute_claim", agreement=agreement, obligations=[rent], at=theatre.now)
    confirmation = _signed(theatre, "lessor", theatre.ask("bundle_to_confirm", **named))
    confirmed = {"creditor": "lessor", "confirmation": confirmation}
    case = theatre.act(_CLERK, "file_case", **named, **confirmed)
    theatre.check(
        holds=claim["unmet"] == case["claim"]["unmet"] == _RENT - 20_000,
        claim=Label(zh="部分付款从请求中如数扣减", en="a part payment reduces the claim by itself"),
    )
    complaint = theatre.take_away(_CLERK, "case", str(case["id"]))
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
    theatre.act(_FILING, "accept_case", case=case, docket="（2026）浙0192民初1号")
    exhibits = theatre.ask("show_case", case=case)["exhibits"]
    items, report = theatre.check_case(_MACHINE, case)
    theatre.act(_MACHINE, "record_verification", case=case, items=items, report=report)
    theatre.act(_JUDGE, "hear_case", case=case)
    theatre.act(_JUDGE, "rule_on_evidence", case=case, rulings=_rulings(exhibits))
    text, _ = _deposit(theatre, "民事判决书", _CLERK_OF_COURT)
    award: dict[str, Any] = {"key": "rent", "debtor": "lessee", "creditor": "lessor", "kind": "PAY"}
    award |= {"amount": _RENT - 20_000, "due": theatre.now + _SOON_MS}
    decided = {"case": case, "outcome": "upheld", "deposit": text, "awards": [award]}
    theatre.act(_JUDGE, "decide_case", **decided)
    saved = theatre.take_away(_MACHINE, "report", case)
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


def _rulings(exhibits: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Admit all items: shown to be true before their deposit by their source (Art 17, 18)."""
    asked = ("platform_compliant", "platform_independent", "system_clean", "method_standard")
    ruling = {"is_admitted": True, "before": "SHOWN", "basis": ["source"]}
    weighed = {"considerations": dict.fromkeys(asked, True)}
    return [
        ruling | weighed | {"deposit": one["deposit"], "reasons": digest_of("reasons", number)}
        for number, one in enumerate(exhibits)
    ]


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
        theatre.act(_CLERK, "tick")
    return owed


def _enforce(theatre: Theatre, agreement: str) -> int:
    owed = _late_awards(theatre, agreement)
    document = theatre.ask("enforcement_to_confirm", agreement=agreement, obligations=owed)
    applied = theatre.act(
        _CLERK,
        "apply_for_enforcement",
        agreement=agreement,
        creditor="lessor",
        confirmation=_signed(theatre, "lessor", document),
    )
    saved = theatre.take_away(_CLERK, "enforcement", str(applied["id"]))
    closed = theatre.act(
        _OFFICER, "close_enforcement", enforcement=applied["id"], collected=applied["amount"]
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
