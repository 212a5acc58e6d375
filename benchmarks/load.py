# SPDX-License-Identifier: Apache-2.0
"""The client process of the HTTP benchmark: posts ready-made bodies over a few connections.

Run as `python -m benchmarks.load PORTS FOLDER CONNECTIONS`, ports separated by commas; bodies are
the files of the folder.
Prints JSON: transactions committed, and the seconds from the first request to the last answer.
"""

from __future__ import annotations

import http.client
import json
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import cbor2

HEADERS = {"Content-Type": "application/cbor", "Accept": "application/cbor"}


def main() -> None:
    """Post everything and say how it went."""
    ports = [int(one) for one in sys.argv[1].split(",")]
    folder, connections = Path(sys.argv[2]), int(sys.argv[3])
    bodies = [path.read_bytes() for path in sorted(folder.iterdir())]
    lock = threading.Lock()
    committed = 0
    waits: list[float] = []
    refused: Counter[str] = Counter()

    def work(port: int) -> None:
        nonlocal committed
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        while True:
            with lock:
                if not bodies:
                    return
                body = bodies.pop()
            started = time.perf_counter()
            connection.request("POST", "/v1/transactions/batch?timeout_ms=60000", body, HEADERS)
            answer = connection.getresponse()
            data = answer.read()
            wait = time.perf_counter() - started
            results = cbor2.loads(data)["results"]
            with lock:
                waits.append(wait)
                committed += sum(result.get("code") == "ok" for result in results)
                refused.update(_reason(result) for result in results if result.get("code") != "ok")

    threads = [
        threading.Thread(target=work, args=(ports[n % len(ports)],)) for n in range(connections)
    ]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - started
    waits.sort()
    print(
        json.dumps(
            {
                "committed": committed,
                "refused": refused,
                "seconds": seconds,
                "wait_s_p50": waits[len(waits) // 2],
            }
        )
    )


def _reason(result: dict[str, Any]) -> str:
    return str(result.get("code") or result.get("level") or result)[:200]


if __name__ == "__main__":
    main()
