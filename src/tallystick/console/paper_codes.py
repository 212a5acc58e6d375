# SPDX-License-Identifier: Apache-2.0
"""The text of a code on paper, and the page that it leads to."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote

from tallystick.errors import Malformed
from tallystick.interchange.certificates import (
    LINK_SCHEME,
    PAPER_PATH,
    Link,
    is_link,
    read_link,
)

_DEPOSIT_PAGE: Final = re.compile(r"https?://[^\s/]+(/r/[A-Za-z0-9._-]{1,64})")


def page_of_code(text: str) -> str | None:
    """Return the page of this console that the text of a code is about; None for another text."""
    text = text.strip()
    deposit = _DEPOSIT_PAGE.fullmatch(text)
    if deposit is not None:
        return deposit[1]
    if not is_link(text):
        return None
    try:
        return page_of_link(read_link(text))
    except Malformed:
        return None


def page_of_link(link: Link) -> str:
    """Return the page of this console about what a link names."""
    place = "/".join(str(part) for part in link)
    return f"{PAPER_PATH}{quote(f'{LINK_SCHEME}{place}', safe='/:')}"
