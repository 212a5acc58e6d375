# SPDX-License-Identifier: Apache-2.0
"""Fuzz target for the door of certificates: no bytes but the issued ones are ever certified."""

from __future__ import annotations

import base64
import json
from functools import cache
from pathlib import Path
from typing import Any, Final

from tallystick.crypto import check_chain, describe_certificate
from tests.fuzz.kit import attempt, expect

VECTORS: Final = Path(__file__).resolve().parents[1] / "vectors" / "certificates" / "chains.json"
TITLE: Final = "leaf directly below the root"


def chain(data: bytes) -> bool:
    """Take the input for the certificate of a member, and for that of an authority."""
    leaf, root, time_ms = known()
    attempt(describe_certificate, data)
    attempt(check_chain, [leaf], [data, root], time_ms)
    found = attempt(check_chain, [data], [root], time_ms)
    expect(found is None or data in others(), "nobody but the authority certifies", data)
    return found is not None


@cache
def known() -> tuple[bytes, bytes, int]:
    """Return a good leaf, its authority and the time at which both are valid."""
    document: dict[str, Any] = json.loads(VECTORS.read_text(encoding="utf-8"))
    case = next(one for one in document["cases"] if one["title"] == TITLE)
    leaf, root = (base64.b64decode(case[name][0]) for name in ("chain", "authorities"))
    return leaf, root, document["time_ms"]


def others() -> list[bytes]:
    """Return leaves of every kind, for a beginning."""
    document: dict[str, Any] = json.loads(VECTORS.read_text(encoding="utf-8"))
    chains = [one["chain"] for one in document["cases"] if one["chain"]]
    return [base64.b64decode(one[0]) for one in chains if len(one[0]) < 2_000]
