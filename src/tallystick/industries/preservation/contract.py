# SPDX-License-Identifier: Apache-2.0
"""The preservation contract: all its topics in one, and the clock that anyone may turn."""

from __future__ import annotations

from tallystick.contracts import Contract, Label
from tallystick.contracts.parts import Ticking
from tallystick.industries.preservation.claims import Claiming
from tallystick.industries.preservation.ending import ENDING_EVENTS
from tallystick.industries.preservation.events import ExpiryNotice, TermMissed
from tallystick.industries.preservation.queries import Queries
from tallystick.industries.preservation.supervision import Supervision
from tallystick.industries.preservation.words import WORDS
from tallystick.industries.preservation.workflows import EXCLUSIVE_ROLES


class Preservation(
    Ticking,
    Claiming,
    Queries,
    Supervision,
    Contract,
    name="preservation",
    version=1,
    label=Label(zh="财产保全担保", en="Property preservation guarantees"),
    exclusive_roles=EXCLUSIVE_ROLES,
):
    """en: Letters of guarantee that a court compares with the insurer's word before it freezes.

    zh: 法院在冻结财产前，将保函与担保人上链内容逐项比对。
    """

    words = WORDS
    follows = (*ENDING_EVENTS, ExpiryNotice, TermMissed)
