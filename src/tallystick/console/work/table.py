# SPDX-License-Identifier: Apache-2.0
"""The pages of work."""

from __future__ import annotations

from typing import Final

from tallystick.console.access import Access, Page
from tallystick.console.work.calling import show_form, take_form

PAGES: Final = (
    Page(path="/do/{contract}/{method}", name="form", access=Access.PUBLIC, handler=show_form),
    Page(
        path="/do/{contract}/{method}",
        name="take_form",
        access=Access.SIGNED_IN,
        handler=take_form,
        method="POST",
    ),
)
