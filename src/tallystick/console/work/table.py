# SPDX-License-Identifier: Apache-2.0
"""The pages of work."""

from __future__ import annotations

from typing import Final

from tallystick.console import saved_views
from tallystick.console.access import Access, Page
from tallystick.console.work.applications import show_application
from tallystick.console.work.asking import show_question
from tallystick.console.work.batch_pages import (
    confirm_batch,
    show_batch,
    show_upload,
    take_upload,
)
from tallystick.console.work.calling import show_form, take_form
from tallystick.console.work.cases import show_case
from tallystick.console.work.drafts import delete_draft, show_drafts
from tallystick.console.work.file_table import FILE_PAGES
from tallystick.console.work.inbox import count_tasks, show_inbox
from tallystick.console.work.looking_up import show_look_up
from tallystick.console.work.passing_on import hand_over, remind
from tallystick.console.work.several_pages import show_several, take_selection, take_several
from tallystick.console.work.watching import change_watching, show_watching

PAGES: Final = (
    Page(path="/do/{contract}/{method}", name="form", access=Access.PUBLIC, handler=show_form),
    Page(
        path="/do/{contract}/{method}",
        name="take_form",
        access=Access.SIGNED_IN,
        handler=take_form,
        method="POST",
    ),
    Page(
        path="/do/{contract}/{method}/batch",
        name="upload",
        access=Access.PUBLIC,
        handler=show_upload,
    ),
    Page(
        path="/do/{contract}/{method}/batch",
        name="take_upload",
        access=Access.SIGNED_IN,
        handler=take_upload,
        method="POST",
    ),
    Page(
        path="/ask/{contract}/{method}",
        name="question",
        access=Access.PUBLIC,
        handler=show_question,
    ),
    Page(
        path="/look-up/{contract}/{table}",
        name="look_up",
        access=Access.PUBLIC,
        handler=show_look_up,
    ),
    Page(path="/batch/{id}", name="batch", access=Access.SIGNED_IN, handler=show_batch),
    Page(
        path="/batch/{id}",
        name="confirm_batch",
        access=Access.SIGNED_IN,
        handler=confirm_batch,
        method="POST",
    ),
    Page(path="/inbox", name="inbox", access=Access.SIGNED_IN, handler=show_inbox),
    Page(path="/inbox/count", name="inbox_count", access=Access.SIGNED_IN, handler=count_tasks),
    Page(
        path="/inbox",
        name="take_selection",
        access=Access.SIGNED_IN,
        handler=take_selection,
        method="POST",
    ),
    Page(
        path="/inbox/hand",
        name="hand_over",
        access=Access.SIGNED_IN,
        handler=hand_over,
        method="POST",
    ),
    Page(path="/remind", name="remind", access=Access.SIGNED_IN, handler=remind, method="POST"),
    Page(path="/drafts", name="drafts", access=Access.SIGNED_IN, handler=show_drafts),
    Page(
        path="/drafts/{id}",
        name="delete_draft",
        access=Access.SIGNED_IN,
        handler=delete_draft,
        method="POST",
    ),
    Page(path="/watching", name="watching", access=Access.SIGNED_IN, handler=show_watching),
    Page(
        path="/watch",
        name="change_watching",
        access=Access.SIGNED_IN,
        handler=change_watching,
        method="POST",
    ),
    Page(path="/several", name="several", access=Access.SIGNED_IN, handler=show_several),
    Page(
        path="/several",
        name="take_several",
        access=Access.SIGNED_IN,
        handler=take_several,
        method="POST",
    ),
    Page(
        path="/app/{contract}", name="application", access=Access.PUBLIC, handler=show_application
    ),
    Page(
        path="/case/{contract}/{table}/{key:path}",
        name="case",
        access=Access.PUBLIC,
        handler=show_case,
    ),
    *saved_views.PAGES,
    *FILE_PAGES,
)
