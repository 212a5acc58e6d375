# SPDX-License-Identifier: Apache-2.0
"""Goods and the papers about them: rules, warehouses, supply, prices, lots, receipts, checks."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Final, TypeAlias

from tallystick.contracts import (
    Amount,
    Arguments,
    Count,
    Digest,
    Format,
    Help,
    Identifier,
    Label,
    Meta,
    Name,
    OrganizationCode,
    PublicKey,
    Record,
    Timestamp,
    ValueDigest,
)
from tallystick.contracts.parts import Currency, VersionedParameters

SERIALS_MAX: Final = 200
"""Serials of one call and of one lot: their locks must fit into the events of a transaction."""
LOTS_MAX: Final = 50
"""Lots of one receipt, which so names at most 10,000 cases."""
QUOTES_MAX: Final = 150
"""Dealer prices kept of a product: five sources over thirty days."""

CasePrice: TypeAlias = Annotated[int, Meta(ge=1, le=10**10), Format("amount")]
"""What a case costs, in the smallest unit of its product's currency."""
BasisPoints: TypeAlias = Annotated[int, Meta(ge=0, le=10_000)]
"""Hundredths of a percent: 6,000 is 60 %."""
Serials: TypeAlias = Annotated[tuple[Identifier, ...], Meta(min_length=1, max_length=SERIALS_MAX)]
Lots: TypeAlias = Annotated[tuple[Identifier, ...], Meta(max_length=LOTS_MAX)]
SomeSerials: TypeAlias = Annotated[tuple[Identifier, ...], Meta(max_length=SERIALS_MAX)]
"""As `Serials`, or none."""


class LendingParameters(VersionedParameters):
    """The figures that the rules count with; the defaults hold until somebody changes them."""

    list_bp: Annotated[BasisPoints, Label(zh="出厂价折扣", en="Share of the list price")] = 8_000
    lend_bp: Annotated[BasisPoints, Label(zh="质押率上限", en="Lend at most")] = 6_000
    warn_bp: Annotated[BasisPoints, Label(zh="预警线", en="Warn at")] = 7_000
    call_bp: Annotated[BasisPoints, Label(zh="追加线", en="Margin call at")] = 7_500
    default_bp: Annotated[BasisPoints, Label(zh="处置线", en="Default at")] = 8_500
    spread_bp: Annotated[BasisPoints, Label(zh="价格来源允许偏差", en="Prices may differ by")] = (
        1_000
    )
    price_age_s: Annotated[Count, Label(zh="价格有效秒数", en="Seconds a price is good")] = 86_400
    median_days: Annotated[Count, Label(zh="中位数天数", en="Days of the median")] = 30
    call_working_days: Annotated[
        Annotated[int, Meta(ge=1, le=60)], Label(zh="追加期限（工作日）", en="Call, working days")
    ] = 3
    grace_days: Annotated[
        Annotated[int, Meta(ge=0, le=90)], Label(zh="宽限天数", en="Grace days")
    ] = 5
    ship_days: Annotated[
        Annotated[int, Meta(ge=1, le=365)], Label(zh="预付款发货天数", en="Days to ship")
    ] = 10
    inspection_serials: Annotated[
        Annotated[int, Meta(ge=1, le=SERIALS_MAX)], Label(zh="抽查箱数", en="Cases inspected")
    ] = 20
    inspection_s: Annotated[Count, Label(zh="抽查时限（秒）", en="Seconds to inspect")] = 7_200
    revalue_minute: Annotated[
        Annotated[int, Meta(ge=1, le=1_439)],
        Label(zh="每日估值时刻（分钟）", en="Daily valuation"),
        Help(zh="当日零时起的分钟数，东八区", en="Minutes after midnight at +08:00."),
    ] = 1_200
    year_days: Annotated[
        Annotated[int, Meta(ge=360, le=366)], Label(zh="计息年天数", en="Days of a year")
    ] = 360
    calendar: Annotated[Identifier, Label(zh="工作日历", en="Calendar")] = "CN"


