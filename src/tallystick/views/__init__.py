# SPDX-License-Identifier: Apache-2.0
"""SQL read models: what people list, search and count, projected from committed blocks."""

from tallystick.views.adapter import specs_of
from tallystick.views.alert_reading import AlertFilter
from tallystick.views.counted_events import CellFilter
from tallystick.views.cursors import LIMIT_MAX
from tallystick.views.event_views import NEWEST, OLDEST
from tallystick.views.figure_results import AlertRow, CellRow, StatisticTable, TimedFigure
from tallystick.views.filters import (
    REFUSED,
    Bounds,
    EventFilter,
    RecordFilter,
    TimeRange,
    TransactionFilter,
)
from tallystick.views.network_contracts import activated_contracts, contracts_in_views
from tallystick.views.projector import Projector, group_blocks
from tallystick.views.results import (
    Activity,
    BlockRow,
    Counts,
    EventPlace,
    EventRow,
    MethodCount,
    Page,
    Place,
    RecordRow,
    TransactionRow,
)
from tallystick.views.specs import Column, Field, FigureSpec, TableSpec, ViewSpecs
from tallystick.views.views import Views

__all__ = [
    "LIMIT_MAX",
    "NEWEST",
    "OLDEST",
    "REFUSED",
    "Activity",
    "AlertFilter",
    "AlertRow",
    "BlockRow",
    "Bounds",
    "CellFilter",
    "CellRow",
    "Column",
    "Counts",
    "EventFilter",
    "EventPlace",
    "EventRow",
    "Field",
    "FigureSpec",
    "MethodCount",
    "Page",
    "Place",
    "Projector",
    "RecordFilter",
    "RecordRow",
    "StatisticTable",
    "TableSpec",
    "TimeRange",
    "TimedFigure",
    "TransactionFilter",
    "TransactionRow",
    "ViewSpecs",
    "Views",
    "activated_contracts",
    "contracts_in_views",
    "group_blocks",
    "specs_of",
]
