# SPDX-License-Identifier: Apache-2.0
"""The justice contract: all its topics in one, and the clock that anyone may turn."""

from __future__ import annotations

from tallystick.contracts import Contract, Label
from tallystick.contracts.parts import Ticking
from tallystick.industries.justice.events import MediationOpened
from tallystick.industries.justice.judging import Judging
from tallystick.industries.justice.performing import FOLLOWS
from tallystick.industries.justice.setting import Setting
from tallystick.industries.justice.supervision import Supervision
from tallystick.industries.justice.to_sign import ToSign
from tallystick.industries.justice.words import WORDS
from tallystick.industries.justice.workflows import EXCLUSIVE_ROLES


class Justice(
    Ticking,
    Setting,
    Judging,
    ToSign,
    Supervision,
    Contract,
    name="justice",
    version=1,
    label=Label(zh="司法链与智能合约", en="Judicial chain and self-executing contracts"),
    exclusive_roles=EXCLUSIVE_ROLES,
):
    """en: Agreements that run by themselves: from signatures over a breach to an enforcement.

    zh: 自动运行的合同：自签署、履行、违约、调解至立案、裁判与执行。
    """

    words = WORDS
    follows = (*FOLLOWS, MediationOpened)
