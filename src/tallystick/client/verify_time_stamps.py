# SPDX-License-Identifier: Apache-2.0
"""Offline verification of RFC 3161 time-stamps: a token, its content, pinned authorities.

Says two things apart: that the token held when it was made, and whether the certificates behind it
are valid still. Once they are not, a later time-stamp must vouch for this one.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from tallystick.client.verification import Check, Verification, Wording
from tallystick.client.verify_answers import failed, not_reached, passed, skipped
from tallystick.client.wording import format_time, shown
from tallystick.errors import TallystickError
from tallystick.interchange.timestamps import (
    CheckedToken,
    Roots,
    Token,
    check_imprint,
    check_token,
    check_valid_at,
    read_token,
)

_NAMES: Final = ("time_stamp", "imprint", "authority", "still_valid")
_NO_CONTENT: Final = Wording("no original was given", "未提供原件")
_NO_ROOTS: Final = Wording(
    "no authority is pinned: give --authorities, or put its certificate where docs/operator/"
    "timestamps.md says",
    "未指定受信机构：请使用 --authorities，或按 docs/zh-CN/timestamps.md 放置其证书",
)


def time_stamp_verification(
    data: bytes, content: Mapping[str, bytes] | None, roots: Roots, now_ms: int
) -> Verification:
    """Return the checklist of a time-stamp, in the order of its parts; never raises for it.

    Args:
        data: a reply (`.tsr`) or a bare token (`.tst`).
        content: digests of the content, as `content_digests` gives them; None if it is not here.
        roots: pinned certificates; with none the authority is not checked.
        now_ms: the time at which the certificates should still be valid.
    """
    try:
        token = read_token(data)
    except TallystickError as error:
        return _stopped([], "time_stamp", error)
    moment = format_time(token.time_ms)
    digest = f"{token.algorithm} {token.digest.hex()}"
    done = [
        passed(
            "time_stamp",
            f"{moment}, serial {token.serial:x}, {digest}",
            f"{moment}（UTC），序列号 {token.serial:x}，{digest}",
        )
    ]
    try:
        done.append(_imprint(token, content))
    except TallystickError as error:
        return _stopped(done, "imprint", error)
    if not roots:
        rest = [skipped("authority", *_NO_ROOTS), skipped("still_valid", *_NO_ROOTS)]
        return Verification((*done, *rest))
    try:
        checked = check_token(token, roots, content or {token.algorithm: token.digest})
    except TallystickError as error:
        return _stopped(done, "authority", error)
    signer, anchor = shown(checked.authority), shown(checked.anchor)
    done.append(
        passed("authority", f"{signer}, certified by {anchor}", f"{signer}，由 {anchor} 认证")
    )
    return Verification((*done, _still_valid(checked, now_ms)))


def _imprint(token: Token, content: Mapping[str, bytes] | None) -> Check:
    if content is None:
        return skipped("imprint", *_NO_CONTENT)
    check_imprint(token, content)
    return passed("imprint", f"the same {token.algorithm}", f"{token.algorithm} 一致")


def _still_valid(checked: CheckedToken, now_ms: int) -> Check:
    ends = datetime.fromtimestamp(checked.valid_until_ms / 1000, UTC).date().isoformat()
    try:
        check_valid_at(checked, now_ms)
    except TallystickError:
        return skipped(
            "still_valid",
            f"it held when it was made; a certificate ended {ends}, so a later time-stamp must "
            "vouch for it",
            f"签发时有效；证书已于 {ends} 到期，须由其后的时间戳佐证",
        )
    return passed("still_valid", f"until {ends}", f"至 {ends}")


def _stopped(done: list[Check], name: str, error: TallystickError) -> Verification:
    rest = _NAMES[_NAMES.index(name) + 1 :]
    return Verification((*done, failed(name, error), *map(not_reached, rest)))
