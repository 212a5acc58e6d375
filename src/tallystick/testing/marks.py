# SPDX-License-Identifier: Apache-2.0
"""The mark that says which contracts a test's net has."""

from __future__ import annotations

import pytest

from tallystick.contracts import Contract


def with_contracts(*contracts: type[Contract]) -> pytest.MarkDecorator:
    """Return the mark for a test, class or module (`pytestmark`) whose net has these contracts.

    It is `pytest.mark.contracts`, which alone cannot take a single class: pytest would mark that.
    """
    return pytest.mark.contracts.with_args(*contracts)
