# SPDX-License-Identifier: Apache-2.0
"""How values stand on a page: times, hashes, numbers, sizes; pure functions."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Final

from tallystick.interchange.languages import Language

BEIJING: Final = timezone(timedelta(hours=8))
"""Times on pages stand in the time of the network's users; UTC is beside them."""
LAST_MS: Final = 253_402_300_799_000
"""The end of the year 9999; what is valid for longer is valid for ever."""
MINOR_UNITS: Final = 2
NO_END: Final = "∞"
_GROUP: Final = 8
_SECONDS: Final = ((86_400, "%d 天前", "%d d ago"), (3_600, "%d 小时前", "%d h ago"))
_SIZES: Final = ("B", "KiB", "MiB", "GiB", "TiB")
_STEP: Final = 1024
_HAN: Final = re.compile("[\u4e00-\u9fff]")
_PHRASE: Final = re.compile("[A-Za-z]{2,},? [A-Za-z]{2,}")


def moment(time_ms: int | None) -> str:
    """Return a time as `2026-11-22 08:30:04 +08:00`; none is a dash, no end is infinity."""
    if time_ms is None:
        return "—"
    if time_ms > LAST_MS:
        return NO_END
    local = datetime.fromtimestamp(time_ms / 1000, BEIJING)
    return local.strftime("%Y-%m-%d %H:%M:%S +08:00")


def moment_utc(time_ms: int) -> str:
    """Return a time in UTC, for the tip beside it and for `datetime` attributes."""
    return datetime.fromtimestamp(min(time_ms, LAST_MS) / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def age(time_ms: int, now_ms: int, language: Language) -> str:
    """Return how long ago something was, in the reader's words."""
    seconds = max(0, (now_ms - time_ms) // 1000)
    chinese = language == "zh"
    for size, zh, en in _SECONDS:
        if seconds >= size:
            return (zh if chinese else en) % (seconds // size)
    if seconds >= 60:
        return ("%d 分钟前" if chinese else "%d min ago") % (seconds // 60)
    return ("%d 秒前" if chinese else "%d s ago") % seconds


def foreign(text: str, language: Language) -> str:
    """Return the language of a text that has no translation into the reader's, or nothing.

    What somebody wrote on the ledger is shown as it is; names and numbers are of no language.
    """
    if _HAN.search(text):
        return "" if language == "zh" else "zh-CN"
    return "en" if language == "zh" and _PHRASE.search(text) else ""


def left(time_ms: int, now_ms: int, language: Language) -> str:
    """Return how long it is until a time to come, in the reader's words."""
    seconds = max(0, (time_ms - now_ms) // 1000)
    chinese = language == "zh"
    for size, zh, en in ((86_400, "还有 %d 天", "%d d left"), (3_600, "还有 %d 小时", "%d h left")):
        if seconds >= size:
            return (zh if chinese else en) % (seconds // size)
    return ("还有 %d 分钟" if chinese else "%d min left") % (seconds // 60)


def short(text: str | None) -> str:
    """Return a hash as its first eight and last four characters; the page offers the whole."""
    if not text:
        return "—"
    return text if len(text) <= 16 else f"{text[:8]}…{text[-4:]}"


def grouped(text: str) -> str:
    """Return a hash in groups of eight, as on paper."""
    return " ".join(text[place : place + _GROUP] for place in range(0, len(text), _GROUP))


def number(value: float | None) -> str:
    """Return a number with its thousands set apart."""
    return "—" if value is None else f"{value:,}"


def tile_number(value: int, language: Language) -> str:
    """Return a large number as a tile shows it: 1.2 万 in Chinese, 12.0 k in English."""
    steps = ((10**8, "亿"), (10**4, "万")) if language == "zh" else ((10**9, "bn"), (10**6, "M"))
    for step, name in steps:
        if abs(value) >= step:
            return f"{value / step:,.1f} {name}"
    return f"{value:,}"


def size(count: int) -> str:
    """Return a size in bytes with a binary unit."""
    amount = float(count)
    for unit in _SIZES:
        if amount < _STEP or unit == _SIZES[-1]:
            return f"{count} B" if unit == "B" else f"{amount:,.1f} {unit}"
        amount /= _STEP
    return f"{count} B"


def money(minor: int) -> str:
    """Return an amount of the smallest unit with two decimal places."""
    return f"{Decimal(minor).scaleb(-MINOR_UNITS):,.{MINOR_UNITS}f}"
