# SPDX-License-Identifier: Apache-2.0
"""CometBFT as an engine: its socket, its home, its process; what is executed is a handler's matter.

Not part of the face of `consensus`, so that a node without it loads no protobuf.
"""

from tallystick.consensus.cometbft.handler import Handler
from tallystick.consensus.cometbft.server import AbciServer

__all__ = [
    "AbciServer",
    "Handler",
]
