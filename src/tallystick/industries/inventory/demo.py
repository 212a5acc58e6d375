# SPDX-License-Identifier: Apache-2.0
"""The story of `tally demo inventory`: from the maker's word on its cases to a discharged pledge.

It is told through a `Theatre`, which has the network, the keys, the bank's folder and the voice;
here stands only who does what, and why. All persons, numbers and accounts are invented. Nothing
waits for a day to pass: what the story shows can happen within one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from tallystick.contracts import Label, Theatre, day_of, digest_of
from tallystick.contracts.parts import fingerprint_of
from tallystick.industries.inventory.demo_cast import (
    APPROVER_1,
    ASSESSOR,
    AUDITOR_1,
    BANK,
    CONTRACT,
    DEALER_1,
    DEALERS,
    OTHER_BANK,
    OTHER_TELLER,
    PAYER,
    REGISTRAR,
    RISK_1,
    STOREMAN,
    TELLER,
    WINEMAKER,
    parts,
)
from tallystick.industries.inventory.demo_goods import (
    CASES,
    LIST_PRICE,
    SKU,
    YEAR_MS,
    prepare,
    store,
    take_stock,
    transfer,
)
from tallystick.industries.inventory.history import history
from tallystick.industries.inventory.tables import RECEIPT_KIND

__all__ = ["CHANNEL_STORY", "CONTRACT", "PAYER", "TELLER", "history", "parts", "tell"]

CHANNEL_STORY: Final = "tallystick.industries.inventory.demo_channels"
"""Module of the story that is told on several networks."""

_LOAN: Final = 144_000_000
"""1,440,000.00: 60 % of 500 cases at 4,800."""
_ANSWER: Final = 28_800_000
_REDEEMED: Final = 100
_PAID_FOR_THEM: Final = 23_040_000
"""230,400.00: 60 % of 100 cases at 3,840."""
_CHECKS: Final = digest_of("credit record, quota, sales history")
_PAYEE: Final[Mapping[str, str]] = {
    "name": "示例酒类经销有限公司",
    "account": "6222021001116245811",
    "bic": "ICBKCNBJ",
    "holder": digest_of("holder", DEALERS[0]),
    "salt": digest_of("salt of this account at this bank"),
}


def tell(theatre: Theatre) -> dict[str, Any]:
    """Tell the story; return what it came to."""
    warehouse = prepare(theatre)
    receipt = store(theatre, warehouse)
    loan = _apply(theatre)
    pledge = _pledge(theatre, loan, receipt)
    _draw(theatre, loan)
    _let_the_price_fall(theatre, loan)
    _redeem(theatre, loan, receipt)
    inspection = take_stock(theatre, receipt)
    transfer(theatre, warehouse)
    _end(theatre, loan, pledge)
    _take_away(theatre, loan, receipt, inspection)
    return {
        "warehouse_receipt": receipt["id"],
        "loan": loan,
        "pledge": pledge,
        "lent": _LOAN,
        "cases": CASES,
        "released": _REDEEMED,
    }


def _apply(theatre: Theatre) -> str:
    """Set a line, apply, assess, approve: three people at the bank."""
    later = theatre.now + YEAR_MS // 2
    grant = theatre.act(DEALER_1, "grant_history", bank=BANK, valid_until=later)["id"]
    line = {"limit": 500_000_000, "valid_until": later, "grant": grant, "checks": _CHECKS}
    theatre.act(RISK_1, "set_line", dealer=DEALERS[0], **line)
    theatre.keep_payees([_PAYEE])
    payee = digest_of("payee", _PAYEE["holder"], theatre.account_digest(_PAYEE))
    loan = str(theatre.act(DEALER_1, "apply_for_loan", bank=BANK, amount=_LOAN, payee=payee)["id"])
    theatre.act(ASSESSOR, "assess_loan", loan=loan)
    theatre.act(APPROVER_1, "approve_loan", loan=loan, amount=_LOAN, rate_bp=435, due=later)
    theatre.say(
        Label(
            zh=f"贷款 {loan}：授信、尽调、审批由银行三人分别办理，1,440,000.00 元",
            en=f"Loan {loan} over 1,440,000.00: line, assessment and approval by three people",
        )
    )
    return loan


def _pledge(theatre: Theatre, loan: str, receipt: Mapping[str, Any]) -> str:
    """Let the bank look for itself, then pledge; another bank is refused the same stock."""
    seen = theatre.take_away(TELLER, "receipt", receipt["id"])
    is_good = seen["authenticity"]["are_all_genuine"] and seen["register"]["is_free"]
    theatre.check(
        holds=is_good and seen["cases"]["count"] == CASES,
        claim=Label(zh="仓单真实且未被占用", en="the receipt is genuine and free"),
    )
    theatre.say(
        Label(
            zh=f"银行仅凭证明与信任文件核验：{CASES} 箱清单与仓单一致，"
            f"抽验 {seen['authenticity']['cases_checked']} 箱为真，未被占用",
            en=f"From proofs and the trust file alone the bank sees: {CASES} cases as the receipt "
            f"says, {seen['authenticity']['cases_checked']} of them looked at and genuine, free",
        )
    )
    pledge = str(theatre.act(DEALER_1, "offer_pledge", loan=loan, receipt=receipt["id"])["id"])
    theatre.refused("E_STATE", ASSESSOR, "accept_pledge", pledge=pledge)
    theatre.act(STOREMAN, "mark_pledge", pledge=pledge)
    theatre.act(REGISTRAR, "register_pledge", pledge=pledge, number="ZD-2026-000731")
    theatre.act(ASSESSOR, "accept_pledge", pledge=pledge)
    theatre.say(
        Label(
            zh=f"质押 {pledge}：无保管人记载与登记编号时被拒绝（E_STATE）；齐备后银行接受",
            en=f"Pledge {pledge}: refused without the keeper's mark and a registry number "
            "(E_STATE), then accepted with both",
        )
    )
    theatre.take_away(TELLER, "pledge", pledge)
    _refuse_elsewhere(theatre, receipt["id"])
    return pledge


def _refuse_elsewhere(theatre: Theatre, receipt: str) -> None:
    """Try the same stock at a second bank, which learns only that it is taken."""
    other = theatre.act(DEALER_1, "apply_for_loan", bank=OTHER_BANK, amount=_LOAN, payee=_CHECKS)[
        "id"
    ]
    theatre.refused("E_LOCKED", DEALER_1, "offer_pledge", loan=other, receipt=receipt)
    fingerprint = fingerprint_of(RECEIPT_KIND, receipt)
    asked = theatre.ask("assets.ask", fingerprint=fingerprint)
    seen = theatre.take_away(OTHER_TELLER, "receipt", receipt)
    theatre.check(
        holds=asked["availability"] == "taken" and not seen["register"]["is_free"],
        claim=Label(zh="他行可知已被占用", en="another bank sees that it is taken"),
    )
    theatre.say(
        Label(
            zh="同一仓单再质押给另一家银行：被拒绝（E_LOCKED）；该行从全网合约共用的登记中仅得知“已被占用”",
            en="The same receipt at a second bank was refused (E_LOCKED); from the register that "
            "all contracts share it learns only: taken",
        )
    )


def _draw(theatre: Theatre, loan: str) -> None:
    """Draw the loan; the bank's payment file leaves and is answered."""
    theatre.act(ASSESSOR, "secure_loan", loan=loan)
    theatre.act(APPROVER_1, "draw_loan", loan=loan)
    made, refused = theatre.bank_round(1, [])
    shown = theatre.ask("show_loan", loan=loan)
    theatre.check(
        holds=(made, refused) == (1, 0)
        and shown["loan"]["state"] == "NORMAL"
        and shown["valuation"]["ltv_bp"] == 6_000,
        claim=Label(zh="放款入账，质押率 60 %", en="the money arrived, at 60 %"),
    )
    theatre.say(
        Label(
            zh="放款：pain.001 发出、camt.054 入账；500 × 4,800 = 2,400,000.00，质押率 60.0 %",
            en="Drawn: pain.001 out, camt.054 back; 500 x 4,800 = 2,400,000.00, loan-to-value "
            "60.0 %",
        )
    )


