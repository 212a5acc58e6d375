# SPDX-License-Identifier: Apache-2.0
"""What these tests run is measured elsewhere: they ask whether a page is true."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _no_trace(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let coverage look away, in the commands of the pages too."""
    request.getfixturevalue("untraced")
    monkeypatch.delenv("COVERAGE_PROCESS_CONFIG", raising=False)
