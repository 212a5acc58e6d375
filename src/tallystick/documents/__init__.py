# SPDX-License-Identifier: Apache-2.0
"""Keeps sealed bytes off the chain, for one organisation, and destroys them when it must."""

from tallystick.documents.holdings import Holding, Holdings, Place

__all__ = [
    "Holding",
    "Holdings",
    "Place",
]
