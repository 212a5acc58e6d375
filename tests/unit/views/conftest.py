# SPDX-License-Identifier: Apache-2.0
"""Views in a temporary folder, and what is in them row by row."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tallystick.views import Projector, Views
from tests.unit.views.chain import GENESIS, SPECS


@pytest.fixture
def url(tmp_path: Path) -> str:
    """Return the URL of views that are not there yet."""
    return f"sqlite:///{tmp_path / 'views.sqlite'}"


@pytest.fixture
def projector(url: str) -> Iterator[Projector]:
    """Return a projector with genesis alone."""
    with Projector(url, GENESIS, SPECS) as opened:
        yield opened


@pytest.fixture
def views(projector: Projector, url: str) -> Iterator[Views]:  # noqa: ARG001  # made before
    """Return a reader of what the projector writes."""
    with closing(Views(url)) as opened:
        yield opened
