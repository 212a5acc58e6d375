# SPDX-License-Identifier: Apache-2.0
"""Version 2 of the notes contract."""

from notes_v2.contract import Notes

__all__ = ["Notes"]
