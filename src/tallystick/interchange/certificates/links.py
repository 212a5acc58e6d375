# SPDX-License-Identifier: Apache-2.0
"""The text in a certificate's QR code: which facts, after which block, with which digest."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, NamedTuple
from urllib.parse import quote, unquote

from tallystick.crypto import sha256
from tallystick.encoding import format_json
from tallystick.errors import Malformed

LINK_SCHEME: Final = "tallystick:"
PAPER_PATH: Final = "/p/"
"""What a portal's address ends in, if a console there has a page for each text of a code."""
_PORTAL_PATH: Final = "/verify#"
"""So codes were led until there were such pages; papers that bear one are good for ever."""
_UNQUOTED: Final = "/:"
_LENGTH_MAX: Final = 2048
_FORM: Final = re.compile(
    r"([a-z0-9.-]+)/([a-z0-9_]+)/([a-z0-9_-]+)/([^\s/][^\s]*)/([0-9]{1,15})/([0-9a-f]{64})"
)
_EXPECTED: Final = "tallystick:NETWORK/CONTRACT/KIND/SUBJECT/HEIGHT/DIGEST"


class Link(NamedTuple):
    """What the text of a QR code says; nothing of it is believed."""

    network: str
    contract: str
    kind: str
    subject: str
    height: int
    digest: str
    """SHA-256 of the facts, in hexadecimal."""


def link_of(standing: Mapping[str, Any], facts: Mapping[str, Any], portal: str | None) -> str:
    """Return what the QR code says: the facts' digest and where they are from.

    It begins with the address of a portal, if there is one; from `tallystick:` on it is a text
    that a program understands. Behind a portal with pages of papers it is part of an address, so
    what may not stand in one is percent-encoded.
    """
    place = "/".join(str(standing[name]) for name in ("network", "contract", "kind", "subject"))
    text = f"{LINK_SCHEME}{place}/{standing['height']}/{facts_digest(facts)}"
    if portal is None:
        return text
    if portal.endswith(PAPER_PATH):
        return f"{portal}{quote(text, safe=_UNQUOTED)}"
    return f"{portal.rstrip('/')}{_PORTAL_PATH}{text}"


def portal_of(address: str | None) -> str | None:
    """Return the portal of new certificates, from the address of a console."""
    if address is None or address.endswith(PAPER_PATH):
        return address
    return f"{address.rstrip('/')}{PAPER_PATH}"


def is_link(text: str) -> bool:
    """Return whether a word is meant as the text of a QR code: bare, or behind a portal."""
    if text.startswith(("https://", "http://")):
        return any(f"{one}{LINK_SCHEME}" in unquote(text) for one in (_PORTAL_PATH, PAPER_PATH))
    return text.startswith(LINK_SCHEME)


def read_link(text: str) -> Link:
    """Return what the text of a QR code says. The portal is not asked, and not believed.

    Raises:
        Malformed: it is no such text.
    """
    text = text.strip()[:_LENGTH_MAX]
    # Only what is part of an address is encoded; elsewhere a per cent sign is one of the subject.
    is_address = not text.startswith(LINK_SCHEME)
    bare = (unquote(text) if is_address else text).partition(LINK_SCHEME)[2]
    found = _FORM.fullmatch(bare)
    if found is None:
        raise Malformed(
            "not the text of a certificate", field="link", expected=_EXPECTED, found=text[:120]
        )
    network, contract, kind, subject, height, digest = found.groups()
    return Link(network, contract, kind, subject, int(height), digest)


def facts_digest(facts: Mapping[str, Any]) -> str:
    """Return the SHA-256 of facts as JSON with sorted names and no spaces."""
    return sha256(format_json(_sorted(facts)).encode()).hex()


def _sorted(value: object) -> Any:  # noqa: ANN401  # JSON
    if isinstance(value, Mapping):
        return {name: _sorted(value[name]) for name in sorted(value)}
    return [_sorted(one) for one in value] if isinstance(value, list | tuple) else value
