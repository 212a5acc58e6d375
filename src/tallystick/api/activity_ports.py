# SPDX-License-Identifier: Apache-2.0
"""What the figures of activity need of the views; see `view_ports`."""

# ruff: noqa: ANN401, D102  # fields are described by the views

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol


class Activity(Protocol):
    """How much happened between two moments."""

    @property
    def from_ms(self) -> int: ...
    @property
    def to_ms(self) -> int: ...
    @property
    def blocks(self) -> int: ...
    @property
    def transactions(self) -> int: ...
    @property
    def refused(self) -> int: ...


class Stretches(Protocol):
    """How much happened in each, at one block."""

    @property
    def items(self) -> tuple[Activity, ...]: ...
    @property
    def height(self) -> int: ...


class ActivityReader(Protocol):
    """The part of the views that answers for it; may be called from any thread."""

    def activity(self, moments: Sequence[int], *, contract: str | None = None) -> Stretches: ...
    def timed_figure(
        self, contract: str, statistic: str, moments: Sequence[int], cell: Mapping[str, str]
    ) -> Any: ...
