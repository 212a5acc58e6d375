# SPDX-License-Identifier: Apache-2.0
"""The pages of archives."""

from __future__ import annotations

from typing import Final

from tallystick.console.access import Access, Page
from tallystick.console.archive.car_pages import show_car, take_car_step
from tallystick.console.archive.day_pages import show_day, take_day
from tallystick.console.archive.declare_pages import show_declare, take_declare
from tallystick.console.archive.drill_pages import (
    show_drill,
    show_drills,
    take_drill,
    try_drill,
)
from tallystick.console.archive.line_pages import show_lines, take_lines
from tallystick.console.archive.originals import show_original
from tallystick.console.archive.put_pages import show_put, take_put
from tallystick.console.archive.read_pages import (
    give_read,
    show_read,
    show_reads,
    take_read,
    take_step,
)
from tallystick.console.paces import EXPORT, UPLOAD

_MEMBERS: Final = Access.SIGNED_IN
PAGES: Final = (
    Page(path="/archive/{contract}/put", name="archive_put", access=_MEMBERS, handler=show_put),
    Page(
        path="/archive/{contract}/put",
        name="take_archive_file",
        access=_MEMBERS,
        handler=take_put,
        method="POST",
        pace=UPLOAD,
    ),
    Page(
        path="/archive/{contract}/declare",
        name="archive_declare",
        access=_MEMBERS,
        handler=show_declare,
    ),
    Page(
        path="/archive/{contract}/declare",
        name="take_archive_declare",
        access=_MEMBERS,
        handler=take_declare,
        method="POST",
        pace=UPLOAD,
    ),
    Page(
        path="/archive/{contract}/original",
        name="archive_original",
        access=Access.PUBLIC,
        handler=show_original,
        pace=UPLOAD,
    ),
    Page(
        path="/archive/{contract}/day",
        name="archive_day",
        access=Access.SIGNED_IN,
        handler=show_day,
    ),
    Page(
        path="/archive/{contract}/day",
        name="take_archive_day",
        access=Access.SIGNED_IN,
        handler=take_day,
        method="POST",
        pace=UPLOAD,
    ),
    Page(
        path="/archive/{contract}/lines",
        name="archive_lines",
        access=Access.SIGNED_IN,
        handler=show_lines,
    ),
    Page(
        path="/archive/{contract}/lines",
        name="take_archive_lines",
        access=Access.SIGNED_IN,
        handler=take_lines,
        method="POST",
        pace=UPLOAD,
    ),
    Page(
        path="/archive/{contract}/read",
        name="archive_reads",
        access=_MEMBERS,
        handler=show_reads,
    ),
    Page(
        path="/archive/{contract}/read",
        name="take_archive_read",
        access=_MEMBERS,
        handler=take_read,
        method="POST",
    ),
    Page(
        path="/archive/{contract}/read/{read}",
        name="archive_read",
        access=_MEMBERS,
        handler=show_read,
    ),
    Page(
        path="/archive/{contract}/read/{read}",
        name="take_archive_read_step",
        access=_MEMBERS,
        handler=take_step,
        method="POST",
        pace=UPLOAD,
    ),
    Page(
        path="/archive/{contract}/read/{read}/sealed",
        name="archive_read_sealed",
        access=_MEMBERS,
        handler=give_read,
        pace=EXPORT,
    ),
    Page(
        path="/archive/{contract}/drill",
        name="archive_drills",
        access=_MEMBERS,
        handler=show_drills,
    ),
    Page(
        path="/archive/{contract}/drill",
        name="take_archive_drill",
        access=_MEMBERS,
        handler=take_drill,
        method="POST",
        pace=UPLOAD,
    ),
    Page(
        path="/archive/{contract}/drill/{drill}",
        name="archive_drill",
        access=_MEMBERS,
        handler=show_drill,
    ),
    Page(
        path="/archive/{contract}/drill/{drill}",
        name="try_archive_drill",
        access=_MEMBERS,
        handler=try_drill,
        method="POST",
        pace=UPLOAD,
    ),
    Page(
        path="/archive/{contract}/car",
        name="archive_car",
        access=_MEMBERS,
        handler=show_car,
    ),
    Page(
        path="/archive/{contract}/car",
        name="take_archive_car",
        access=_MEMBERS,
        handler=take_car_step,
        method="POST",
        pace=UPLOAD,
    ),
)
