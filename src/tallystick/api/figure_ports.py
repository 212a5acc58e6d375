# SPDX-License-Identifier: Apache-2.0
"""Shapes of statistics and alerts as the views hand them out; see `view_ports`."""

# ruff: noqa: D102  # fields are described by the views

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from msgspec import Struct

from tallystick.api.view_ports import TimeRange
from tallystick.api.view_rows import Said
from tallystick.contracts import StatisticSchema


class AlertFilter(Struct, frozen=True, kw_only=True):
    """Which alerts; every field that is given must hold."""

    rule: str | None = None
    level: str | None = None
    state: str | None = None
    during: TimeRange = TimeRange()


class CellRow(Protocol):
    """A cell of a statistic; of a hidden one every figure is None."""

    @property
    def cell(self) -> Mapping[str, str | int | bool | None]: ...
    @property
    def hidden(self) -> str | None: ...
    @property
    def value(self) -> int | None: ...
    @property
    def count(self) -> int | None: ...
    @property
    def subjects(self) -> int | None: ...
    @property
    def percentiles(self) -> Mapping[str, int]: ...
    @property
    def numerator(self) -> int | None: ...
    @property
    def denominator(self) -> int | None: ...


class StatisticTable(Protocol):
    """All cells of a statistic in one period."""

    @property
    def statistic(self) -> StatisticSchema: ...
    @property
    def period(self) -> str: ...
    @property
    def periods(self) -> tuple[str, ...]: ...
    @property
    def total(self) -> CellRow: ...
    @property
    def cells(self) -> tuple[CellRow, ...]: ...
    @property
    def height(self) -> int: ...


class AlertRow(Protocol):
    """An alert that a rule raised."""

    @property
    def number(self) -> int: ...
    @property
    def rule(self) -> str: ...
    @property
    def version(self) -> int: ...
    @property
    def level(self) -> str: ...
    @property
    def about(self) -> Mapping[str, str | int | bool | None]: ...
    @property
    def state(self) -> str: ...
    @property
    def height(self) -> int: ...
    @property
    def time(self) -> int: ...
    @property
    def closed_height(self) -> int | None: ...
    @property
    def closed_time(self) -> int | None: ...
    @property
    def count(self) -> int: ...
    @property
    def first_transaction(self) -> bytes: ...
    @property
    def last_transaction(self) -> bytes: ...
    @property
    def transactions(self) -> tuple[bytes, ...]: ...
    @property
    def sentence(self) -> Said: ...
