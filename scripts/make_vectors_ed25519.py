# SPDX-License-Identifier: Apache-2.0
"""Rebuild tests/vectors/ed25519/zip215.json: 196 signatures that only the ZIP 215 rule accepts all of.

Every pair (A, R) of the 14 encodings of points of small order (8 canonical, 6 not), with s = 0:
under the cofactored equation of ZIP 215 each is valid for every message.
"""

from __future__ import annotations

import json
from pathlib import Path

P = 2**255 - 19
D = -121665 * pow(121666, -1, P) % P
ORDER = 2**252 + 27742317777372353535851937790883648493
TARGET = Path(__file__).parent.parent / "tests" / "vectors" / "ed25519" / "zip215.json"

Point = tuple[int, int]


def add(a: Point, b: Point) -> Point:
    """Add two points of edwards25519 (affine)."""
    (x1, y1), (x2, y2) = a, b
    product = D * x1 * x2 * y1 * y2 % P
    x3 = (x1 * y2 + x2 * y1) * pow(1 + product, -1, P) % P
    y3 = (y1 * y2 + x1 * x2) * pow(1 - product, -1, P) % P
    return x3, y3


def multiply(scalar: int, point: Point) -> Point:
    """Multiply a point by a number."""
    result: Point = (0, 1)
    while scalar:
        if scalar & 1:
            result = add(result, point)
        point = add(point, point)
        scalar >>= 1
    return result


def solve_x(y: int) -> int | None:
    """Return a square root x of (y^2 - 1) / (d y^2 + 1), if there is one."""
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    return x if (x * x - square) % P == 0 else None


def torsion() -> list[Point]:
    """Return the eight points of small order."""
    y = 2
    while True:
        x = solve_x(y)
        if x is not None:
            generator = multiply(ORDER, (x, y))
            points = [multiply(n, generator) for n in range(8)]
            if len(set(points)) == len(points):
                return points
        y += 1


def encodings() -> list[bytes]:
    """Return all 14 encodings of them: y may also be written as y + p, and -0 as 0."""
    found: list[bytes] = []
    for x, y in torsion():
        signs = (x & 1,) if x else (0, 1)
        for sign in signs:
            found += [
                (value | sign << 255).to_bytes(32, "little")
                for value in (y, y + P)
                if value < 2**255
            ]
    return sorted(set(found))


def main() -> None:
    """Write the file."""
    message = b"Zcash".hex()
    cases = [
        {"public_key": a.hex(), "signature": (r + bytes(32)).hex(), "message": message}
        for a in encodings()
        for r in encodings()
    ]
    TARGET.write_text(json.dumps({"valid": cases}, indent=1) + "\n")


if __name__ == "__main__":
    main()
