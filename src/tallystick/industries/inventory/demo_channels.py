# SPDX-License-Identifier: Apache-2.0
"""The story of `tally demo inventory --channels`: two banks that see nothing of each other.

Each has a channel, with the same contract; the keeper reserves the cases on the network that all
share. There too the winery speaks, which is on no channel and sees no loan. All persons and
numbers are invented.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from tallystick.contracts import ChannelScene, Label, Player, digest_of
from tallystick.contracts.parts import fingerprints_of
from tallystick.industries.inventory.demo_cast import (
    APPROVER_1,
    ASSESSOR,
    BANK,
    CONTRACT,
    DEALER_1,
    DEALERS,
    KEEPERS,
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
    LIST_PRICE,
    PRODUCT,
    SKU,
    YEAR_MS,
    drafted,
    open_house,
    quoted,
    stated,
    stored,
)
from tallystick.industries.inventory.tables import CASE_KIND

__all__ = ["CHANNELS", "CONTRACT", "PAYER", "TELLER", "casts", "tell"]

CHANNELS: Final = (CASE_KIND,)
"""Kinds of assets that the shared network reserves."""

SHARED, FIRST, SECOND = "shared", "channel-a", "channel-b"
_RESERVER: Final = "keeper-he"
_CASES: Final = tuple(f"LZ-{number:06d}" for number in range(1, 101))
_PLEDGED, _LEFT = _CASES[:80], _CASES[80:]
_FIRST_PRICE: Final = 650_000
"""What the winery asked before; on this a dealer could borrow more."""
_LOAN: Final = 23_040_000
"""230,400.00: 60 % of 80 cases at 4,800."""
_DIGEST: Final = digest_of("checks, and the payee")


def casts() -> dict[str, Sequence[Player]]:
    """Return who plays on each network: the shared one first, where no bank and no dealer acts."""
    name = next(one.organization for one in parts() if one.code == KEEPERS[0])
    reserver = Player(KEEPERS[0], name, _RESERVER, Label(zh="何留", en="He Liu"), "assets.reserver")
    apart = {one.member: one for one in parts() if one.member in {STOREMAN, WINEMAKER}}
    here = [one for one in parts() if one.member != WINEMAKER]
    return {
        SHARED: (apart[STOREMAN], apart[WINEMAKER], reserver),
        FIRST: (*(one for one in here if one.code != OTHER_BANK), reserver),
        SECOND: (*(one for one in here if one.code != BANK), reserver),
    }


def tell(scenes: Mapping[str, ChannelScene]) -> dict[str, Any]:
    """Tell the story; return what it came to."""
    shared, first, second = scenes[SHARED], scenes[FIRST], scenes[SECOND]
    house, other_house = open_house(first), open_house(second)
    _bring_the_winerys_word(shared, (first, second))
    reservation = _reserve(shared, first, _CASES, house)
    receipt = stored(first, house, [_PLEDGED])["id"]
    loan, pledge = _pledge(first, receipt)
    _refuse_elsewhere(shared, second, other_house)
    _give_back(shared, first, reservation)
    _show_the_winery(shared)
    _reserve(shared, second, _LEFT, other_house)
    other = stored(second, other_house, [_LEFT])["id"]
    second.say(
        Label(
            zh=f"第二家银行的通道：归还的 {len(_LEFT)} 箱经重新预留后收货，签发仓单 {other}",
            en=f"On the second bank's channel the {len(_LEFT)} cases that were given back are "
            f"reserved anew, taken in, and receipt {other} is issued",
        )
    )
    _warn_of_a_counterfeit(shared, second, other)
    return {
        "warehouse_receipt": receipt,
        "loan": loan,
        "pledge": pledge,
        "cases": len(_PLEDGED),
        "released": len(_LEFT),
    }


def _bring_the_winerys_word(shared: ChannelScene, channels: Sequence[ChannelScene]) -> None:
    """Let the winery speak on the shared network, and others bring its word to the channels."""
    shared.act(WINEMAKER, "register_sku", **PRODUCT)
    product = shared.proof()
    shared.act(WINEMAKER, "publish_list_price", sku=SKU, price=_FIRST_PRICE)
    older = shared.proof()
    shared.act(WINEMAKER, "publish_list_price", sku=SKU, price=LIST_PRICE)
    price = shared.proof()
    stated(shared, _CASES)
    supply = shared.proof()
    for one in channels:
        one.act(STOREMAN, "adopt_product", proof=product)
        one.act(STOREMAN, "adopt_list_price", proof=price)
        one.refused("E_LATE", DEALER_1, "adopt_list_price", proof=older)
        one.act(DEALER_1, "adopt_supply", proof=supply)
        one.refused("E_REPLAY", DEALER_1, "adopt_supply", proof=supply)
        quoted(one)
    shared.say(
        Label(
            zh=f"酒厂不在任何通道：它在共有网络登记品种、发布出厂价、逐箱声明供货 {len(_CASES)} 箱；"
            "经销商与保管人凭回执将其引入两个通道，较早的价格被拒绝（E_LATE），同一回执不得再用（E_REPLAY）",
            en="The winery is on no channel: on the shared network it registers a product, "
            f"publishes its price and states {len(_CASES)} cases; dealer and keeper bring that to "
            "both channels by receipts, an older price is refused (E_LATE), and none counts twice "
            "(E_REPLAY)",
        )
    )


def _show_the_winery(shared: ChannelScene) -> None:
    """Count what a winery can see: how many of its cases are taken."""
    answers = [shared.ask("check_case", serial=serial) for serial in _CASES]
    taken = [one for one in answers if not one["is_free"]]
    shared.check(
        holds=len(taken) == len(_PLEDGED) and all(one["is_genuine"] for one in answers),
        claim=Label(zh="酒厂可见数量", en="the winery sees volumes"),
    )
    shared.say(
        Label(
            zh=f"酒厂在共有网络可见：声明的 {len(_CASES)} 箱中 {len(taken)} 箱已占用；"
            "由谁、以何种条款，该网络上无人知悉",
            en=f"What the winery sees on the shared network: of its {len(_CASES)} cases "
            f"{len(taken)} are taken; by whom, and on what terms, nobody there knows",
        )
    )


def _warn_of_a_counterfeit(shared: ChannelScene, channel: ChannelScene, receipt: str) -> None:
    """Let the winery mark a stored case, and the second bank bring the mark to its channel."""
    shared.act(WINEMAKER, "mark_counterfeit", serials=[_LEFT[-1]])
    channel.act(OTHER_TELLER, "adopt_counterfeit", proof=shared.proof())
    shown = channel.ask("show_receipt", receipt=receipt)["receipt"]
    channel.check(
        holds=(shown["alert"], shown["excluded"]) == ("counterfeit", 1),
        claim=Label(zh="假冒标记即警示", en="a mark as counterfeit is alerted"),
    )
    channel.say(
        Label(
            zh=f"酒厂在共有网络将一箱标记为假冒；银行凭回执引入，仓单 {receipt} 即有警示，该箱不再计价",
            en="The winery marks a case as counterfeit on the shared network; the bank brings "
            f"that, and receipt {receipt} has an alert: the case counts for nothing",
        )
    )


def _reserve(
    shared: ChannelScene, channel: ChannelScene, serials: Sequence[str], house: Mapping[str, str]
) -> str:
    """Reserve cases on the shared network, and show it on the channel; return the number."""
    salt = digest_of("salt", channel.secret, *serials)
    claim = channel.ask("assets.claim", channel=channel.network, salt=salt)
    fingerprints = fingerprints_of(CASE_KIND, serials)
    draft = drafted(channel, house)
    channel.refused("E_MISSING", STOREMAN, "take_in", receipt=draft, serials=[*serials])
    done = shared.act(_RESERVER, "assets.reserve", fingerprints=fingerprints, claim=claim)
    channel.act(_RESERVER, "assets.recognise", proof=shared.proof(), salt=salt)
    channel.say(
        Label(
            zh=f"保管人在共有网络预留 {len(serials)} 箱（{done['reservation']}），"
            "其中只有指纹与加盐摘要；通道凭回执承认，此前收货被拒绝（E_MISSING）",
            en=f"The keeper reserved {len(serials)} cases on the shared network "
            f"({done['reservation']}), by fingerprints and a salted digest; the channel recognised "
            "its receipt, and takes no case in before (E_MISSING)",
        )
    )
    return str(done["reservation"])


def _pledge(channel: ChannelScene, receipt: str) -> tuple[str, str]:
    """Bring a loan to an accepted pledge on the first bank's channel."""
    later = channel.now + YEAR_MS // 2
    grant = channel.act(DEALER_1, "grant_history", bank=BANK, valid_until=later)["id"]
    line = {"limit": 500_000_000, "valid_until": later, "grant": grant, "checks": _DIGEST}
    channel.act(RISK_1, "set_line", dealer=DEALERS[0], **line)
    applied = channel.act(DEALER_1, "apply_for_loan", bank=BANK, amount=_LOAN, payee=_DIGEST)
    loan = str(applied["id"])
    channel.act(ASSESSOR, "assess_loan", loan=loan)
    channel.act(APPROVER_1, "approve_loan", loan=loan, amount=_LOAN, rate_bp=435, due=later)
    pledge = str(channel.act(DEALER_1, "offer_pledge", loan=loan, receipt=receipt)["id"])
    channel.act(STOREMAN, "mark_pledge", pledge=pledge)
    channel.act(REGISTRAR, "register_pledge", pledge=pledge, number="ZD-2026-000732")
    channel.act(ASSESSOR, "accept_pledge", pledge=pledge)
    channel.say(
        Label(
            zh=f"第一家银行的通道：{len(_PLEDGED)} 箱质押（{pledge}），贷款 {loan} 的条款仅在此通道",
            en=f"On the first bank's channel {len(_PLEDGED)} cases are pledged ({pledge}); the "
            f"terms of loan {loan} are on this channel alone",
        )
    )
    return loan, pledge


