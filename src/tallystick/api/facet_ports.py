# SPDX-License-Identifier: Apache-2.0
"""What counts of values and of calls need of the views; see `view_ports`."""

# ruff: noqa: ANN401, D102  # by shape; fields are described by the views

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol


class FacetReader(Protocol):
    """The part of the views that answers for them; may be called from any thread."""

    def count_values(
        self, contract: str, table: str, wanted: Any, columns: Sequence[str]
    ) -> Any: ...
    def method_use(self, contract: str) -> Any: ...
