# SPDX-License-Identifier: Apache-2.0
"""Version 1 of the notes contract."""

from notes_v1.contract import Notes

__all__ = ["Notes"]
