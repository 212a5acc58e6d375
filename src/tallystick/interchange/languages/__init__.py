# SPDX-License-Identifier: Apache-2.0
"""The two languages of whoever reads, and which of them a caller of HTTP likes better."""

from tallystick.interchange.languages.accepting import LANGUAGES, Language, preferred_language

__all__ = ["LANGUAGES", "Language", "preferred_language"]
