# SPDX-License-Identifier: Apache-2.0
"""Figures: statistics with their periods, warning rules with their alerts, and a wall display."""

from tallystick.console.figures.table import PAGES

__all__ = ["PAGES"]
