# SPDX-License-Identifier: Apache-2.0
"""What pages cannot do with kept files and clerks' files, and how it is said."""

from __future__ import annotations

from tallystick.cli.catalogue import say
from tallystick.contracts import Refusal
from tallystick.errors import LimitExceeded


def problem_said(refusal: Refusal) -> dict[str, str]:
    """Return a refusal as pages say it: code, and text in both languages."""
    words = refusal.in_words()
    return {"code": refusal.code, "zh": words.zh, "en": words.en}


def check_size(name: str, size: int, bytes_max: int) -> None:
    """Refuse a kept file that is too large for pages; raises `LimitExceeded`."""
    if size > bytes_max:
        raise LimitExceeded(
            say("restore.large", name=name),
            field="object",
            expected=f"at most {bytes_max} bytes",
            found=str(size),
        )
