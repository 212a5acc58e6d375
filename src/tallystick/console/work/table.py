# SPDX-License-Identifier: Apache-2.0
"""The pages of work."""

from __future__ import annotations

from typing import Final

from tallystick.console.access import Access, Page
from tallystick.console.work.applications import show_application
from tallystick.console.work.calling import show_form, take_form
from tallystick.console.work.cases import show_case
from tallystick.console.work.inbox import show_inbox

PAGES: Final = (
    Page(path="/do/{contract}/{method}", name="form", access=Access.PUBLIC, handler=show_form),
    Page(
        path="/do/{contract}/{method}",
        name="take_form",
        access=Access.SIGNED_IN,
        handler=take_form,
        method="POST",
    ),
    Page(path="/inbox", name="inbox", access=Access.SIGNED_IN, handler=show_inbox),
    Page(
        path="/app/{contract}", name="application", access=Access.PUBLIC, handler=show_application
    ),
    Page(
        path="/case/{contract}/{table}/{key:path}",
        name="case",
        access=Access.PUBLIC,
        handler=show_case,
    ),
)
