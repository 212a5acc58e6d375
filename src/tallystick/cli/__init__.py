# SPDX-License-Identifier: Apache-2.0
"""The command `tally`: verbs over the client and the node."""

from tallystick.cli.main import main

__all__ = ["main"]
