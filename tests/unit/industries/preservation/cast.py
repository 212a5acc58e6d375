# SPDX-License-Identifier: Apache-2.0
"""Who plays in the tests of preservation guarantees: organisations, their people, and a seal."""

from __future__ import annotations

from typing import Final

from tallystick.crypto import SecretKey
from tallystick.model import Signer
from tallystick.testing import make_signer

_CHARACTERS: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def organization(number: int) -> str:
    """Return a unified social credit code with the right check character (GB 32100)."""
    body = f"9131{number:013d}"
    total = sum(_CHARACTERS.index(one) * pow(3, i, 31) for i, one in enumerate(body))
    return body + _CHARACTERS[(31 - total % 31) % 31]


def person(role: str, number: int, member: str = "") -> Signer:
    """Return somebody of an organisation with one role."""
    who = organization(number)
    return make_signer(f"preservation.{role}", organization=who, member=member or role)


SUPERVISOR: Final = person("court-supervisor", 1)
CLERK: Final = person("filing-clerk", 1)
JUDGE: Final = person("judge", 1)
OFFICER: Final = person("enforcement-officer", 1)
OTHER_JUDGE: Final = person("judge", 2)
OTHER_CLERK: Final = person("filing-clerk", 2)
CALENDAR: Final = make_signer("calendar.keeper", organization=organization(3))
REGULATOR: Final = person("insurance-regulator", 4)
UNDERWRITER: Final = person("underwriter", 10)
SIGNER: Final = person("signer", 10)
OTHER_UNDERWRITER: Final = person("underwriter", 11)
OTHER_SIGNER: Final = person("signer", 11)
BANK_1: Final = person("bank-guarantor", 12, "first")
BANK_2: Final = person("bank-guarantor", 12, "second")
TELLER: Final = person("settlement-bank", 20)
OTHER_TELLER: Final = person("settlement-bank", 21)
REGISTRY: Final = person("registry", 30)
OTHER_REGISTRY: Final = person("registry", 31)
APPLICANT: Final = person("applicant", 40)
OTHER_APPLICANT: Final = person("applicant", 41)
LAWYER: Final = person("lawyer", 42)
RESPONDENT: Final = person("respondent", 50)
STRANGER: Final = make_signer(organization=organization(99))

SEAL: Final = SecretKey(b"\x21" * 32)
FORGER: Final = SecretKey(b"\x22" * 32)


def sealed(digest: str, seal: SecretKey = SEAL) -> str:
    """Return a seal's signature over a digest."""
    return seal.sign(bytes.fromhex(digest)).hex()
