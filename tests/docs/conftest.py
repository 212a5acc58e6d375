# SPDX-License-Identifier: Apache-2.0
"""What these tests run is measured elsewhere: they ask whether a page is true."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _no_trace(untraced: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let coverage look away, in the commands of the pages too."""
    monkeypatch.delenv("COVERAGE_PROCESS_CONFIG", raising=False)
