# SPDX-License-Identifier: Apache-2.0
"""Chains of custody in the form of forensic tools: CASE 1.5 and UCO as JSON-LD."""

from tallystick.interchange.custody_chain.chains import Chain, Handling
from tallystick.interchange.custody_chain.reading import CHAIN_BYTES_MAX, read_chain
from tallystick.interchange.custody_chain.writing import write_chain

__all__ = ["CHAIN_BYTES_MAX", "Chain", "Handling", "read_chain", "write_chain"]
