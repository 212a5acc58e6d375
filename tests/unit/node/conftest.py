# SPDX-License-Identifier: Apache-2.0
"""Fixtures of the tests of nodes."""

from tests.unit.node.node_kit import clock, engine, folder, start

__all__ = ["clock", "engine", "folder", "start"]
