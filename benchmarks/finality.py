# SPDX-License-Identifier: Apache-2.0
"""How large finality is in a receipt, and how long its verification takes, by validators.

    python -m benchmarks.finality

prints a table: bytes of a proof by all and by the least number of validators, bytes of a
certificate of a change to as many others, and processor time of a check.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Final

from tallystick.client import Trust
from tallystick.client.finality_check import check_finality
from tallystick.model import decode_finality, engine_chain_id
from tests.engine_chain import Chain, Electorate, Roots, digest
from tests.factories import GENESIS_BYTES, secret

COUNTS: Final = (4, 7, 25, 100)
REPEAT: Final = 30


def electorate(count: int, first: int) -> Electorate:
    """Return validators of equal power with ids as long as real ones."""
    return Electorate({f"{n:018}": secret(first + n) for n in range(count)})


def median_ms(work: Callable[[], object]) -> float:
    """Return the median processor time of repeated runs, milliseconds: the machine is shared."""
    times = []
    for _ in range(REPEAT):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return 1_000 * statistics.median(times)


def main() -> None:
    """Measure and print."""
    chain = Chain(engine_chain_id(GENESIS_BYTES))
    roots = Roots(1_000_000, digest("log"), digest("state"), digest("membership"))
    print("validators | quorum | proof, all | proof, quorum | check, quorum (CPU) | certificate")
    print("--- | --- | --- | --- | --- | ---")
    for count in COUNTS:
        now, quorum = electorate(count, 1_000), 2 * count // 3 + 1
        full = chain.proof(roots, now, height=500_000).encode()
        least = chain.proof(roots, now, height=500_000, signers=range(quorum)).encode()
        change = chain.transition(now, electorate(count, 5_000), height=500_000).encode()

        def check(data: bytes = least) -> None:
            check_finality(decode_finality(data), chain.chain_id)

        print(
            f"{count} | {quorum} | {len(full):,} B | {len(least):,} B | {median_ms(check):.1f} ms"
            f" | {len(change):,} B"
        )
    print(f"trust file read without a history: {median_ms(_read_trust):.1f} ms")


def _read_trust() -> None:
    Trust.of_genesis(GENESIS_BYTES)


if __name__ == "__main__":
    main()
