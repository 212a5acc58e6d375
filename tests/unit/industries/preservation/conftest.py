# SPDX-License-Identifier: Apache-2.0
"""Where the tests of preservation guarantees play."""

from __future__ import annotations

import pytest

from tests.unit.industries.preservation.stage import Stage


@pytest.fixture
def stage() -> Stage:
    """Give a stage with a panel, a scope clause and calendars."""
    return Stage().ready()
