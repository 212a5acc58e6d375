# SPDX-License-Identifier: Apache-2.0
"""The page for people in the bundle of a case: set when it is packed, set again when checked."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from tallystick.cli.answers import Line, Mark
from tallystick.cli.catalogue import say
from tallystick.client import Extract, Paper
from tallystick.contracts import CaseBundle
from tallystick.encoding import format_json, parse_json
from tallystick.errors import Malformed
from tallystick.interchange.certificates import (
    Attached,
    Page,
    Place,
    Text,
    link_of,
    listing_of,
    maker,
    render,
)
from tallystick.model import parse_checkpoint

PAGE_FILE: Final = "index.pdf"
MAKER_FILE: Final = "index.page.json"
PAGE_FORMAT: Final = "tallystick.bundle-page.v1"
_ATTACHMENT: Final = "index.json"
_MAKER_SHOWN: Final = 60
_ABOUT_INDEX: Final = "The facts of this index / 本目录所据事实"


def page_maker() -> bytes:
    """Return the file beside the page: only the same typesetter gives the same bytes again."""
    return f"{format_json({'format': PAGE_FORMAT, 'maker': maker()}, indent=2)}\n".encode()


def set_page(kind: CaseBundle, extract: Extract, handed_in: Collection[str]) -> bytes:
    """Return the page as PDF/A-3; it follows from the extract and what was handed in."""
    return render(_page(kind, extract, handed_in))


def check_page(
    kind: CaseBundle, extract: Extract, handed_in: Collection[str], page: bytes, beside: bytes
) -> Line:
    """Return the line of the checklist about the page: it is the one that follows, or another."""
    title = say("bundle.check_page")
    try:
        read = parse_json(beside, name=MAKER_FILE)
    except Malformed:
        read = None
    if not isinstance(read, dict) or read.get("format") != PAGE_FORMAT:
        return Line(Mark.FAILED, title, say("bundle.page_unknown"), code="page")
    if read.get("maker") != maker():
        made = str(read.get("maker"))[:_MAKER_SHOWN]
        return Line(Mark.SKIPPED, title, say("bundle.page_elsewhere", maker=made), code="page")
    if set_page(kind, extract, handed_in) != page:
        return Line(Mark.FAILED, title, say("bundle.page_differs"), code="page")
    return Line(Mark.OK, title, say("bundle.page_holds"), code="page")


def _page(kind: CaseBundle, extract: Extract, handed_in: Collection[str]) -> Page:
    head = parse_checkpoint(extract.checkpoint)
    standing = {
        "network": head.origin,
        "contract": extract.contract,
        "kind": extract.kind,
        "subject": extract.subject,
        "height": head.height,
    }
    place = Place(
        network=head.origin,
        contract=extract.contract,
        kind=extract.kind,
        subject=extract.subject,
        height=head.height,
        time_ms=head.time,
        link=link_of(standing, extract.facts, None),
        names={code: Text(one.zh, one.en) for code, one in extract.names.items()},
    )
    facts = kind.page(extract.facts, handed_in)
    attached = Attached(_ATTACHMENT, format_json(dict(facts), indent=2).encode(), _ABOUT_INDEX)
    return listing_of(
        Paper.of(kind.title, kind.labels),
        facts,
        place,
        extract.to_json(),
        (attached,),
        command=f"tally {extract.contract} check-bundle case.zip --trust trust.json",
    )
