# SPDX-License-Identifier: Apache-2.0
"""The verifier process: reads frames of signed items, answers one byte for each.

Run as `python -m tallystick.crypto.worker`. It ends when its input closes, so it never outlives
the node that started it.
"""

from __future__ import annotations

import signal
import sys

from tallystick.crypto.frames import decode_items, read_frame, write_frame
from tallystick.crypto.signatures import signature_verdicts


def main() -> None:
    """Serve frames until the input ends."""
    # Ctrl-C reaches the whole process group; the node decides when its workers stop.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while (body := read_frame(sys.stdin.buffer)) is not None:
        write_frame(sys.stdout.buffer, signature_verdicts(decode_items(body)))


if __name__ == "__main__":
    main()
