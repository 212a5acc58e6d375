# SPDX-License-Identifier: Apache-2.0
"""`tally custody read`: by a grant, from keepers of which one has damaged its copy."""

from __future__ import annotations

import time
from pathlib import Path

from tallystick.client import connect
from tests.unit.cli.test_keep import SETTLING, World, world

__all__ = ["world"]


def test_afc_1_a_reader_gets_the_right_bytes_and_the_damage_is_on_record(
    world: World, tmp_path: Path
) -> None:
    """AFC-1: the second keeper's bytes are saved, the first one is named and challenged."""
    world.put()
    for node in ("n0", "n1", "n2"):
        world.keep(node)
    until = time.time_ns() // 1_000_000 + 10**6
    terms = {
        "object": "v1",
        "reader": SETTLING,
        "purpose": "audit",
        "valid_until": until,
        "max_uses": 2,
    }
    grant = world.act("owner", "grant_read", **terms)["id"]
    right = world.bytes_at("n1").read_bytes()
    damaged = world.bytes_at("n0")
    damaged.unlink()
    damaged.write_bytes(right[:-1] + bytes((right[-1] ^ 1,)))
    kept = [f"n{number}={tmp_path / 'kept' / f'n{number}'}" for number in range(3)]
    sources = [word for one in kept for word in ("--source", one)]
    out = tmp_path / "read.age"

    words = ("read", grant, "--purpose", "audit", "--out", out)
    done = world.verb(*words, *sources, who="reader")
    assert (done.code, done.json["holder"]) == (0, "n1"), done
    assert out.read_bytes() == right
    assert [one["node"] for one in done.json["corrupted"]] == ["n0"]
    with connect(world.url) as net:
        (asked,) = net.table("custody.challenges")
        (told,) = net.table("custody.reads")
    assert (asked["node"], told["node"], told["id"]) == ("n0", "n1", done.json["read"])

    out.unlink()
    empty = [word for one in range(3) for word in ("--source", f"n{one}={tmp_path / 'empty'}")]
    nobody = world.verb(*words, *empty, who="reader")
    assert (nobody.code, nobody.json["error"]["code"]) == (3, "E_NOT_FOUND"), nobody
    other = world.verb(*("read", grant, "--purpose", "x", "--out", out), *sources, who="reader")
    assert other.code != 0, other
    stranger = world.verb(*words, *sources, who="auditor")
    assert stranger.code != 0
    assert not out.exists()
    assert "挑战" in world.tally("--lang", "zh", "custody", "read", "--help").out
