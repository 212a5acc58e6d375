# SPDX-License-Identifier: Apache-2.0
"""Check digits and forms of accounts, banks and entities, and ids that come from our own.

The rules are short and stand here: the library that has them, python-stdnum, is under the LGPL,
which the project does not install with itself; in the tests it is the judge.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from tallystick.crypto import sha256
from tallystick.errors import InvalidAccount, InvalidPaymentFile

_LENGTHS: Final = """
15 NO; 16 BE; 18 DK FI FK FO GL NL SD; 19 MK SI; 20 AT BA EE KZ LT LU MN XK; 21 CH HR LI LV;
22 BG BH CR DE GB GE IE ME RS VA; 23 AE GI IL IQ OM SO TL; 24 AD CZ ES MD PK RO SA SE SK TN VG;
25 LY PT ST; 26 IS TR; 27 BI DJ FR GR IT MC MR SM; 28 AL AZ BY CY DO GT HN HU LB NI PL SV;
29 BR EG PS QA UA; 30 JO KW MU YE; 31 MT SC; 32 LC; 33 RU
"""
IBAN_LENGTHS: Final[Mapping[str, int]] = MappingProxyType(
    {country: int(row.split()[0]) for row in _LENGTHS.split(";") for country in row.split()[1:]}
)
"""Country -> characters of its IBAN (IBAN registry, release 101)."""

_IBAN: Final = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}", re.ASCII)
_BIC: Final = re.compile(r"[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?", re.ASCII)
_LEI: Final = re.compile(r"[A-Z0-9]{18}[0-9]{2}", re.ASCII)
_OTHER: Final = re.compile(r"[0-9A-Za-z](?:[0-9A-Za-z -]{0,32}[0-9A-Za-z])?", re.ASCII)
_REFERENCE: Final = re.compile(r"[A-Za-z0-9?:().,'+ -]+(?:/[A-Za-z0-9?:().,'+ -]+)*", re.ASCII)
_UETR: Final = re.compile(r"[a-f0-9]{8}-[a-f0-9]{4}-4[a-f0-9]{3}-[89ab][a-f0-9]{3}-[a-f0-9]{12}")
_UETR_DOMAIN: Final = b"tallystick/uetr/v1\0"

REFERENCE_CHARACTERS_MAX: Final = 35


def check_iban(iban: str, *, place: str = "iban") -> None:
    """Refuse an IBAN of a wrong form, country, length or check digits (ISO 13616, 7064).

    Raises:
        InvalidAccount: it cannot be an account.
    """
    if _IBAN.fullmatch(iban) is None:
        raise InvalidAccount("the IBAN has a wrong form", field=place, found=iban[:40])
    length = IBAN_LENGTHS.get(iban[:2])
    if length is None:
        raise InvalidAccount(
            "this country has no IBAN",
            field=place,
            expected="another account number",
            found=iban[:2],
        )
    if len(iban) != length:
        raise InvalidAccount(
            "the IBAN has a wrong length",
            field=place,
            expected=f"{length} characters for {iban[:2]}",
            found=str(len(iban)),
        )
    if _mod_97(iban[4:] + iban[:4]) != 1:
        raise InvalidAccount("the check digits of the IBAN are wrong", field=place, found=iban)


def check_bic(bic: str, *, place: str = "bic") -> None:
    """Refuse a bank identifier of a wrong form (ISO 9362); whether it exists, the bank knows.

    Raises:
        InvalidAccount: it cannot be a bank identifier.
    """
    if _BIC.fullmatch(bic) is None:
        raise InvalidAccount(
            "the BIC has a wrong form", field=place, expected="8 or 11 characters", found=bic[:40]
        )


def check_lei(lei: str, *, place: str = "lei") -> None:
    """Refuse a legal entity identifier of a wrong form or check digits (ISO 17442).

    Raises:
        InvalidAccount: it cannot be an entity.
    """
    if _LEI.fullmatch(lei) is None:
        raise InvalidAccount(
            "the LEI has a wrong form", field=place, expected="20 characters", found=lei[:40]
        )
    if _mod_97(lei) != 1:
        raise InvalidAccount("the check digits of the LEI are wrong", field=place, found=lei)


def check_account_number(number: str, *, place: str = "other") -> None:
    """Refuse an account number that is no IBAN and has a wrong form: Chinese ones are digits.

    Raises:
        InvalidAccount: letters, digits, blanks and hyphens only, at most 34.
    """
    if _OTHER.fullmatch(number) is None:
        raise InvalidAccount(
            "the account number has a wrong form",
            field=place,
            expected="1 to 34 letters, digits, blanks or hyphens",
            found=number[:40],
        )


def check_reference(reference: str, *, place: str) -> None:
    """Refuse an id of ours that a bank might cut, change or refuse.

    The characters are those that every payment network carries; a slash stands neither first nor
    last nor beside another.

    Raises:
        InvalidPaymentFile: longer than 35, or with other characters.
    """
    if (
        len(reference) > REFERENCE_CHARACTERS_MAX
        or reference != reference.strip()
        or _REFERENCE.fullmatch(reference) is None
    ):
        raise InvalidPaymentFile(
            "the id cannot travel through every bank",
            field=place,
            expected=f"1 to {REFERENCE_CHARACTERS_MAX} of letters, digits, ?:().,'+-/ and blanks",
            found=reference[:60],
        )


def check_uetr(uetr: str, *, place: str = "uetr") -> None:
    """Refuse what is not a UUID of version 4, in small letters, as the schema demands.

    Raises:
        InvalidPaymentFile: it has another form.
    """
    if _UETR.fullmatch(uetr) is None:
        raise InvalidPaymentFile("the UETR has a wrong form", field=place, found=uetr[:60])


def uetr_of(order_id: str, *, scope: str) -> str:
    """Return the unique end-to-end transaction reference of an order, always the same one.

    The schema allows only the form of UUID version 4, so 122 bits of a hash stand in that form:
    version 5 would be refused, and a random one would differ when a file is written again.

    Args:
        order_id: the order's id, as in EndToEndId.
        scope: what makes the order's id unique in the world: the network id.
    """
    place = scope.encode()
    digest = sha256(_UETR_DOMAIN + len(place).to_bytes(4, "big") + place + order_id.encode())
    bits = int.from_bytes(digest[:16], "big")
    bits = bits & ~(0xF << 76) & ~(0x3 << 62) | 4 << 76 | 2 << 62
    text = f"{bits:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def _mod_97(text: str) -> int:
    """Return a text of digits and letters (A is 10) modulo 97 (ISO 7064, MOD 97-10)."""
    return int("".join(str(int(character, 36)) for character in text)) % 97
