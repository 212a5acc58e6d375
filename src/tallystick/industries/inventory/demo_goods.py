# SPDX-License-Identifier: Apache-2.0
"""The goods in `tally demo inventory`: supplied, stored, counted, inspected, and endorsed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from tallystick.contracts import DAY_MS, Label, Scene, Theatre, day_of
from tallystick.industries.inventory.counting import count_digest, inspection_digest
from tallystick.industries.inventory.demo_cast import (
    APPRAISER,
    AUDITOR_1,
    CALENDAR_CLERK,
    DEALER_1,
    DEALER_2,
    DEALERS,
    INSURANCE_CLERK,
    JUDGE,
    KEEPERS,
    REGISTRAR,
    STOREMAN,
    WINEMAKER,
)

SKU: Final = "LZ-DEMO"
PRODUCT: Final[Mapping[str, str]] = {"sku": SKU, "name": "示例大曲", "packing": "6 x 500 ml"}
LIST_PRICE: Final = 600_000
"""6,000.00 a case, of which 80 % count: 4,800.00."""
CASES: Final = 500
YEAR_MS: Final = 365 * DAY_MS
_DEALER_PRICE: Final = 500_000
_AT_ONCE: Final = 200
_SUPPLY: Final = tuple(f"LZ-{number:06d}" for number in range(1, 521))
"""What the winery ships: the cases that are pledged, and twenty more."""


def prepare(theatre: Scene) -> dict[str, str]:
    """Publish the calendar, license and insure a warehouse, price a product."""
    warehouse = open_house(theatre)
    theatre.act(WINEMAKER, "register_sku", **PRODUCT)
    theatre.act(WINEMAKER, "publish_list_price", sku=SKU, price=LIST_PRICE)
    quoted(theatre)
    theatre.say(
        Label(
            zh="仓库持证并投保；出厂价每箱 6,000.00 元，经销商自行报价被拒绝（E_ROLE），"
            "由独立机构报经销价 5,000.00 元",
            en="A warehouse is licensed and insured; list price 6,000.00 a case, the borrower's "
            "own quote is refused (E_ROLE), an independent one says 5,000.00",
        )
    )
    return warehouse


def open_house(theatre: Scene) -> dict[str, str]:
    """Publish the calendar, and license and insure a warehouse."""
    year = day_of(theatre.now).year
    for one in (year, year + 1):
        theatre.act(CALENDAR_CLERK, "calendars.publish", calendar="CN", year=one)
    return licensed(theatre, valid_ms=YEAR_MS)


def licensed(theatre: Scene, *, valid_ms: int) -> dict[str, str]:
    """License and insure a warehouse for so long; return what a receipt names of it."""
    later = theatre.now + valid_ms
    warehouse = theatre.act(
        REGISTRAR,
        "license_warehouse",
        keeper=KEEPERS[0],
        licence="川仓许 2026-017",
        licensed_until=later,
        zones=["A", "B"],
        cameras=8,
        scanner_key=theatre.key("scanner").public_key,
        monitor=KEEPERS[0],
    )["id"]
    cover = {"number": "P-2026-88", "sum_insured": 1_000_000_000, "valid_until": later}
    policy = theatre.act(INSURANCE_CLERK, "insure", warehouse=warehouse, **cover)["id"]
    return {"warehouse": str(warehouse), "policy": str(policy)}


def quoted(theatre: Scene) -> None:
    """Let an independent one quote what dealers pay; the borrower cannot."""
    theatre.refused("E_ROLE", DEALER_1, "quote_price", sku=SKU, price=_DEALER_PRICE)
    theatre.act(APPRAISER, "quote_price", sku=SKU, price=_DEALER_PRICE)


def stated(theatre: Scene, serials: Sequence[str]) -> list[Sequence[str]]:
    """Let the maker state cases; return their serials in portions of one call."""
    parts_of_all = (serials[:_AT_ONCE], serials[_AT_ONCE : 2 * _AT_ONCE], serials[2 * _AT_ONCE :])
    portions = [one for one in parts_of_all if one]
    for portion in portions:
        theatre.act(
            WINEMAKER,
            "state_supply",
            dealer=DEALERS[0],
            sku=SKU,
            delivery_note=f"D-{portion[0]}",
            serials=list(portion),
        )
    return portions


def stored(
    theatre: Scene, warehouse: Mapping[str, str], portions: Sequence[Sequence[str]]
) -> dict[str, Any]:
    """Let the keeper take cases in and issue a receipt; return it with the serials."""
    draft = drafted(theatre, warehouse)
    for portion in portions:
        theatre.act(STOREMAN, "take_in", receipt=draft, serials=list(portion))
    theatre.act(STOREMAN, "issue_receipt", receipt=draft)
    return {"id": draft, "serials": [one for portion in portions for one in portion]}


def store(theatre: Theatre, warehouse: Mapping[str, str]) -> dict[str, Any]:
    """Bring the cases from the maker's word to a receipt; return its number and its serials."""
    portions = stated(theatre, _SUPPLY[:CASES])
    receipt = stored(theatre, warehouse, portions)
    theatre.say(
        Label(
            zh=f"酒厂逐箱声明供货 {CASES} 箱；保管人验收并签发电子仓单 {receipt['id']}",
            en=f"The winery stated {CASES} cases by serial; the keeper issued the receipt "
            f"{receipt['id']}",
        )
    )
    second = drafted(theatre, warehouse)
    theatre.refused("E_STATE", STOREMAN, "take_in", receipt=second, serials=["LZ-999999"])
    theatre.refused("E_LOCKED", STOREMAN, "take_in", receipt=second, serials=[_SUPPLY[0]])
    theatre.say(
        Label(
            zh="酒厂未声明的箱码：被拒绝（E_STATE）；同一箱货第二张仓单：被拒绝（E_LOCKED）",
            en="A case that the winery never stated was refused (E_STATE), and a second receipt "
            "for the same case too (E_LOCKED)",
        )
    )
    return receipt


