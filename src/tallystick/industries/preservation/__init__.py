# SPDX-License-Identifier: Apache-2.0
"""Property preservation guarantees: letters a court can trust before it freezes (system PRES)."""

from tallystick.industries.preservation.contract import Preservation
from tallystick.industries.preservation.letter_text import letter_text
from tallystick.industries.preservation.rules import letter_digest

__all__ = ["Preservation", "letter_digest", "letter_text"]
