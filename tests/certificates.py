# SPDX-License-Identifier: Apache-2.0
"""A certificate for tests: the page of a made-up paper, its files, and a seal."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from tallystick.crypto import OrganizationSeal
from tallystick.interchange.certificates import (
    CERTIFICATE_FILE,
    EXTRACT_FILE,
    Attached,
    FactName,
    Page,
    Paper,
    Standing,
    Text,
    page_of,
    render,
    set_seal,
)
from tests.factories import COURT

NAME: Final = "福建示范法院"
LINK: Final = "tallystick:test.00/loans/loan/LN-1/7/00"
"""What its code says."""
TIME: Final = 1_790_000_000_123
SEAL: Final = OrganizationSeal.create(COURT, NAME, TIME - 1_000)
FACTS: Final[dict[str, Any]] = {
    "number": "LN-1",
    "state": "OPEN",
    "amount": "1234.50",
    "currency": "CNY",
    "is_paid": False,
    "at": "2026-09-21T22:13:20.000+08:00",
    "root": "ab" * 32,
    "place": {"city": "福州", "rows": [{"a": 1, "b": None}]},
    "serials": ["S1", "S2"],
}
PAPER: Final = Paper(
    Text("贷款证明", "Certificate of a loan"),
    {
        "number": FactName(Text("编号", "Number"), "plain", {}),
        "state": FactName(Text("状态", "State"), "state", {"OPEN": Text("进行中", "open")}),
        "amount": FactName(Text("金额", "Amount"), "money", {}),
        "currency": FactName(Text("币种", "Currency"), "hidden", {}),
        "is_paid": FactName(Text("已付", "Paid"), "plain", {}),
        "at": FactName(Text("时间", "Time"), "time", {}),
        "root": FactName(Text("摘要", "Digest"), "digest", {}),
        "place": FactName(Text("地点", "Place"), "plain", {}),
    },
)


def page(facts: dict[str, Any] | None = None, **changes: Any) -> Page:
    """Return the page of facts."""
    standing: dict[str, Any] = {
        "network": "test.00",
        "contract": "loans",
        "kind": "loan",
        "subject": "LN-1",
        "height": 7,
        "time_ms": TIME,
        "organization": COURT,
        "organization_name": NAME,
        "seal_fingerprint": SEAL.fingerprint,
        "link": LINK,
    }
    files = [
        Attached(EXTRACT_FILE, b"{}\n", "facts"),
        Attached(CERTIFICATE_FILE, b"{}\n", "how", "supplement"),
    ]
    said = FACTS if facts is None else facts
    return page_of(PAPER, said, Standing(**{**standing, **changes}), files)


@cache
def unsealed() -> bytes:
    """Return a page as PDF/A, before its seal."""
    return render(page())


@cache
def sealed() -> bytes:
    """Return the same under the seal."""
    return set_seal(unsealed(), SEAL, NAME)
