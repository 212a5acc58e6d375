# SPDX-License-Identifier: Apache-2.0
"""The working-day calendars that all contracts count with."""

from __future__ import annotations

from typing import Annotated, Final

from tallystick.contracts.context import Context
from tallystick.contracts.contract import Contract, action, query
from tallystick.contracts.label import Help, Label
from tallystick.contracts.parts.calendars import (
    CALENDARS_CONTRACT,
    Calendars,
    Days,
    Year,
    YearCalendar,
)
from tallystick.contracts.values import Identifier

CALENDAR_KEEPER: Final = "calendar.keeper"


class WorkingDays(
    Contract,
    name=CALENDARS_CONTRACT,
    version=1,
    label=Label(zh="工作日历", en="Working-day calendars"),
):
    """en: Which days are worked, by calendar, year and version; deadlines are counted with it.

    zh: 各日历、年度、版本的工作日安排，期限据此计算。
    """

    calendars = Calendars()

    @action(role=CALENDAR_KEEPER, label=Label(zh="发布日历", en="Publish a year"))
    def publish(
        self,
        ctx: Context,
        calendar: Annotated[Identifier, Label(zh="日历", en="Calendar")],
        year: Annotated[Year, Label(zh="年度", en="Year")],
        days_off: Annotated[
            Days,
            Label(zh="放假日", en="Days off"),
            Help(zh="周一至周五中的放假日", en="Mondays to Fridays without work."),
        ] = (),
        working_weekends: Annotated[
            Days,
            Label(zh="调休上班日", en="Working weekends"),
            Help(zh="周六、周日中的上班日", en="Saturdays and Sundays that are worked."),
        ] = (),
    ) -> YearCalendar:
        """en: Publishes a year of a calendar, or its next version.

        zh: 发布某年日历，或其新版本。
        """
        return self.calendars.publish(ctx, calendar, year, days_off, working_weekends)

    @query(label=Label(zh="查看日历", en="Show a year"))
    def show(self, calendar: Identifier, year: Year) -> YearCalendar:
        """en: Returns the version of a year that counts now.

        zh: 返回某年日历的现行版本。
        """
        return self.calendars.year(calendar, year)
