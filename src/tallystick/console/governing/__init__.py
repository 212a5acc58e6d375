# SPDX-License-Identifier: Apache-2.0
"""Governing: proposals with what they would change, the rules in force, nodes and keys."""

from tallystick.console.governing.table import PAGES

__all__ = ["PAGES"]
