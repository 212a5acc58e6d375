# SPDX-License-Identifier: Apache-2.0
"""NotFound: there is no such block, transaction, record or file."""

from __future__ import annotations

from tallystick.errors.root import TallystickError


class NotFound(TallystickError):
    """No such block, transaction, record or file."""

    code = "E_NOT_FOUND"
    title_en = "It does not exist"
    title_zh = "不存在"
    hint_en = "Check the identifier; on a busy node the newest entries appear within a second."
    hint_zh = "请核对标识；繁忙节点上最新条目约一秒后可见。"


class Erased(NotFound):
    """It existed, and was destroyed on purpose."""

    code = "E_ERASED"
    title_en = "It was erased"
    title_zh = "已删除"
    hint_en = "Nobody gives it out again; what stands on the ledger about it stays valid."
    hint_zh = "不再提供；账本上的相关记录仍然有效。"


class Withheld(NotFound):
    """It is there, and is not published."""

    code = "E_WITHHELD"
    title_en = "It is not published"
    title_zh = "不公开"
    hint_en = (
        "Too few stand behind it, or it would give another figure away; ask for a coarser one."
    )
    hint_zh = "涉及主体过少，或会推算出其他未公开数字；请查看更粗的分组。"
