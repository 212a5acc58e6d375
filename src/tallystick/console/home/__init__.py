# SPDX-License-Identifier: Apache-2.0
"""The first page: who one is here, and what one came for."""

from tallystick.console.home.first_page import PAGES

__all__ = ["PAGES"]
