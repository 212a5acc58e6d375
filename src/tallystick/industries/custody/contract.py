# SPDX-License-Identifier: Apache-2.0
"""The custody contract: all its chapters in one, and the clock that anyone may turn."""

from __future__ import annotations

from tallystick.contracts import Contract, Label
from tallystick.contracts.parts import Ticking
from tallystick.industries.custody.archiving import Archiving
from tallystick.industries.custody.challenging import CHALLENGE_EVENTS
from tallystick.industries.custody.events import (
    AuditEnded,
    DrillEnded,
    PeriodEnded,
    RetentionEnding,
)
from tallystick.industries.custody.queries import Queries
from tallystick.industries.custody.snapshots import Snapshots
from tallystick.industries.custody.supervision import Supervision
from tallystick.industries.custody.words import WORDS
from tallystick.industries.custody.workflows import EXCLUSIVE_ROLES


class Custody(
    Ticking,
    Archiving,
    Snapshots,
    Queries,
    Supervision,
    Contract,
    name="custody",
    version=1,
    label=Label(zh="金融文件托管", en="Custody of financial documents"),
    exclusive_roles=EXCLUSIVE_ROLES,
):
    """en: Keeps sealed files on several operators' nodes, asks for proofs, repairs, and pays.

    zh: 将加密文件存于多家运营方，定期挑战核验、自动修复、按通过次数付费。
    """

    words = WORDS
    follows = (*CHALLENGE_EVENTS, PeriodEnded, RetentionEnding, AuditEnded, DrillEnded)
