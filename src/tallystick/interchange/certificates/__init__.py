# SPDX-License-Identifier: Apache-2.0
"""Certificates: facts of an extract as PDF/A-3 in two languages, under an organisation's seal."""

from tallystick.interchange.certificates.case_file import CASE_FILE, CASE_FORMAT, case_page
from tallystick.interchange.certificates.detached import (
    SIGNATURE_BYTES_MAX,
    Signed,
    anchor_of,
    check_signed,
    read_signatures,
)
from tallystick.interchange.certificates.figures_report import (
    FIGURES_FILE,
    FIGURES_FORMAT,
    figures_page,
)
from tallystick.interchange.certificates.links import (
    LINK_SCHEME,
    PAPER_PATH,
    Link,
    facts_digest,
    is_link,
    link_of,
    portal_of,
    read_link,
)
from tallystick.interchange.certificates.page import listing_of, number_of, page_of
from tallystick.interchange.certificates.passive import (
    PDF_BYTES_MAX,
    check_no_scripts,
    open_pdf,
)
from tallystick.interchange.certificates.reading import (
    SealedPDF,
    attached_files,
    is_certificate,
    read_sealed,
)
from tallystick.interchange.certificates.records import (
    CERTIFICATE_FILE,
    CERTIFICATE_FORMAT,
    EXTRACT_FILE,
    Attached,
    FactName,
    Named,
    Page,
    Paper,
    Place,
    Standing,
    Text,
    Worded,
)
from tallystick.interchange.certificates.rendering import maker, render
from tallystick.interchange.certificates.report import REPORT_FILE, REPORT_FORMAT, report_page
from tallystick.interchange.certificates.sealing import (
    Authority,
    content_sealed_by,
    seal_content,
    set_seal,
)

__all__ = [
    "CASE_FILE",
    "CASE_FORMAT",
    "CERTIFICATE_FILE",
    "CERTIFICATE_FORMAT",
    "EXTRACT_FILE",
    "FIGURES_FILE",
    "FIGURES_FORMAT",
    "LINK_SCHEME",
    "PAPER_PATH",
    "PDF_BYTES_MAX",
    "REPORT_FILE",
    "REPORT_FORMAT",
    "SIGNATURE_BYTES_MAX",
    "Attached",
    "Authority",
    "FactName",
    "Link",
    "Named",
    "Page",
    "Paper",
    "Place",
    "SealedPDF",
    "Signed",
    "Standing",
    "Text",
    "Worded",
    "anchor_of",
    "attached_files",
    "case_page",
    "check_no_scripts",
    "check_signed",
    "content_sealed_by",
    "facts_digest",
    "figures_page",
    "is_certificate",
    "is_link",
    "link_of",
    "listing_of",
    "maker",
    "number_of",
    "open_pdf",
    "page_of",
    "portal_of",
    "read_link",
    "read_sealed",
    "read_signatures",
    "render",
    "report_page",
    "seal_content",
    "set_seal",
]
