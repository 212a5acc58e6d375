# SPDX-License-Identifier: Apache-2.0
"""Record types can be converted to by several threads at once."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import threading
from tallystick.encoding import decode
from tallystick.model import decode_genesis
genesis = bytes.fromhex(input())
barrier = threading.Barrier(8)
def first():
    barrier.wait()
    decode_genesis(genesis)
threads = [threading.Thread(target=first) for _ in range(8)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
print("alive")
"""


def test_the_first_use_of_a_record_type_by_many_threads_does_not_end_the_process() -> None:
    """Without preparation about one process in four of these died of a segmentation fault."""
    from tests.factories import GENESIS_BYTES

    for _ in range(8):
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM],
            input=GENESIS_BYTES.hex() + "\n",
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.stdout == "alive\n", (done.returncode, done.stderr[-500:])
