# SPDX-License-Identifier: Apache-2.0
"""Tells of a file whether opening it could run something: scripts, macros, programs."""

from tallystick.interchange.active_content.looking import INSPECTED_BYTES_MAX, Active, look_into

__all__ = ["INSPECTED_BYTES_MAX", "Active", "look_into"]