class NewWarehouse(Arguments):
    """A controlled warehouse as the registry licenses it."""

    keeper: Annotated[OrganizationCode, Label(zh="保管人", en="Keeper")]
    licence: Annotated[Name, Label(zh="许可证号", en="Licence")]
    licensed_until: Annotated[Timestamp, Label(zh="许可有效期至", en="Licensed until")]
    zones: Annotated[
        tuple[Identifier, ...], Meta(min_length=1, max_length=50), Label(zh="库区", en="Zones")
    ]
    cameras: Annotated[Count, Label(zh="摄像头数", en="Cameras")]
    scanner_key: Annotated[
        PublicKey,
        Label(zh="扫描设备公钥", en="Key of the scanner"),
        Help(
            zh="盘点与抽查结果须由该设备签名",
            en="Counts and scans are signed by this device, which is no member.",
        ),
    ]
    monitor: Annotated[OrganizationCode, Label(zh="监管（物联网）方", en="Monitor")]


class Warehouse(NewWarehouse):
    """A licensed warehouse."""

    id: Identifier
    heard_at: Timestamp
    """When cameras and sensors last reported."""


class Policy(Record):
    """An insurance of goods in a warehouse."""

    id: Identifier
    insurer: OrganizationCode
    warehouse: Identifier
    number: Name
    sum_insured: Amount
    valid_until: Timestamp


class Relation(Record):
    """Two organisations that are not independent of each other; `first` sorts before `second`."""

    first: OrganizationCode
    second: OrganizationCode
    kind: Name
    declared_by: OrganizationCode


class Sku(Record):
    """A product that a winery makes."""

    id: Identifier
    winery: OrganizationCode
    name: Name
    currency: Currency
    packing: Name


class NewSku(Arguments):
    """A product as its winery registers it."""

    sku: Annotated[Identifier, Label(zh="品种编号", en="Product id")]
    name: Annotated[Name, Label(zh="名称", en="Name")]
    packing: Annotated[Name, Label(zh="包装", en="Packing")]
    currency: Annotated[Currency, Label(zh="币种", en="Currency")] = "CNY"


class NewSupply(Arguments):
    """Cases that a winery says it shipped to a dealer."""

    dealer: Annotated[OrganizationCode, Label(zh="经销商", en="Dealer")]
    sku: Annotated[Identifier, Label(zh="品种", en="Product")]
    delivery_note: Annotated[Name, Label(zh="发货单号", en="Delivery note")]
    serials: Annotated[Serials, Label(zh="箱码", en="Serials")]


class NamedCases(Arguments):
    """Cases by their serials."""

    serials: Annotated[Serials, Label(zh="箱码", en="Serials")]


class NewListPrice(Arguments):
    """What a winery asks for a case."""

    sku: Annotated[Identifier, Label(zh="品种", en="Product")]
    price: Annotated[CasePrice, Label(zh="每箱出厂价", en="List price of a case")]


class Listing(Record):
    """Which list price of the registry network counts here, so that no older one follows it."""

    sku: Identifier
    position: Count
    """Its place in that network's log."""


class Quote(Record):
    """What one source says dealers pay for a case, on one day."""

    source: OrganizationCode
    price: CasePrice
    quoted_at: Timestamp


class Quotes(Record):
    """The quotes of a product that the median is taken of, oldest first."""

    sku: Identifier
    quotes: tuple[Quote, ...]


class Price(Record):
    """What a case of a product costs, by both sides of the rule."""

    sku: Identifier
    list_price: Amount = 0
    """The winery's; 0: it has never said."""
    listed_at: Timestamp = 0
    median: Amount = 0
    """Of the dealer prices of the last days; 0: there are none."""
    quoted_at: Timestamp = 0
    low: Amount = 0
    """The lowest of the newest quotes of each source that are still good."""
    high: Amount = 0
    sources: tuple[OrganizationCode, ...] = ()
    """Who quoted the prices that the median is taken of."""


class CaseState(StrEnum):
    """Where a case of bottles is in its life, as far as lending cares."""

    SUPPLIED = "SUPPLIED"
    """The winery has shipped it to a dealer."""
    STORED = "STORED"
    """In a controlled warehouse, under a receipt."""
    RELEASED = "RELEASED"
    """It has left the warehouse and belongs to a dealer."""
    SOLD = "SOLD"
    COUNTERFEIT = "COUNTERFEIT"


class Case(Record):
    """A case of bottles by its serial, which the maker has stated."""

    serial: Identifier
    """Without separators, upper case: the form in which all spellings meet."""
    sku: Identifier
    winery: OrganizationCode
    owner: OrganizationCode
    statement: Identifier
    state: CaseState
    lot: Identifier | None = None
    """The lot it lies in; null: in none."""


