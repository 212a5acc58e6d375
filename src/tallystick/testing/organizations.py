# SPDX-License-Identifier: Apache-2.0
"""Organisations for tests, by name: each has a valid unified social credit code (GB 32100)."""

from __future__ import annotations

from typing import Final

from tallystick.crypto import sha256
from tallystick.model import Name, Organization

_CHARACTERS: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_ENTERPRISE_OF_BEIJING: Final = "91110000MA"
_CODE_WEIGHTS: Final = tuple(pow(3, place, 31) for place in range(17))
_BODY_WEIGHTS: Final = (3, 7, 9, 10, 5, 8, 4, 2)
_BODY_CHECKS: Final = "0123456789X"


def make_organization(name: str) -> Organization:
    """Return the organisation of this name, which is the same in every test."""
    return Organization(id=credit_code(name), name=Name(zh=name, en=name))


def credit_code(name: str) -> str:
    """Return a unified social credit code that belongs to nobody, derived from a name.

    Both check characters are right: that of the organisation's own nine characters (GB 11714) and
    that of the whole (GB 32100).
    """
    digest = sha256(name.encode())
    chosen = "".join(_CHARACTERS[byte % len(_CHARACTERS)] for byte in digest[:6])
    code = _ENTERPRISE_OF_BEIJING + chosen
    code += _BODY_CHECKS[-_weighted(code[8:], _BODY_WEIGHTS) % 11]
    return code + _CHARACTERS[-_weighted(code, _CODE_WEIGHTS) % 31]


def _weighted(text: str, weights: tuple[int, ...]) -> int:
    """Return the weighted sum of the characters' values; letters go on from 10, as in GB 32100.

    GB 11714 counts I, O, S, V and Z as well, which no code here has.
    """
    return sum(_value(c, weights) * weight for c, weight in zip(text, weights, strict=True))


def _value(character: str, weights: tuple[int, ...]) -> int:
    return int(character, 36) if weights is _BODY_WEIGHTS else _CHARACTERS.index(character)
