# SPDX-License-Identifier: Apache-2.0
"""The pages of archives."""

from __future__ import annotations

from typing import Final

from tallystick.console.access import Access, Page
from tallystick.console.archive.day_pages import show_day, take_day
from tallystick.console.archive.line_pages import show_lines, take_lines
from tallystick.console.archive.originals import show_original
from tallystick.console.archive.put_pages import show_put, take_put
from tallystick.console.paces import UPLOAD

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
)
