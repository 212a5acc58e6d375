# SPDX-License-Identifier: Apache-2.0
"""Where transactions stand: in the newest blocks, or in the views, which are asked once for each.

A transaction that is in a block stays there, so what the views said holds for good. The page of a
transaction asks for its place three times over.
"""

from __future__ import annotations

from typing import Final

from tallystick.consensus import Committed
from tallystick.node.recent import RecentBlocks
from tallystick.views import Views

_KEPT_MAX: Final = 4_096


class TransactionPlaces:
    """Finds transactions by id; may be asked from any thread."""

    def __init__(self, recent: RecentBlocks, views: Views) -> None:
        """Look in the newest blocks first: they may not be in the views yet."""
        self._recent = recent
        self._views = views
        self._kept: dict[bytes, Committed] = {}

    def __call__(self, transaction_id: bytes) -> Committed | None:
        """Return where the transaction with this id is, or None if it is not on the ledger."""
        place = self._recent.find(transaction_id) or self._kept.get(transaction_id)
        return place or self._in_views(transaction_id)

    def _in_views(self, transaction_id: bytes) -> Committed | None:
        found = self._views.find_transaction(transaction_id)
        if found is None:
            return None
        place = Committed(transaction_id, found.height, found.index, found.leaf_index, found.code)
        if len(self._kept) >= _KEPT_MAX:
            self._kept.clear()
        self._kept[transaction_id] = place
        return place
