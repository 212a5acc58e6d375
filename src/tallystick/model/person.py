# SPDX-License-Identifier: Apache-2.0
"""Citizen identity numbers (GB 11643): their check, and what may stand on the ledger for them.

A person's number is never on the ledger, not even as a plain hash: all numbers there can be are
few enough to be tried. What may be is a commitment under a secret that its organisation keeps.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from tallystick.crypto import hmac_sha256
from tallystick.errors import Malformed

SECRET_BYTES_MIN: Final = 32

_NUMBER = re.compile(r"[1-9][0-9]{5}([0-9]{4})([0-9]{2})([0-9]{2})[0-9]{3}[0-9X]")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_CHARACTERS = "10X98765432"


def check_person_number(number: str) -> str:
    """Return `number` if it is a valid citizen identity number (GB 11643).

    Whether the person exists, and whose number it is, only the register knows. The error does not
    repeat the number.

    Raises:
        Malformed: not 17 digits and a digit or `X`, no real date of birth, or a wrong check
            character.
    """
    found = _NUMBER.fullmatch(number)
    if found is None:
        raise _malformed("a citizen identity number has 17 digits and a digit or X")
    year, month, day = map(int, found.groups())
    try:
        date(year, month, day)
    except ValueError as error:
        raise _malformed("the date of birth in the number is no date") from error
    total = sum(int(digit) * weight for digit, weight in zip(number, _WEIGHTS, strict=False))
    if number[-1] != _CHECK_CHARACTERS[total % 11]:
        raise _malformed("the number has a wrong check character")
    return number


def is_person_number(number: str) -> bool:
    """Return whether `check_person_number` would take it: for importers, which tell row by row."""
    try:
        check_person_number(number)
    except Malformed:
        return False
    return True


def person_commitment(secret: bytes, number: str) -> str:
    """Return HMAC-SHA256(secret, number) in hexadecimal: what stands for a person on the ledger.

    For clients and importers; contracts have no secrets. The same person has the same commitment
    under one secret, and nobody without the secret can tell who it is. Who loses the secret can
    no longer recognise anybody; who leaks it has published the numbers.

    Raises:
        Malformed: the number is not valid, or the secret has fewer than 32 bytes.
    """
    if len(secret) < SECRET_BYTES_MIN:
        raise Malformed(
            "the secret is too short",
            field="secret",
            expected=f"at least {SECRET_BYTES_MIN} bytes",
            found=f"{len(secret)} bytes",
        )
    return hmac_sha256(secret, check_person_number(number).encode()).hex()


def _malformed(problem: str) -> Malformed:
    return Malformed(
        problem, field="person_number", expected="18 characters with a check character (GB 11643)"
    )
