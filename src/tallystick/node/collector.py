# SPDX-License-Identifier: Apache-2.0
"""The collector of cycles, set for a process that runs a node and nothing else.

Transactions, entries and rows come by the thousand, live for a block or two and hold no cycles:
looking for some took 6 % of the node's CPU under load, most of it in what never goes (code,
schemas, the register). A process that has other work of its own keeps its own settings.
"""

from __future__ import annotations

import gc
from typing import Final

YOUNG_MAX: Final = 100_000
"""So many new containers before the youngest are looked at; cycles still go, only later."""


def settle_collector() -> None:
    """Let the collector pass over what is there now, and look at the rest less often.

    Call it once, when everything that stays has been loaded.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_MAX, 10, 10)
