# SPDX-License-Identifier: Apache-2.0
"""The guided tour of a demonstration: five steps through each system, along real records."""

from tallystick.console.tour.pages import PAGES

__all__ = ["PAGES"]
