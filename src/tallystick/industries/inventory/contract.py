# SPDX-License-Identifier: Apache-2.0
"""The inventory contract: all its topics in one, and the clock that anyone may turn."""

from __future__ import annotations

from tallystick.contracts import Contract, Label
from tallystick.contracts.parts import Ticking
from tallystick.industries.inventory.adopting import Adopting
from tallystick.industries.inventory.counting import Counting
from tallystick.industries.inventory.disposing import Disposing
from tallystick.industries.inventory.events import AlertChanged, InspectionEnded, PrepaymentChanged
from tallystick.industries.inventory.queries import Queries
from tallystick.industries.inventory.setting import Setting
from tallystick.industries.inventory.supervision import Supervision
from tallystick.industries.inventory.watching import WATCH_EVENTS
from tallystick.industries.inventory.words import WORDS
from tallystick.industries.inventory.workflows import EXCLUSIVE_ROLES


class Inventory(
    Ticking,
    Setting,
    Counting,
    Disposing,
    Adopting,
    Queries,
    Supervision,
    Contract,
    name="inventory",
    version=2,
    label=Label(zh="经销商存货融资", en="Dealer inventory finance"),
    exclusive_roles=EXCLUSIVE_ROLES,
):
    """en: Lends on cases of bottles that their maker vouches for and a warehouse keeps.

    zh: 以酒厂声明、仓库保管的箱装酒出具电子仓单，并据以融资。
    """

    words = WORDS
    follows = (*WATCH_EVENTS, AlertChanged, InspectionEnded, PrepaymentChanged)