class Mark(Record):
    """What was said of a case on the registry network, before its supply was brought here."""

    serial: Identifier
    organization: OrganizationCode
    """Who said it; it counts if the supply turns out to be by or for this one."""
    case_state: CaseState


class CasesBrought(Record):
    """How many of the cases that a proof names are known here, and how many are not yet."""

    here: Count
    waiting: Count


class Statement(Record):
    """The maker's word that it shipped these cases to this dealer."""

    id: Identifier
    winery: OrganizationCode
    dealer: OrganizationCode
    sku: Identifier
    delivery_note: Name
    count: Count
    stated_at: Timestamp


class Lot(Record):
    """Cases that came in together and lie together; the unit in which receipts hold serials."""

    id: Identifier
    receipt: Identifier
    serials: SomeSerials
    photo: Digest | None
    arrived_at: Timestamp


class Share(Record):
    """A lot as its receipt knows it."""

    lot: Identifier
    count: Count
    root: ValueDigest
    """Digest of the lot's serials in their order."""


class ReceiptState(StrEnum):
    """The life of a warehouse receipt."""

    DRAFT = "DRAFT"
    ISSUED = "ISSUED"
    PLEDGED = "PLEDGED"
    PART_RELEASED = "PART_RELEASED"
    DISCHARGED = "DISCHARGED"
    SURRENDERED = "SURRENDERED"
    FROZEN = "FROZEN"


class ReceiptTerms(Arguments):
    """What a receipt must say (Civil Code, article 909), apart from the serials themselves."""

    warehouse: Annotated[Identifier, Label(zh="仓库", en="Warehouse")]
    zone: Annotated[Identifier, Label(zh="库区", en="Zone")]
    depositor: Annotated[OrganizationCode, Label(zh="存货人", en="Depositor")]
    sku: Annotated[Identifier, Label(zh="品种", en="Product")]
    quality: Annotated[Name, Label(zh="质量", en="Quality")]
    packing: Annotated[Name, Label(zh="包装", en="Packing")]
    marks: Annotated[Name, Label(zh="标记", en="Marks")]
    loss_bp: Annotated[BasisPoints, Label(zh="损耗标准", en="Loss standard")] = 0
    stored_until: Annotated[Timestamp, Label(zh="储存期至", en="Stored until")]
    fee: Annotated[Amount, Label(zh="仓储费（每月）", en="Fee a month")] = 0
    policy: Annotated[Identifier | None, Label(zh="保险单", en="Insurance")] = None


class Receipt(ReceiptTerms):
    """An electronic warehouse receipt over cases of one product."""

    id: Identifier
    keeper: OrganizationCode
    holder: OrganizationCode
    state: ReceiptState
    issued_at: Timestamp | None = None
    surrendered_at: Timestamp | None = None
    endorsed_to: OrganizationCode | None = None
    """Who becomes the holder when the keeper seals the endorsement."""
    lots: tuple[Share, ...] = ()
    count: Count = 0
    """Cases it stands for: `received` - `released`."""
    received: Count = 0
    """Cases that came under it, from the gate or from another receipt."""
    released: Count = 0
    """Cases that left, by a redemption or handed out after its surrender."""
    excluded: Count = 0
    """Cases among them that turned out counterfeit and count for nothing."""
    counted: Count = 0
    """What the last physical count found, moved on by what came and went since."""
    counted_at: Timestamp | None = None
    alert: Name | None = None
    """Why something is wrong with the goods; null: nothing is known."""
    pledge: Identifier | None = None


class InspectionState(StrEnum):
    """What became of an inspection."""

    DRAWN = "DRAWN"
    PASSED = "PASSED"
    FAILED = "FAILED"
    LATE = "LATE"


class Inspection(Record):
    """A random sample of a receipt's cases that the keeper must show."""

    id: Identifier
    receipt: Identifier
    warehouse: Identifier
    serials: SomeSerials
    seed: ValueDigest
    """The transaction that drew it; the serials follow from it and the receipt."""
    drawn_at: Timestamp
    due: Timestamp
    state: InspectionState
    missing: Count = 0


class PhotoUse(Record):
    """The first lot that a photo was shown for."""

    photo: Digest
    lot: Identifier
