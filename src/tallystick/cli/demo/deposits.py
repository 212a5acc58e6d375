# SPDX-License-Identifier: Apache-2.0
"""Ninety days of evidence: what a platform, a bank and a notary put on record, and who may not.

Written through a `Past`; what happens by chance is the same for the same seed.
"""

from __future__ import annotations

from typing import Any, Final

from tallystick.contracts import Life, Past, digest_of
from tallystick.contracts.parts import BatchTree
from tallystick.units import DAY_MS

CONTRACT: Final = "evidence"
_DEPOSITORS: Final = ("wang-fang", "wang-fang", "chen-jing", "zhao-min")
_TITLES: Final = (
    ("采购合同", "pdf", "application/pdf"),
    ("付款回单", "pdf", "application/pdf"),
    ("往来邮件", "eml", "message/rfc822"),
    ("现场照片", "jpg", "image/jpeg"),
    ("网页取证", "html", "text/html"),
    ("公证录音", "mp3", "audio/mpeg"),
)


def history(past: Past) -> Life:
    """Deposit on every day; a batch every week; and now and then what is refused."""
    past.begin(_batches(past))
    past.begin(_mistakes(past))
    while True:
        for _ in range(past.chance.randint(1, 2)):
            who = past.chance.choice(_DEPOSITORS)
            past.act(who, "deposit", **_deposit(past))
        yield past.chance.randint(14, 30)


def _deposit(past: Past) -> dict[str, Any]:
    """Return what somebody puts on record."""
    chance = past.chance
    title, suffix, media_type = chance.choice(_TITLES)
    number = chance.randrange(1, 9_999)
    return {
        "sha256": digest_of("a file", number, past.now),
        "size": chance.randrange(20_000, 4_000_000),
        "title": f"{title} {number:04d}",
        "file_name": f"{number:04d}.{suffix}",
        "media_type": media_type,
        "case_number": f"(2026)示0491民初{chance.randint(1, 20)}号",
    }


def _batches(past: Past) -> Life:
    """Put many files under one root every week."""
    while True:
        yield 7 * 24
        leaves = [
            digest_of("a log file", past.now, at) for at in range(past.chance.randint(40, 90))
        ]
        tree, size = BatchTree(leaves), len(leaves)
        days = {"first_at": past.now - 7 * DAY_MS, "last_at": past.now}
        past.act("wang-fang", "deposit_batch", root=tree.root, count=size, total=size * 900, **days)


def _mistakes(past: Past) -> Life:
    """Let a judge, who may not deposit, try; and somebody deposit the same file twice."""
    while True:
        yield 16 * 24
        past.refused("E_ROLE", "li-na", "deposit", **_deposit(past))
        twice = _deposit(past)
        past.act("chen-jing", "deposit", **twice)
        past.refused("E_DUP", "chen-jing", "deposit", **twice)
