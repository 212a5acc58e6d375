# SPDX-License-Identifier: Apache-2.0
"""Who plays in the tests of inventory finance: organisations, their people, and a scanner."""

from __future__ import annotations

from typing import Final

from tallystick.crypto import SecretKey
from tallystick.model import Signer
from tallystick.testing import make_signer

_CHARACTERS: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def organization(number: int) -> str:
    """Return a unified social credit code with the right check character (GB 32100)."""
    body = f"9111{number:013d}"
    total = sum(_CHARACTERS.index(one) * pow(3, i, 31) for i, one in enumerate(body))
    return body + _CHARACTERS[(31 - total % 31) % 31]


def person(role: str, number: int, member: str = "") -> Signer:
    """Return somebody of an organisation with one role."""
    who = organization(number)
    return make_signer(f"inventory.{role}", organization=who, member=member or role)


RULES: Final = person("rules", 1)
CALENDAR: Final = make_signer("calendar.keeper", organization=organization(1))
REGISTRY: Final = person("registry", 2)
COURT: Final = person("court", 3)
AUDITOR: Final = person("auditor", 4)
INSURER: Final = person("insurer", 5)
PLATFORM: Final = person("disposal-platform", 6)
MONITOR: Final = person("monitor", 7)
KEEPER: Final = person("keeper", 10)
OTHER_KEEPER: Final = person("keeper", 11)
WINERY: Final = person("winery", 20)
OTHER_WINERY: Final = person("winery", 21)
DEALER: Final = person("dealer", 30)
OTHER_DEALER: Final = person("dealer", 31)
OFFICER: Final = person("bank-officer", 40)
RISK: Final = person("bank-risk", 40)
APPROVER: Final = person("bank-approver", 40)
OTHER_OFFICER: Final = person("bank-officer", 41)
OTHER_RISK: Final = person("bank-risk", 41)
OTHER_APPROVER: Final = person("bank-approver", 41)
VALUER: Final = person("valuer", 50)
OTHER_VALUER: Final = person("valuer", 51)
STRANGER: Final = make_signer(organization=organization(99))

SCANNER: Final = SecretKey(b"\x11" * 32)
OTHER_SCANNER: Final = SecretKey(b"\x12" * 32)


def signed(digest: str, scanner: SecretKey = SCANNER) -> str:
    """Return a scanner's signature over a digest."""
    return scanner.sign(bytes.fromhex(digest)).hex()
