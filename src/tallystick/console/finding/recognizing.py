# SPDX-License-Identifier: Apache-2.0
"""What somebody may mean by what they typed: its kinds, most certain first; pure."""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum
from typing import Final

_HEX: Final = re.compile(r"[0-9a-f]{64}")
_HEX_PREFIX: Final = re.compile(r"[0-9a-f]{8,63}")
_HEIGHT: Final = re.compile(r"#?([0-9]{1,15})")
_CREDIT_CODE: Final = re.compile(r"[0-9A-HJ-NPQRTUWXY]{18}")
_BUSINESS_ID: Final = re.compile(r"[A-Z]{1,4}-[0-9]{4}-[0-9]{4,12}(?:[./][A-Za-z0-9._-]+)?")
_TEXT_MAX: Final = 200


class Kind(StrEnum):
    """What a text looks like."""

    HEIGHT = "height"
    HASH = "hash"
    HASH_PREFIX = "hash-prefix"
    CREDIT_CODE = "credit-code"
    BUSINESS_ID = "business-id"
    WORDS = "words"


def normalize(text: str) -> str:
    """Return a text as it is looked for: full-width forms made plain, without margins."""
    return unicodedata.normalize("NFKC", text).strip()[:_TEXT_MAX]


def kinds_of(text: str) -> list[Kind]:
    """Return what a normalized text may be, most certain first; words it may always be."""
    kinds: list[Kind] = []
    if _HEIGHT.fullmatch(text):
        kinds.append(Kind.HEIGHT)
    if _HEX.fullmatch(text.lower()):
        kinds.append(Kind.HASH)
    elif _HEX_PREFIX.fullmatch(text.lower()):
        kinds.append(Kind.HASH_PREFIX)
    if _CREDIT_CODE.fullmatch(text.upper()):
        kinds.append(Kind.CREDIT_CODE)
    if _BUSINESS_ID.fullmatch(text):
        kinds.append(Kind.BUSINESS_ID)
    return [*kinds, Kind.WORDS]


def height_in(text: str) -> int:
    """Return the height that a text of that kind says."""
    return int(text.removeprefix("#"))
