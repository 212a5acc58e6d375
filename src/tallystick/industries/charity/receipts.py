# SPDX-License-Identifier: Apache-2.0
"""What people keep: the donor's receipt and the way of the gift, and the beneficiary's receipt.

A receipt tells of one gift or one payment only, so that whoever holds it can prove all of it. The
way of a gift touches other people: groups under five are taken together in it (CHAR-8), and what
would prove it, each single payment, is not handed out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any, Final, NamedTuple, TypeAlias

from tallystick.contracts import (
    Contradiction,
    ExtractTakeAway,
    FileTakeAway,
    Label,
    Row,
    TableReader,
    TakeAway,
    always,
    asdict,
    day_of,
    required_record,
)
from tallystick.contracts.parts import OrderState, PaymentOrder
from tallystick.industries.charity.paper_labels import DONATION_LABELS, PAYMENT_LABELS
from tallystick.industries.charity.queries import GROUP_MIN, merged, slices_of
from tallystick.industries.charity.records import (
    FREE,
    Batch,
    Campaign,
    Donation,
    Entitlement,
    EntitlementState,
    Feedback,
    Foundation,
    Fund,
    Payout,
    Slice,
)
from tallystick.industries.charity.refusals import NotPaid, SumsDiffer
from tallystick.interchange import tables as csv_tables
from tallystick.interchange.chinese import amount_in_capitals
from tallystick.interchange.iso20022 import Money, format_amount

Facts: TypeAlias = Mapping[str, Any]

_PAID: Final = frozenset({EntitlementState.PAID, EntitlementState.CONFIRMED})
_TRACE_HEADER: Final = ("donation", "list", "payments", "currency", "amount")


class Line(NamedTuple):
    """A line of a page, in both languages."""

    label: Label
    zh: str
    en: str


def donation_facts(tables: TableReader, donation: str) -> Facts:
    """Return what a donor keeps of a gift (charity law, article 38).

    Raises:
        Contradiction: the tables do not fit together.
    """
    kept = required_record(tables, "donations", Donation, donation)
    campaign = required_record(tables, "campaigns", Campaign, kept.campaign)
    foundation = required_record(tables, "foundations", Foundation, campaign.foundation)
    money = Money(kept.amount, campaign.currency)
    received = day_of(kept.received_at).isoformat()
    lines = (
        _same(Label(zh="收据编号", en="Number"), kept.id),
        *_giver_lines(campaign, foundation),
        _amount_line(money),
        _same(Label(zh="到账日期", en="Received on"), received),
        _same(Label(zh="银行流水号", en="Bank's reference"), kept.reference),
        _restriction_line(kept.fund),
        *_gift_lines(kept),
    )
    return {
        "donation": kept.id,
        "campaign": campaign.id,
        "title": campaign.title,
        "project": campaign.project,
        "foundation": campaign.foundation,
        "licence": foundation.licence,
        **_amount_facts(money),
        "restriction": kept.fund,
        "donations": kept.count,
        "donor": kept.donor,
        "bank_reference": kept.reference,
        "received_on": received,
        "text": _page(Label(zh="捐赠收据", en="Receipt for a donation"), lines),
    }


def payment_facts(tables: TableReader, entitlement: str) -> Facts:
    """Return what a beneficiary keeps of a payment.

    Raises:
        NotPaid: the bank has not made it, or it came back.
        Contradiction: the tables do not fit together.
    """
    kept = required_record(tables, "entitlements", Entitlement, entitlement)
    if not _is_paid(asdict(kept)):
        raise NotPaid(entitlement=kept.id, state=kept.state)
    campaign = required_record(tables, "campaigns", Campaign, kept.campaign)
    foundation = required_record(tables, "foundations", Foundation, campaign.foundation)
    batch = required_record(tables, "batches", Batch, kept.batch)
    order = required_record(tables, "payments_orders", PaymentOrder, kept.order or "")
    paid = (order.state, order.case, order.amount, order.currency)
    if paid != (OrderState.BOOKED, kept.id, kept.amount, campaign.currency):
        raise Contradiction(subject=kept.id, what=order.id)
    feedback = tables.record("feedbacks", Feedback, kept.id)
    money = Money(kept.amount, campaign.currency)
    paid_on = day_of(order.changed_at).isoformat()
    lines = (
        _same(Label(zh="资助编号", en="Number"), kept.id),
        *_giver_lines(campaign, foundation),
        _same(Label(zh="期间", en="Period"), batch.period),
        _amount_line(money),
        _same(Label(zh="付款日期", en="Paid on"), paid_on),
        _same(Label(zh="付款指令", en="Payment order"), order.end_to_end_id),
        _same(Label(zh="银行流水号", en="Bank's reference"), order.bank_reference or "—"),
        _confirmed_line(feedback),
    )
    return {
        "entitlement": kept.id,
        "campaign": campaign.id,
        "title": campaign.title,
        "project": campaign.project,
        "period": batch.period,
        "foundation": campaign.foundation,
        "licence": foundation.licence,
        **_amount_facts(money),
        "beneficiary": kept.beneficiary,
        "payment_order": order.end_to_end_id,
        "bank_reference": order.bank_reference,
        "paid_on": paid_on,
        "confirmed_on": None if feedback is None else day_of(feedback.given_at).isoformat(),
        "text": _page(Label(zh="受助凭证", en="Receipt for a payment"), lines),
    }


class Way(NamedTuple):
    """How far a gift has come."""

    donation: Donation
    currency: str
    slices: tuple[Slice, ...]
    """Small groups taken together under no name."""

    @property
    def paid(self) -> int:
        """How much of it has been paid out."""
        return sum(one.amount for one in self.slices)


def way_of(tables: TableReader, donation: str) -> Way:
    """Follow a gift to the lists it was paid out with, first in first out.

    Raises:
        Contradiction: the tables do not fit together.
        SumsDiffer: payments are missing.
    """
    kept = required_record(tables, "donations", Donation, donation)
    campaign = required_record(tables, "campaigns", Campaign, kept.campaign)
    fund = tables.record("funds", Fund, kept.campaign, kept.fund)
    payouts = tables.rows("payouts", Payout, campaign=kept.campaign, fund=kept.fund)
    booked = 0 if fund is None else fund.payouts
    if len(payouts) != booked:
        raise SumsDiffer(campaign=kept.campaign, what="payouts", total=len(payouts), booked=booked)
    return Way(kept, campaign.currency, merged(slices_of(kept, payouts)))


def trace_csv(tables: TableReader, donation: str, today: date) -> bytes:
    """Return where a gift went, a row for each list that has five payments of it or more.

    Raises:
        Contradiction, SumsDiffer: the tables do not fit together.
    """
    del today  # a trace is of the ledger as it is
    way = way_of(tables, donation)
    rows = [
        (
            way.donation.id,
            one.batch,
            None if _is_small(one) else one.payouts,
            way.currency,
            format_amount(Money(one.amount, way.currency)),
        )
        for one in way.slices
    ]
    return csv_tables.write_csv(_TRACE_HEADER, rows)


def trace_page(tables: TableReader, donation: str) -> dict[str, str]:
    """Return where a gift went as a page in each language.

    Raises:
        Contradiction, SumsDiffer: the tables do not fit together.
    """
    way = way_of(tables, donation)
    left = Money(way.donation.amount - way.paid, way.currency)
    lines = (
        _same(Label(zh="捐赠编号", en="Donation"), way.donation.id),
        _amount_line(Money(way.donation.amount, way.currency)),
        *(_slice_line(one, way.currency) for one in way.slices),
        _same(Label(zh="尚未发放", en="Not paid out yet"), _plain(left)),
    )
    return _page(Label(zh="善款去向", en="Where the gift went"), lines)


def _is_paid(row: Row) -> bool:
    return row["state"] in _PAID


def _text_of(
    label: Label,
    table: str,
    make: Callable[[TableReader, str], Mapping[str, str]],
    is_ready: Callable[[Row], bool] = always,
) -> FileTakeAway:
    """Return the take-away of a page to read: Chinese first, then English."""

    def file(tables: TableReader, subject: str, _today: date) -> bytes:
        page = make(tables, subject)
        return f"{page['zh']}\n\n{page['en']}\n".encode()

    return FileTakeAway(label, table, file, ".txt", is_ready)


RECEIPTS: Final[Mapping[str, TakeAway]] = MappingProxyType(
    {
        "donation": ExtractTakeAway(
            Label(zh="捐赠收据，附证明", en="the donor's receipt, with its proof"),
            "donations",
            donation_facts,
            ("donations",),
            title=Label(zh="捐赠收据", en="Receipt for a donation"),
            labels=DONATION_LABELS,
        ),
        "donation-text": _text_of(
            Label(zh="捐赠收据，供阅读打印", en="the same to read and print"),
            "donations",
            lambda tables, donation: donation_facts(tables, donation)["text"],
        ),
        "trace": _text_of(
            Label(
                zh="善款去向，不足五笔的名单合并列示",
                en="where a gift went, small groups taken together",
            ),
            "donations",
            trace_page,
        ),
        "trace-csv": FileTakeAway(
            Label(zh="同上，表格形式（CSV）", en="the same as a table (CSV)"),
            "donations",
            trace_csv,
        ),
        "payment": ExtractTakeAway(
            Label(
                zh="受助凭证，附证明，仅交受益人本人",
                en="the beneficiary's receipt, with its proof; for the beneficiary alone",
            ),
            "entitlements",
            payment_facts,
            ("entitlements", "payments_orders"),
            title=Label(zh="受助凭证", en="Receipt for a payment"),
            labels=PAYMENT_LABELS,
            is_ready=_is_paid,
        ),
        "payment-text": _text_of(
            Label(zh="受助凭证，供阅读打印", en="the same to read and print"),
            "entitlements",
            lambda tables, entitlement: payment_facts(tables, entitlement)["text"],
            _is_paid,
        ),
    }
)
"""What one person keeps, by its name on the command line."""


def _page(title: Label, lines: Iterable[Line]) -> dict[str, str]:
    told = list(lines)
    return {
        "zh": "\n".join([title.zh, *(f"{one.label.zh}：{one.zh}" for one in told)]),
        "en": "\n".join([title.en, *(f"{one.label.en}: {one.en}" for one in told)]),
    }


def _same(label: Label, value: str) -> Line:
    return Line(label, value, value)


def _amount_line(money: Money) -> Line:
    amount = _plain(money)
    label = Label(zh="金额", en="Amount")
    return Line(label, f"{amount_in_capitals(money)}（{amount}）", amount)


def _plain(money: Money) -> str:
    return f"{money.currency} {format_amount(money)}"


def _amount_facts(money: Money) -> Facts:
    return {
        "amount": format_amount(money),
        "amount_in_capitals": amount_in_capitals(money),
        "currency": money.currency,
    }


def _giver_lines(campaign: Campaign, foundation: Foundation) -> tuple[Line, ...]:
    code, licence = foundation.organization, foundation.licence
    return (
        Line(
            Label(zh="慈善组织", en="Foundation"),
            f"{code}（登记证书 {licence}）",
            f"{code} (licence {licence})",
        ),
        Line(
            Label(zh="募捐项目", en="Campaign"),
            f"{campaign.title}（{campaign.id}）",
            f"{campaign.title} ({campaign.id})",
        ),
    )


def _restriction_line(fund: str) -> Line:
    label = Label(zh="用途限定", en="Restriction")
    return Line(label, "无", "none") if fund == FREE else _same(label, fund)


def _gift_lines(donation: Donation) -> tuple[Line, ...]:
    """Name the donor by commitment; of many donations under one root, say how many."""
    if donation.count == 1:
        return (_same(Label(zh="捐赠人摘要", en="Donor (digest)"), donation.donor),)
    return (
        _same(Label(zh="笔数", en="Donations"), str(donation.count)),
        _same(Label(zh="默克尔根", en="Merkle root"), donation.donor),
    )


def _confirmed_line(feedback: Feedback | None) -> Line:
    label = Label(zh="本人确认收款", en="Confirmed by the beneficiary")
    if feedback is None:
        return Line(label, "尚未", "not yet")
    return _same(label, day_of(feedback.given_at).isoformat())


def _slice_line(one: Slice, currency: str) -> Line:
    amount = _plain(Money(one.amount, currency))
    label = (
        Label(zh=f"名单 {one.batch}", en=f"List {one.batch}")
        if one.batch
        else Label(zh="其他名单合计", en="Other lists together")
    )
    if _is_small(one):
        return _same(label, amount)
    return Line(label, f"{one.payouts} 笔，{amount}", f"{one.payouts} payments, {amount}")


def _is_small(one: Slice) -> bool:
    """Return whether so few payments are in it that their number could point at a child."""
    return one.payouts < GROUP_MIN
