# SPDX-License-Identifier: Apache-2.0
"""SQL read models: what people list, search and count, projected from committed blocks."""

from tallystick.views.adapter import specs_of
from tallystick.views.cursors import LIMIT_MAX
from tallystick.views.filters import REFUSED, Bounds, RecordFilter, TimeRange, TransactionFilter
from tallystick.views.projector import Projector, group_blocks
from tallystick.views.results import (
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
from tallystick.views.specs import Column, Field, TableSpec, ViewSpecs
from tallystick.views.views import NEWEST, OLDEST, Views

__all__ = [
    "LIMIT_MAX",
    "NEWEST",
    "OLDEST",
    "REFUSED",
    "BlockRow",
    "Bounds",
    "Column",
    "Counts",
    "EventPlace",
    "EventRow",
    "Field",
    "MethodCount",
    "Page",
    "Place",
    "Projector",
    "RecordFilter",
    "RecordRow",
    "TableSpec",
    "TimeRange",
    "TransactionFilter",
    "TransactionRow",
    "ViewSpecs",
    "Views",
    "group_blocks",
    "specs_of",
]
