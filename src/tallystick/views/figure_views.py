# SPDX-License-Identifier: Apache-2.0
"""The half of `Views` that answers for statistics and alerts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tallystick.contracts import StatisticSchema
from tallystick.views.alert_reading import AlertFilter, alert_listing, alert_rows
from tallystick.views.counting_events import ALL_TIME
from tallystick.views.cursors import check_limit
from tallystick.views.figure_reading import TableReader, parts_of
from tallystick.views.figure_results import AlertRow, StatisticTable, TimedFigure
from tallystick.views.filters import check_moments
from tallystick.views.results import Page
from tallystick.views.snapshot import Reader
from tallystick.views.timed_figures import Stretches, read_timed

_ALERTS_DEFAULT = 50


class FigureViews:
    """Reads what was counted; see `Views`."""

    _reader: Reader

    def statistics(self, contract: str) -> tuple[StatisticSchema, ...]:
        """Return the statistics that a contract declares."""
        with self._reader.snapshot() as snapshot:
            figures = snapshot.form.tables.specs.figures
            return tuple(
                one for spec in figures if spec.contract == contract for one in spec.statistics
            )

    def statistic_table(
        self, contract: str, statistic: str, *, period: str = "", is_full: bool = False
    ) -> StatisticTable:
        """Return a statistic's cells: of a day, a month, or over all time.

        Unless `is_full`, cells that few subjects stand behind are hidden (see `suppression`).

        Raises:
            NotFound: the contract has no such statistic.
            LimitExceeded: it has too many cells.
        """
        (table,) = self.statistic_tables(contract, [statistic], period=period, is_full=is_full)
        return table

    def statistic_tables(
        self,
        contract: str,
        names: Sequence[str],
        *,
        period: str = ALL_TIME,
        is_full: bool = False,
    ) -> tuple[StatisticTable, ...]:
        """Return several statistics, of one state of the views, as `statistic_table` does.

        Raises:
            NotFound: the contract has no such statistic.
            LimitExceeded: one has too many cells.
        """
        with self._reader.snapshot() as snapshot:
            specs, height = snapshot.form.tables.specs, snapshot.meta.height
            reader = TableReader(snapshot.connection, specs, contract, is_full=is_full)
            return tuple(reader.table(name, period, height) for name in names)

    def timed_figure(
        self, contract: str, statistic: str, moments: Sequence[int], cell: Mapping[str, str]
    ) -> TimedFigure:
        """Return a statistic between each moment and the next, counted from its events.

        Args:
            contract: whose statistic.
            statistic: its name.
            moments: unix milliseconds, rising: two or more.
            cell: some values of its cells as text; only what has them is counted.

        Raises:
            NotFound: the contract has no such statistic.
            InvalidArguments: wrong moments, no such cells, or it counts refused calls.
            Withheld: it says who is counted.
            LimitExceeded: too many events.
        """
        check_moments(moments)
        with self._reader.snapshot() as snapshot:
            parts = parts_of(snapshot.form.tables.specs, contract, statistic)
            wanted = Stretches(moments=tuple(moments), cell=cell)
            return read_timed(snapshot, contract, parts, wanted)

    def list_alerts(
        self,
        contract: str,
        wanted: AlertFilter | None = None,
        *,
        cursor: str | None = None,
        limit: int = _ALERTS_DEFAULT,
    ) -> Page[AlertRow]:
        """Return the alerts that a contract's rules raised.

        Raises:
            InvalidArguments: a wrong cursor or limit.
        """
        check_limit(limit)
        with self._reader.snapshot() as snapshot:
            listing = alert_listing(contract, wanted or AlertFilter())
            rows, after = snapshot.page(f"alerts {contract}", listing, cursor, limit)
            return Page(alert_rows(snapshot.connection, rows), after, snapshot.meta.height)
