# SPDX-License-Identifier: Apache-2.0
"""The pages of verification; all of them are public."""

from __future__ import annotations

from typing import Final

from tallystick.console.access import Access, Page
from tallystick.console.paces import EXPORT, UPLOAD
from tallystick.console.verify.deposit_page import show_certificate, show_code, show_deposit
from tallystick.console.verify.pages import check_file, show_check, show_zone
from tallystick.console.verify.paper_page import show_paper
from tallystick.console.verify.report import make_report, show_report
from tallystick.console.verify.samples import show_sample

PAGES: Final = (
    Page(path="/v", name="verify", access=Access.PUBLIC, handler=show_zone),
    Page(path="/v/hash", name="verify_hash", access=Access.PUBLIC, handler=show_check),
    Page(
        path="/v/file",
        name="verify_file",
        access=Access.PUBLIC,
        handler=check_file,
        method="POST",
        pace=UPLOAD,
    ),
    Page(
        path="/v/report",
        name="verify_report",
        access=Access.PUBLIC,
        handler=show_report,
        pace=EXPORT,
    ),
    Page(
        path="/v/report",
        name="verify_report_form",
        access=Access.PUBLIC,
        handler=make_report,
        method="POST",
        pace=UPLOAD,
    ),
    Page(path="/v/samples/{name}", name="sample", access=Access.PUBLIC, handler=show_sample),
    Page(path="/verify", name="certificate_link", access=Access.PUBLIC, handler=show_zone),
    Page(path="/p/{code:path}", name="paper", access=Access.PUBLIC, handler=show_paper),
    Page(path="/r/{number}", name="deposit", access=Access.PUBLIC, handler=show_deposit),
    Page(path="/r/{number}/code.svg", name="deposit_code", access=Access.PUBLIC, handler=show_code),
    Page(
        path="/r/{number}/certificate.pdf",
        name="deposit_certificate",
        access=Access.PUBLIC,
        handler=show_certificate,
        pace=EXPORT,
    ),
)
