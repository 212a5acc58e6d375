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
