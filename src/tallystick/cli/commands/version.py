# SPDX-License-Identifier: Apache-2.0
"""`tally version`."""

from __future__ import annotations

import platform

from tallystick import __version__
from tallystick.cli.answers import Answer, Document, Sheet
from tallystick.cli.options import OUTPUT, Output
from tallystick.cli.stage import stage


def version(*, _output: Output = OUTPUT) -> Answer:
    """Print the version."""
    if not stage().as_json:
        return Document(f"tally {__version__}")
    return Sheet({"version": __version__, "python": platform.python_version()})
