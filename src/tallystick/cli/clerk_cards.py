# SPDX-License-Identifier: Apache-2.0
"""Cards: what an owner keeps of an object it declared, so that it can prove the plaintext later.

The ledger has a salted commitment (AFC-9); without the salt nobody can say what it is of.
"""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Final

import msgspec

from tallystick.cli.catalogue import say
from tallystick.cli.talk import note
from tallystick.client import read_file, write_file
from tallystick.encoding import format_json
from tallystick.errors import FileProblem, UsageError

CARD_FORMAT: Final = "tallystick.custody-card.v1"
_SALT_BYTES: Final = 32
_CARD_BYTES_MAX: Final = 64 * 1024


class Card(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Hash of a plaintext, and the salt of its commitment."""

    format: str
    object: str
    sha256: str
    salt: str

    @property
    def salt_bytes(self) -> bytes:
        """The salt."""
        return bytes.fromhex(self.salt)


def read_card(path: Path) -> Card:
    """Return a card.

    Raises:
        FileProblem: there is none, or it is another file.
    """
    data = read_file(path, size_max=_CARD_BYTES_MAX)
    try:
        card = msgspec.json.decode(data, type=Card)
        if card.format == CARD_FORMAT and len(card.salt_bytes) == _SALT_BYTES:
            return card
    except (msgspec.MsgspecError, ValueError):
        pass  # whatever it is, it is no card
    raise FileProblem(say("clerk.no_card", path=path), field="--card", expected=CARD_FORMAT)


def card_for(path: Path, name: str, sha256: str) -> Card:
    """Return the card of an object; the first call writes it, before anything is on the ledger.

    Raises:
        UsageError: a card of another object or file is there.
        FileProblem: it cannot be read or written.
    """
    if path.exists():
        card = read_card(path)
        if (card.object, card.sha256) != (name, sha256):
            raise UsageError(say("clerk.other_card", path=path), field="--card")
        return card
    salt = secrets.token_bytes(_SALT_BYTES).hex()
    card = Card(format=CARD_FORMAT, object=name, sha256=sha256, salt=salt)
    plain = msgspec.to_builtins(card)
    write_file(path, f"{format_json(plain, indent=2)}\n".encode(), private=True, exclusive=True)
    note(say("clerk.card", path=path))
    return card
