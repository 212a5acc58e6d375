# SPDX-License-Identifier: Apache-2.0
"""The story of `tally demo inventory --channels`: two banks that see nothing of each other.

Each has a channel, with the same contract; the keeper reserves the cases on the network that all
share. All persons and numbers are invented.
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
    PAYER,
    REGISTRAR,
    RISK_1,
    STOREMAN,
    TELLER,
    parts,
)
from tallystick.industries.inventory.demo_goods import (
    YEAR_MS,
    drafted,
    prepare,
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
_LOAN: Final = 23_040_000
"""230,400.00: 60 % of 80 cases at 4,800."""
_DIGEST: Final = digest_of("checks, and the payee")


def casts() -> dict[str, Sequence[Player]]:
    """Return who plays on each network: the shared one first, without a bank that acts there."""
    name = next(one.organization for one in parts() if one.code == KEEPERS[0])
    reserver = Player(KEEPERS[0], name, _RESERVER, Label(zh="何留", en="He Liu"), "assets.reserver")
    keeper = [one for one in parts() if one.member == STOREMAN]
    return {
        SHARED: (*keeper, reserver),
        FIRST: (*(one for one in parts() if one.code != OTHER_BANK), reserver),
        SECOND: (*(one for one in parts() if one.code != BANK), reserver),
    }


def tell(scenes: Mapping[str, ChannelScene]) -> dict[str, Any]:
    """Tell the story; return what it came to."""
    shared, first, second = scenes[SHARED], scenes[FIRST], scenes[SECOND]
    house, other_house = prepare(first), prepare(second)
    for channel in (first, second):
        stated(channel, _CASES)
    reservation = _reserve(shared, first, _CASES, house)
    receipt = stored(first, house, [_PLEDGED])["id"]
    loan, pledge = _pledge(first, receipt)
    _refuse_elsewhere(shared, second, other_house)
    _give_back(shared, first, reservation)
    _reserve(shared, second, _LEFT, other_house)
    other = stored(second, other_house, [_LEFT])["id"]
    second.say(
        Label(
            zh=f"第二家银行的通道：归还的 {len(_LEFT)} 箱经重新预留后收货，签发仓单 {other}",
            en=f"On the second bank's channel the {len(_LEFT)} cases that were given back are "
            f"reserved anew, taken in, and receipt {other} is issued",
        )
    )
    return {
        "warehouse_receipt": receipt,
        "loan": loan,
        "pledge": pledge,
        "cases": len(_PLEDGED),
        "released": len(_LEFT),
    }


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
