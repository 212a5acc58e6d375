# SPDX-License-Identifier: Apache-2.0
"""Documents of the Universal Business Language 2.3: a guarantee certificate."""

from tallystick.interchange.ubl.guarantees import Guarantee, write_guarantee

__all__ = ["Guarantee", "write_guarantee"]
