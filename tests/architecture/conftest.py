# SPDX-License-Identifier: Apache-2.0
"""These tests read sources and run next to none: coverage need not follow them."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _no_trace(request: pytest.FixtureRequest) -> None:
    """Let coverage look away."""
    request.getfixturevalue("untraced")