def _let_the_price_fall(theatre: Theatre, loan: str) -> None:
    """Let the price fall by 15 and 20 percent; the dealer answers the call."""
    warned = _valued_at(theatre, loan, 85)
    called = _valued_at(theatre, loan, 80)
    call = called["call"]
    due = day_of(call["due"]).isoformat()
    theatre.take_away(TELLER, "ltv", BANK)
    theatre.check(
        holds=(warned["loan"]["state"], warned["valuation"]["ltv_bp"]) == ("WARN", 7_059)
        and (called["loan"]["state"], called["valuation"]["ltv_bp"]) == ("CALLED", 7_500)
        and (call["repay"], call["add_cases"]) == (_ANSWER, 125),
        claim=Label(zh="预警与追加通知相符", en="warning and call are as computed"),
    )
    theatre.say(
        Label(
            zh="价格下跌 15 %：质押率 70.6 %，预警；下跌 20 %：75.0 %，追加通知——"
            f"{due} 前还款 288,000.00 或补充 125 箱（三个工作日，依日历 {call['calendar']}）",
            en="Price down 15 %: 70.6 %, a warning; down 20 %: 75.0 %, a margin call: repay "
            f"288,000.00 or add 125 cases by {due} (three working days of {call['calendar']})",
        )
    )
    _pay_in(theatre, loan, _ANSWER, "CNAPS-0101")
    shown = theatre.ask("show_loan", loan=loan)
    theatre.check(
        holds=(shown["loan"]["state"], shown["valuation"]["ltv_bp"]) == ("NORMAL", 6_000),
        claim=Label(zh="追加通知已了结", en="the call is answered"),
    )
    theatre.say(
        Label(
            zh="经销商还款 288,000.00，质押率回到 60.0 %",
            en="The dealer repaid 288,000.00: 60.0 % again",
        )
    )


