# SPDX-License-Identifier: Apache-2.0
"""The SQL tables of statistics and alerts; docs/spec/views.md lists them.

Every key is the JSON text of what it is made of, so that any mixture of values has its own.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, Index, MetaData, Table

from tallystick.views.sql_types import INT, TEXT

FIGURES: Final = MetaData()

CELLS: Final = Table(
    "statistic_cells",
    FIGURES,
    Column("key", TEXT, primary_key=True),
    Column("statistic", TEXT, nullable=False),
    Column("period", TEXT, nullable=False),
    Column("cell", TEXT),
    Column("value", TEXT),
    Column("events", INT, nullable=False),
    Column("subjects", INT, nullable=False),
    Column("first_leaf", INT, nullable=False),
    Column("last_leaf", INT, nullable=False),
    sqlite_with_rowid=False,
)
"""`statistic` is `contract.name`; `period` a day, a month, or empty for all time; `cell` the JSON
list of the values of `by`, null for the total; `value` decimal, as sums may outgrow 64 bits."""
Index("ix_statistic_cells", CELLS.c.statistic, CELLS.c.period)

SAMPLES: Final = Table(
    "statistic_samples",
    FIGURES,
    Column("key", TEXT, primary_key=True),
    Column("cell_key", TEXT, nullable=False, index=True),
    Column("value", INT, nullable=False),
    Column("occurrences", INT, nullable=False),
    sqlite_with_rowid=False,
)
"""How often each duration occurred in a cell."""

FACTS: Final = Table(
    "figure_facts",
    FIGURES,
    Column("key", TEXT, primary_key=True),
    Column("fact", TEXT, nullable=False),
    sqlite_with_rowid=False,
)
"""What must be remembered to go on counting; JSON."""

WATCHES: Final = Table(
    "warning_watches",
    FIGURES,
    Column("key", TEXT, primary_key=True),
    Column("due", INT, nullable=False),
    Column("fact", TEXT, nullable=False),
    sqlite_with_rowid=False,
)
"""What a clock's rule waits for, and the block time from which it waits no longer."""

ALERTS: Final = Table(
    "alerts",
    FIGURES,
    Column("number", INT, primary_key=True, autoincrement=False),
    Column("contract", TEXT, nullable=False),
    Column("rule", TEXT, nullable=False),
    Column("version", INT, nullable=False),
    Column("level", TEXT, nullable=False),
    Column("about", TEXT, nullable=False),
    Column("state", TEXT, nullable=False),
    Column("height", INT, nullable=False),
    Column("time", INT, nullable=False),
    Column("closed_height", INT),
    Column("closed_time", INT),
    Column("times", INT, nullable=False),
    Column("first_leaf", INT, nullable=False),
    Column("last_leaf", INT, nullable=False),
    Column("inputs", TEXT, nullable=False),
    Column("zh", TEXT, nullable=False),
    Column("en", TEXT, nullable=False),
)
"""`about` is the JSON map of the fields by which alerts are told apart, `inputs` the JSON list of
the log indexes of the transactions that the alert rests on."""
Index("ix_alerts_contract", ALERTS.c.contract, ALERTS.c.number)
