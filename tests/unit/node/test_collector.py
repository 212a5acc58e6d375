# SPDX-License-Identifier: Apache-2.0
"""The collector's settings for a process that runs a node."""

from __future__ import annotations

import gc
import weakref

from tallystick.node import settle_collector
from tallystick.node.collector import YOUNG_MAX


class _Ring:
    """Refers to itself."""

    def __init__(self) -> None:
        self.itself = self


def test_what_is_loaded_is_passed_over_and_new_cycles_still_go() -> None:
    """Nothing is leaked: only what was there when it was called is never looked at again."""
    before = gc.get_threshold()
    try:
        settle_collector()
        assert gc.get_freeze_count() > 0
        assert gc.get_threshold()[0] == YOUNG_MAX
        gone = weakref.ref(_Ring())
        gc.collect()
        assert gone() is None
    finally:
        gc.unfreeze()
        gc.set_threshold(*before)