def _valued_at(theatre: Theatre, loan: str, percent: int) -> dict[str, Any]:
    """Let the winery publish so much of the first price, and return the loan as it is then."""
    theatre.act(WINEMAKER, "publish_list_price", sku=SKU, price=LIST_PRICE * percent // 100)
    theatre.act(TELLER, "revalue", loan=loan)
    shown: dict[str, Any] = theatre.ask("show_loan", loan=loan)
    return shown


def _pay_in(theatre: Theatre, loan: str, amount: int, reference: str) -> None:
    asked = theatre.act(DEALER_1, "ask_redemption", loan=loan, amount=amount)
    theatre.act(TELLER, "sign_redemption", redemption=asked["id"], reference=reference)


def _redeem(theatre: Theatre, loan: str, receipt: dict[str, Any]) -> None:
    """Fetch cases against money: not one too many, not before the bank has signed."""
    serials = receipt["serials"]
    wanted = {"loan": loan, "amount": _PAID_FOR_THEM, "receipt": receipt["id"]}
    reference = {"reference": "CNAPS-0102"}
    greedy = theatre.act(DEALER_1, "ask_redemption", serials=serials[: _REDEEMED + 1], **wanted)[
        "id"
    ]
    theatre.refused("E_LIMIT", TELLER, "sign_redemption", redemption=greedy, **reference)
    asked = theatre.act(DEALER_1, "ask_redemption", serials=serials[:_REDEEMED], **wanted)["id"]
    theatre.refused("E_STATE", STOREMAN, "release_goods", redemption=asked)
    theatre.act(TELLER, "sign_redemption", redemption=asked, **reference)
    theatre.act(STOREMAN, "release_goods", redemption=asked)
    receipt["redemption"], receipt["left"] = asked, serials[_REDEEMED:]
    states = {
        theatre.ask("show_case", serial=one)["state"]
        for one in (serials[0], serials[_REDEEMED - 1])
    }
    kept = theatre.ask("show_case", serial=serials[_REDEEMED])["state"]
    theatre.check(
        holds=(states, kept) == ({"RELEASED"}, "STORED"),
        claim=Label(zh="仅放行签署的箱货", en="exactly the signed cases left"),
    )
    theatre.say(
        Label(
            zh="还款 230,400.00 赎货：101 箱被拒绝（E_LIMIT），银行未签署不得出库（E_STATE）；"
            "双签后按箱码放行 100 箱",
            en="230,400.00 paid in for goods: 101 cases were refused (E_LIMIT), and any release "
            "before the bank signed (E_STATE); then exactly 100 serials left",
        )
    )


def _end(theatre: Theatre, loan: str, pledge: str) -> None:
    """Repay the rest, discharge, cancel the registration, close."""
    theatre.refused("E_STATE", STOREMAN, "discharge_pledge", pledge=pledge)
    _pay_in(theatre, loan, _LOAN - _ANSWER - _PAID_FOR_THEM, "CNAPS-0103")
    theatre.act(STOREMAN, "discharge_pledge", pledge=pledge)
    theatre.act(REGISTRAR, "cancel_registration", pledge=pledge)
    theatre.act(ASSESSOR, "close_loan", loan=loan)
    theatre.say(
        Label(
            zh="结清前解除质押被拒绝（E_STATE）；结清后解除质押、注销登记、贷款结案",
            en="A discharge before the last payment was refused (E_STATE); then the loan was "
            "repaid, the pledge discharged, its registration cancelled, the loan closed",
        )
    )


def _take_away(theatre: Theatre, loan: str, receipt: Mapping[str, Any], inspection: str) -> None:
    """Save what everybody takes home, and hold its figures against each other."""
    (pledge,) = theatre.ask("show_loan", loan=loan)["pledges"]
    statement = theatre.take_away(TELLER, "loan", loan)
    order = theatre.take_away(STOREMAN, "redemption", receipt["redemption"])
    report = theatre.take_away(AUDITOR_1, "inspection", inspection)
    free = theatre.take_away(DEALER_1, "discharge", pledge["id"])
    sums = statement["sums"]
    theatre.check(
        holds=(sums["drawn"], sums["paid_in"], sums["principal_owed"])
        == ("1440000.00", "1440000.00", "0.00")
        and (order["cases"], report["result"]) == (_REDEEMED, "PASSED")
        and free["register"]["is_free"],
        claim=Label(zh="留存文件相互一致", en="the files agree"),
    )
    theatre.say(
        Label(
            zh="各方留存：电子仓单、质押确认书、贷款对账单、赎货出库单、抽查报告、解除质押证明，"
            "均附证明并已离线核验；另有追加通知当日的质押率日报（CSV）",
            en="To take away: receipt, pledge confirmation, loan statement, redemption order, "
            "inspection report, discharge certificate, each with its proofs and checked offline; "
            "and the daily LTV list of the day of the call (CSV)",
        )
    )
