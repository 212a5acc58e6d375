# SPDX-License-Identifier: Apache-2.0
"""The face of the kit loads its names when they are used, and has no others."""

from __future__ import annotations

import pytest

from tallystick import testing
from tallystick.testing import names


def test_every_name_of_the_face_can_be_loaded() -> None:
    """The list of the face and that of its file of names are one."""
    assert sorted(testing.__all__) == sorted(names.__all__) == dir(testing)
    assert all(getattr(testing, name) is getattr(names, name) for name in testing.__all__)


def test_another_name_is_an_ordinary_mistake() -> None:
    """`hasattr` works, and the message names the module."""
    name = "nothing"
    with pytest.raises(AttributeError, match=r"'tallystick.testing' has no attribute 'nothing'"):
        getattr(testing, name)