def drafted(theatre: Scene, warehouse: Mapping[str, str]) -> str:
    """Let the keeper draft a receipt for the dealer's cases; return its number."""
    drafted = theatre.act(
        STOREMAN,
        "draft_receipt",
        zone="A",
        depositor=DEALERS[0],
        sku=SKU,
        quality="一级",
        packing="6 x 500 ml",
        marks="无",
        stored_until=theatre.now + YEAR_MS,
        **warehouse,
    )
    return str(drafted["id"])


def take_stock(theatre: Theatre, receipt: Mapping[str, Any]) -> str:
    """Count and inspect; the scanner signs. Return the number of the inspection."""
    left = len(receipt["left"])
    _count(theatre, receipt["id"], left, "E_SIG")
    _count(theatre, receipt["id"], left - 1)
    alert = theatre.ask("show_receipt", receipt=receipt["id"])["receipt"]["alert"]
    _count(theatre, receipt["id"], left)
    cleared = theatre.ask("show_receipt", receipt=receipt["id"])["receipt"]["alert"]
    theatre.check(
        holds=(alert, cleared) == ("count", None),
        claim=Label(zh="账实不符即警示", en="a count that differs is alerted"),
    )
    drawn = theatre.act(AUDITOR_1, "draw_inspection", receipt=receipt["id"])
    at = theatre.now
    digest = inspection_digest(drawn["id"], drawn["serials"], at)
    theatre.act(
        STOREMAN,
        "report_inspection",
        inspection=drawn["id"],
        found=drawn["serials"],
        scanned_at=at,
        signature=theatre.key("scanner").sign(digest),
    )
    theatre.say(
        Label(
            zh="盘点：非设备签名被拒绝（E_SIG）；少一箱即警示，复盘相符后解除；"
            f"随机抽查 {len(drawn['serials'])} 箱全部在库",
            en="Stock-take: a count not signed by the scanner was refused (E_SIG); one case short "
            f"raised an alert, a recount ended it; all {len(drawn['serials'])} drawn cases shown",
        )
    )
    return str(drawn["id"])


def _count(theatre: Theatre, receipt: str, counted: int, refused_with: str = "") -> None:
    """Report a count; one to be refused is signed by something that is not the scanner."""
    at = theatre.now
    signer = theatre.key("something-else" if refused_with else "scanner")
    said = {
        "receipt": receipt,
        "counted": counted,
        "scanned_at": at,
        "signature": signer.sign(count_digest(receipt, counted, at)),
    }
    if refused_with:
        theatre.refused(refused_with, STOREMAN, "count_stock", **said)
    else:
        theatre.act(STOREMAN, "count_stock", **said)


def transfer(theatre: Theatre, warehouse: Mapping[str, str]) -> None:
    """Sell another receipt by endorsement; a court's freeze stops it meanwhile."""
    receipt = stored(theatre, warehouse, stated(theatre, _SUPPLY[CASES:]))["id"]
    theatre.act(JUDGE, "freeze_receipt", receipt=receipt)
    endorsement = {"receipt": receipt, "to": DEALERS[1]}
    theatre.refused("E_FROZEN", DEALER_1, "endorse_receipt", **endorsement)
    theatre.act(JUDGE, "unfreeze_receipt", receipt=receipt)
    theatre.act(DEALER_1, "endorse_receipt", **endorsement)
    theatre.act(STOREMAN, "seal_endorsement", receipt=receipt)
    theatre.refused("E_ROLE", DEALER_1, "surrender_receipt", receipt=receipt)
    theatre.act(DEALER_2, "surrender_receipt", receipt=receipt)
    theatre.say(
        Label(
            zh=f"仓单 {receipt} 背书转让：法院冻结期间被拒绝（E_FROZEN），解冻后由保管人签章转给另一经销商；"
            "原持有人提货被拒绝（E_ROLE）",
            en=f"Receipt {receipt} was endorsed to another dealer and sealed: not while a court "
            "had frozen it (E_FROZEN); its former holder can no longer fetch the goods (E_ROLE)",
        )
    )
