# SPDX-License-Identifier: Apache-2.0
"""Refusals of a contract's modules as pages say them."""

from __future__ import annotations

from tallystick.contracts import Refusal


def problem_said(refusal: Refusal) -> dict[str, str]:
    """Return a refusal as pages say it: code, and text in both languages."""
    words = refusal.in_words()
    return {"code": refusal.code, "zh": words.zh, "en": words.en}
