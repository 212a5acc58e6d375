# SPDX-License-Identifier: Apache-2.0
"""The text in a certificate's QR code: which facts, after which block, with which digest."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from tallystick.crypto import sha256
from tallystick.encoding import format_json
from tallystick.errors import Malformed

LINK_SCHEME: Final = "tallystick:"
_PORTAL_PATH: Final = "/verify#"
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
    that a program understands.
    """
    place = "/".join(str(standing[name]) for name in ("network", "contract", "kind", "subject"))
    text = f"{LINK_SCHEME}{place}/{standing['height']}/{facts_digest(facts)}"
    return text if portal is None else f"{portal.rstrip('/')}{_PORTAL_PATH}{text}"


def is_link(text: str) -> bool:
    """Return whether a word is meant as the text of a QR code: bare, or behind a portal."""
    is_behind = text.startswith(("https://", "http://")) and f"{_PORTAL_PATH}{LINK_SCHEME}" in text
    return is_behind or text.startswith(LINK_SCHEME)


def read_link(text: str) -> Link:
    """Return what the text of a QR code says. The portal is not asked, and not believed.

    Raises:
        Malformed: it is no such text.
    """
    bare = text.strip()[:_LENGTH_MAX].partition(LINK_SCHEME)[2]
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
