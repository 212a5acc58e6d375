# SPDX-License-Identifier: Apache-2.0
"""A letter as one line of text, as its QR code carries it, and what a counter makes of one.

`tally:preservation/letter;number=LG-2026-000001;guarantor=...`: every field that the seal signs,
and the signature; codes and numbers only, no name of a person.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

from tallystick.contracts import asdict
from tallystick.industries.preservation.letter_records import PresentedLetter
from tallystick.industries.preservation.refusals import DoesNotFit

PREFIX: Final = "tally:preservation/letter"
FIELDS: Final = tuple(PresentedLetter.__struct_fields__)


def letter_fields(letter: PresentedLetter) -> dict[str, str]:
    """Return the fields of a letter as text."""
    return {name: str(value) for name, value in asdict(letter).items()}


def letter_text(letter: PresentedLetter) -> str:
    """Return the line of text."""
    return ";".join([PREFIX, *(f"{name}={one}" for name, one in letter_fields(letter).items())])


def read_letter(content: str) -> dict[str, str]:
    """Return the fields of a letter out of its line, or out of JSON (plain, or an extract).

    Raises:
        DoesNotFit: it is neither, or a field is missing, unknown, repeated or no text.
    """
    text = content.strip()
    pairs = _pairs_of_json(text) if text.startswith("{") else _pairs_of_line(text)
    names = [name for name, _ in pairs]
    if sorted(names) != sorted(FIELDS):
        wrong = [
            *(one for one in FIELDS if one not in names),
            *(n for n in names if n not in FIELDS),
        ]
        raise DoesNotFit(subject="letter", what=f"fields: {(wrong or names)[0]}"[:100])
    return dict(pairs)


def differences(presented: Mapping[str, str], kept: Mapping[str, str]) -> tuple[str, ...]:
    """Return the names of the fields that differ, in their order."""
    return tuple(name for name in FIELDS if presented[name] != kept[name])


def _pairs_of_line(text: str) -> list[tuple[str, str]]:
    prefix, *parts = text.split(";")
    split = [part.split("=", 1) for part in parts]
    if prefix != PREFIX or any(len(one) != 2 for one in split):  # name and value
        raise DoesNotFit(subject="letter", what="not the text of a letter")
    return [(name, value) for name, value in split]


def _pairs_of_json(text: str) -> list[tuple[str, str]]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise DoesNotFit(subject="letter", what="not JSON") from error
    if isinstance(found.get("facts"), dict):
        found = found["facts"]
    if isinstance(found.get("letter"), dict):
        found = found["letter"]
    return [(str(name), str(value)) for name, value in found.items()]
