# SPDX-License-Identifier: Apache-2.0
"""Reading deposits back from the state."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from tallystick.industries.evidence.records import Content, Deposit, DepositId

FOUND_DEPOSITS_MAX: Final = 100


def newest_first(
    content: Content | None, deposit_of: Callable[[DepositId], Deposit]
) -> list[Deposit]:
    """Return the deposits of a content from the newest back, following `same_content`."""
    found: list[Deposit] = []
    following = None if content is None else content.newest
    while following is not None and len(found) < FOUND_DEPOSITS_MAX:
        deposit = deposit_of(following)
        found.append(deposit)
        following = deposit.same_content
    return found
