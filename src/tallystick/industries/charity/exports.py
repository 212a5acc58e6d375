# SPDX-License-Identifier: Apache-2.0
"""Files to take away, made from tables that anyone can read: disclosure, grants, receipts.

Pure functions beside the contract: records in, bytes out, and the day is an argument.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any, Final

from tallystick.contracts import (
    Contradiction,
    ExtractTakeAway,
    FileTakeAway,
    HistoryTakeAway,
    Label,
    Record,
    Row,
    TableReader,
    TakeAway,
    always,
    day_of,
    required_record,
)
from tallystick.industries.charity.paper_labels import DISCLOSURE_LABELS
from tallystick.industries.charity.queries import GROUP_MIN, by_list, merged
from tallystick.industries.charity.receipts import RECEIPTS
from tallystick.industries.charity.records import (
    Batch,
    Book,
    Campaign,
    Disclosure,
    Donation,
    Entitlement,
    Foundation,
    Payout,
    Slice,
)
from tallystick.industries.charity.refusals import NothingPaid, SumsDiffer
from tallystick.interchange import tables as csv_tables
from tallystick.interchange.giving360 import Giver, Grant, Package, package_json, spreadsheet_csv
from tallystick.interchange.iso20022 import Money, format_amount

SUMS: Final = (
    "donated",
    "returned",
    "moved_in",
    "available",
    "held",
    "paid",
    "fees",
    "moved_out",
)
"""The first three are what came in, the others where it is or went (CHAR-2)."""


class CampaignFacts(Record):
    """What the tables say of a campaign."""

    campaign: Campaign
    book: Book
    batches: tuple[Batch, ...]
    payouts: tuple[Payout, ...]
    disclosures: tuple[Disclosure, ...]
    donations: tuple[Donation, ...]


def read_campaign(reader: TableReader, campaign: str) -> CampaignFacts:
    """Read what the tables say of a campaign, and hold it against each other.

    Raises:
        NotFound: there is no such campaign (by the reader).
        SumsDiffer: the tables do not agree with the book: one of them was altered, or money moved
            while they were read.
    """
    (kept,) = reader.rows("campaigns", Campaign, id=campaign)
    (book,) = reader.rows("books", Book, campaign=campaign)
    facts = CampaignFacts(
        campaign=kept,
        book=book,
        batches=tuple(reader.rows("batches", Batch, campaign=campaign)),
        payouts=tuple(reader.rows("payouts", Payout, campaign=campaign)),
        disclosures=tuple(reader.rows("disclosures", Disclosure, campaign=campaign)),
        donations=tuple(reader.rows("donations", Donation, campaign=campaign)),
    )
    check_facts(facts)
    return facts


def check_facts(facts: CampaignFacts) -> None:
    """Hold payouts and donations against the book (CHAR-10).

    Raises:
        SumsDiffer: they add up to something else.
    """
    book = facts.book
    for what, total, booked in (
        ("payouts", sum(one.amount for one in facts.payouts), book.paid),
        ("donations", sum(one.amount for one in facts.donations), book.donated),
        ("disclosures", len(facts.disclosures), book.disclosures),
    ):
        if total != booked:
            raise SumsDiffer(campaign=book.campaign, what=what, total=total, booked=booked)


def disclosure_csv(facts: CampaignFacts, today: date) -> bytes:
    """Return all disclosures of a campaign, and its sums as they are now, as a CSV file."""
    header = ("campaign", "title", "disclosure", "day", "currency", *SUMS)
    disclosed = sorted(facts.disclosures, key=lambda one: one.number)
    shown: list[Disclosure | Book] = [*disclosed, facts.book]
    return csv_tables.write_csv(header, [_disclosed(facts.campaign, one, today) for one in shown])


def disclosure_facts(tables: TableReader, campaign: str) -> Mapping[str, Any]:
    """Return the last disclosure of a campaign, and its sums as they are now, each proven.

    Raises:
        Contradiction: the book tells of a disclosure that is not there.
    """
    kept = required_record(tables, "campaigns", Campaign, campaign)
    foundation = required_record(tables, "foundations", Foundation, kept.foundation)
    book = required_record(tables, "books", Book, campaign)
    last = None
    if book.disclosures:
        last = tables.record("disclosures", Disclosure, campaign, book.disclosures)
        if last is None:
            raise Contradiction(subject=campaign, what="disclosures")
    return {
        "campaign": kept.id,
        "title": kept.title,
        "project": kept.project,
        "foundation": kept.foundation,
        "licence": foundation.licence,
        "currency": kept.currency,
        "disclosures": book.disclosures,
        "now": _money(kept, book),
        "last": None
        if last is None
        else {
            "number": last.number,
            "disclosed_on": _day(last.disclosed_at).isoformat(),
            **_money(kept, last),
        },
    }


def _money(campaign: Campaign, said: Disclosure | Book) -> dict[str, str]:
    sums = [format_amount(Money(one, campaign.currency)) for one in _sums(said)]
    return dict(zip(SUMS, sums, strict=True))


def giving_package(facts: CampaignFacts, today: date) -> Package:
    """Return what was paid out as grants of the 360Giving standard, one for each list.

    Nobody is told apart: lists with fewer than five payouts are taken together (CHAR-8).

    Raises:
        NothingPaid: there is nothing to publish yet.
    """
    campaign = facts.campaign
    if not facts.payouts:
        raise NothingPaid(campaign=campaign.id)
    return Package(
        id=campaign.id,
        title=campaign.title,
        publisher=Giver(id=campaign.foundation, name=campaign.foundation),
        issued=today,
        grants=tuple(_grant(facts, one) for one in _lists_paid(facts)),
    )


def giving360_json(facts: CampaignFacts, today: date) -> bytes:
    """Return the grants as a 360Giving package; raises `NothingPaid`."""
    return package_json(giving_package(facts, today))


def giving360_csv(facts: CampaignFacts, today: date) -> bytes:
    """Return the grants as a 360Giving spreadsheet; raises `NothingPaid`."""
    return spreadsheet_csv(giving_package(facts, today))


FILES: Final[Mapping[str, Callable[[CampaignFacts, date], bytes]]] = MappingProxyType(
    {
        "disclosure": disclosure_csv,
        "360giving": giving360_json,
        "360giving-csv": giving360_csv,
    }
)
"""What is made of the facts of a campaign."""


def history_of(reader: TableReader, campaign: str) -> Iterator[tuple[str, str]]:
    """Name the records whose history is a campaign's, for auditors.

    All that touches its money changes its book, and what else happens changes it, a list or an
    entitlement.
    """
    yield "campaigns", campaign
    yield "books", campaign
    for batch in reader.rows("batches", Batch, campaign=campaign):
        yield "batches", batch.id
    for entitlement in reader.rows("entitlements", Entitlement, campaign=campaign):
        yield "entitlements", entitlement.id


def _of_campaign(
    kind: str, label: Label, suffix: str = ".csv", is_ready: Callable[[Row], bool] = always
) -> FileTakeAway:
    def make(reader: TableReader, campaign: str, today: date) -> bytes:
        return FILES[kind](read_campaign(reader, campaign), today)

    return FileTakeAway(label, "campaigns", make, suffix, is_ready, judged_by="books")


def _has_paid(book: Row) -> bool:
    return bool(book["paid"])


TAKE_AWAYS: Final[Mapping[str, TakeAway]] = MappingProxyType(
    {
        "disclosure": _of_campaign(
            "disclosure",
            Label(
                zh="历次信息公开与当前收支（CSV）",
                en="every disclosure, and the sums as they are now (CSV)",
            ),
        ),
        "disclosure-proof": ExtractTakeAway(
            Label(
                zh="最近一次信息公开与当前收支，附证明",
                en="the last disclosure and the sums now, with their proof",
            ),
            "campaigns",
            disclosure_facts,
            ("campaigns",),
            title=Label(zh="慈善项目信息公开", en="Disclosure of a campaign"),
            labels=DISCLOSURE_LABELS,
        ),
        "360giving": _of_campaign(
            "360giving",
            Label(
                zh="按 360Giving 标准公布发放情况，不足五笔的名单合并列示（JSON）",
                en="what was paid out as grants of 360Giving, small lists taken together (JSON)",
            ),
            ".json",
            _has_paid,
        ),
        "360giving-csv": _of_campaign(
            "360giving-csv",
            Label(zh="同上，表格形式（CSV）", en="the same as a spreadsheet (CSV)"),
            is_ready=_has_paid,
        ),
        "audit": HistoryTakeAway(
            Label(
                zh="全部事件与经核验的交易回执（ZIP）",
                en="the events and the receipt of every transaction, each checked (ZIP)",
            ),
            "campaigns",
            history_of,
        ),
        **RECEIPTS,
    }
)
"""What can be taken away, by its name on the command line."""


def _disclosed(
    campaign: Campaign, said: Disclosure | Book, today: date
) -> tuple[str | int | None, ...]:
    number = None if isinstance(said, Book) else said.number
    day = today if isinstance(said, Book) else _day(said.disclosed_at)
    sums = [format_amount(Money(one, campaign.currency)) for one in _sums(said)]
    return (campaign.id, campaign.title, number, day.isoformat(), campaign.currency, *sums)


def _sums(said: Disclosure | Book) -> tuple[int, ...]:
    """Return the sums in the order of `SUMS`."""
    came = (said.donated, said.returned, said.moved_in)
    return (*came, said.available, said.held, said.paid, said.fees, said.moved_out)


def _lists_paid(facts: CampaignFacts) -> tuple[Slice, ...]:
    """Return what was paid with each list, small ones taken together (CHAR-8)."""
    return merged(by_list((one.batch, one.amount) for one in facts.payouts))


def _grant(facts: CampaignFacts, group: Slice) -> Grant:
    campaign, name = facts.campaign, group.batch or "several-lists"
    is_small = group.payouts < GROUP_MIN
    recipients = "Individual recipients" if is_small else f"{group.payouts} individual recipients"
    return Grant(
        id=f"{campaign.foundation}-{campaign.id}-{name}",
        title=f"{campaign.title}: {name}",
        description=f"Paid to {recipients[0].lower()}{recipients[1:]} of {campaign.title}",
        amount=Money(group.amount, campaign.currency),
        awarded=_awarded(facts, group.batch),
        recipient_id=f"{campaign.foundation}-{campaign.id}-{name}-recipients",
        recipient_name=recipients,
        funder=Giver(id=campaign.foundation, name=campaign.foundation),
        programme_code=campaign.project,
        programme_title=campaign.title,
    )


def _awarded(facts: CampaignFacts, batch: str) -> date:
    """Return the day on which a list was checked; of several lists, of the last one paid."""
    paid = {one.batch for one in facts.payouts}
    days = [
        _day(one.checked_at or one.imported_at)
        for one in facts.batches
        if one.id in ({batch} if batch else paid)
    ]
    return max(days)


def _day(time_ms: int) -> date:
    return day_of(time_ms)
