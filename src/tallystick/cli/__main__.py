# SPDX-License-Identifier: Apache-2.0
"""`python -m tallystick.cli`: the same command where no script is installed."""

from __future__ import annotations

import sys

from tallystick.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