def _refuse_elsewhere(shared: ChannelScene, second: ChannelScene, house: Mapping[str, str]) -> None:
    """Try the same stock at the second bank: the shared register says taken, and no more."""
    some = fingerprints_of(CASE_KIND, _PLEDGED[:1])
    claim = second.ask(
        "assets.claim", channel=second.network, salt=digest_of("salt", second.secret)
    )
    shared.refused("E_LOCKED", _RESERVER, "assets.reserve", fingerprints=some, claim=claim)
    draft = drafted(second, house)
    second.refused("E_MISSING", STOREMAN, "take_in", receipt=draft, serials=[_PLEDGED[0]])
    answer = shared.ask("assets.ask", fingerprint=some[0])
    shared.check(
        holds=answer == {"fingerprint": some[0], "availability": "taken"},
        claim=Label(zh="登记仅答“已占用”", en="the register answers taken, and no more"),
    )
    second.say(
        Label(
            zh="同一箱货向第二家银行出质：共有网络拒绝预留（E_LOCKED），仅告知“已占用”；其通道拒绝收货（E_MISSING）",
            en="The same case at the second bank: the shared network refuses it (E_LOCKED) and "
            "tells no more than taken; that channel does not take it in (E_MISSING)",
        )
    )


def _give_back(shared: ChannelScene, first: ChannelScene, reservation: str) -> None:
    """Give back what is free on the first channel; what is pledged there stays taken."""
    free, held = (fingerprints_of(CASE_KIND, one) for one in (_LEFT, _PLEDGED[:1]))
    number = {"reservation": reservation}
    first.refused("E_LOCKED", _RESERVER, "assets.give_back", fingerprints=held, **number)
    first.act(_RESERVER, "assets.give_back", fingerprints=free, **number)
    shared.act(_RESERVER, "assets.free", proof=first.proof())
    shared.refused("E_REPLAY", _RESERVER, "assets.free", proof=first.proof())
    shared.say(
        Label(
            zh=f"通道交还未质押的 {len(free)} 箱，共有网络凭其回执释放；已质押者不得交还（E_LOCKED），"
            "同一回执不得再用（E_REPLAY）",
            en=f"The channel gives {len(free)} cases back that are not pledged, and by its receipt "
            "the shared network frees them; pledged ones cannot be given back (E_LOCKED), and no "
            "receipt counts twice (E_REPLAY)",
        )
    )
