# SPDX-License-Identifier: Apache-2.0
"""Settings of the storage tests."""

from __future__ import annotations

import os

import pytest


@pytest.fixture
def without_syncs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Skip syncs: for tests that try thousands of pictures of a disk, none of which needs one."""
    monkeypatch.setattr(os, "fsync", lambda _: None)
    monkeypatch.setattr(os, "fdatasync", lambda _: None)
