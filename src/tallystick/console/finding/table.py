# SPDX-License-Identifier: Apache-2.0
"""The pages of finding and learning."""

from __future__ import annotations

from typing import Final

from tallystick.console.access import Access, Page
from tallystick.console.finding.learning import show_error, show_errors, show_learn
from tallystick.console.finding.search_page import search, suggest

PAGES: Final = (
    Page(path="/search", name="search", access=Access.PUBLIC, handler=search),
    Page(path="/search/suggest", name="suggest", access=Access.PUBLIC, handler=suggest),
    Page(path="/learn", name="learn", access=Access.PUBLIC, handler=show_learn),
    Page(path="/learn/errors", name="errors", access=Access.PUBLIC, handler=show_errors),
    Page(path="/learn/errors/{code}", name="error", access=Access.PUBLIC, handler=show_error),
)
