# SPDX-License-Identifier: Apache-2.0
"""The pages of figures."""

from __future__ import annotations

from typing import Final

from tallystick.console.access import Access, Page
from tallystick.console.figures.alert_pages import note_alert, show_alert, show_alerts, show_rules
from tallystick.console.figures.regulator import give_regulator_report, show_regulator
from tallystick.console.figures.statistic_pages import (
    show_counted,
    show_statistic,
    show_statistics,
    show_systems,
)
from tallystick.console.figures.wall import show_screen, show_wall
from tallystick.console.paces import EXPORT

_STATISTIC: Final = "/stats/{contract}/{statistic}"
_ALERT: Final = "/alerts/{contract}/{number:int}"

PAGES: Final = (
    Page(path="/stats", name="systems", access=Access.PUBLIC, handler=show_systems),
    Page(
        path="/stats/regulator",
        name="regulator",
        access=Access.PUBLIC,
        handler=show_regulator,
    ),
    Page(
        path="/stats/regulator/report",
        name="regulator_report",
        access=Access.PUBLIC,
        handler=give_regulator_report,
        pace=EXPORT,
    ),
    Page(path="/stats/{contract}", name="stats", access=Access.PUBLIC, handler=show_statistics),
    Page(path=_STATISTIC, name="statistic", access=Access.PUBLIC, handler=show_statistic),
    Page(path=f"{_STATISTIC}/events", name="counted", access=Access.PUBLIC, handler=show_counted),
    Page(path="/screen", name="wall", access=Access.PUBLIC, handler=show_wall),
    Page(path="/screen/{contract}", name="screen", access=Access.PUBLIC, handler=show_screen),
    Page(path="/alerts", name="alerts", access=Access.PUBLIC, handler=show_alerts),
    Page(path="/alerts/rules", name="alert_rules", access=Access.PUBLIC, handler=show_rules),
    Page(path=_ALERT, name="alert", access=Access.PUBLIC, handler=show_alert),
    Page(
        path=_ALERT,
        name="note_alert",
        access=Access.SIGNED_IN,
        handler=note_alert,
        method="POST",
    ),
)
