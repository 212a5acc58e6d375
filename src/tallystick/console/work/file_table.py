# SPDX-License-Identifier: Apache-2.0
"""The pages of work that give a file away, or take a list in."""

from __future__ import annotations

from typing import Final

from tallystick.console.access import Access, Page
from tallystick.console.paces import EXPORT, UPLOAD
from tallystick.console.packing.table import PAGES as PACKING_PAGES
from tallystick.console.work.bank_pages import show_payments, take_step
from tallystick.console.work.case_files import give_case_file
from tallystick.console.work.certificates import give_certificate
from tallystick.console.work.list_pages import show_lists, take_list
from tallystick.console.work.take_aways import give_take_away, show_take_aways

FILE_PAGES: Final = (
    Page(path="/bank/{contract}", name="bank", access=Access.SIGNED_IN, handler=show_payments),
    Page(
        path="/bank/{contract}",
        name="take_bank_step",
        access=Access.SIGNED_IN,
        handler=take_step,
        method="POST",
        pace=UPLOAD,
    ),
    *PACKING_PAGES,
    Page(path="/lists/{contract}", name="lists", access=Access.SIGNED_IN, handler=show_lists),
    Page(
        path="/lists/{contract}",
        name="take_list",
        access=Access.SIGNED_IN,
        handler=take_list,
        method="POST",
    ),
    Page(
        path="/certificate/{contract}/{kind}/{subject:path}",
        name="certificate",
        access=Access.SIGNED_IN,
        handler=give_certificate,
        pace=EXPORT,
    ),
    Page(
        path="/take-away/{contract}",
        name="take_aways",
        access=Access.SIGNED_IN,
        handler=show_take_aways,
    ),
    Page(
        path="/take-away/{contract}/{kind}/{subject:path}",
        name="take_away",
        access=Access.SIGNED_IN,
        handler=give_take_away,
        pace=EXPORT,
    ),
    Page(
        path="/case-file/{contract}/{table}/{key:path}",
        name="case_file",
        access=Access.PUBLIC,
        handler=give_case_file,
        pace=EXPORT,
    ),
)
