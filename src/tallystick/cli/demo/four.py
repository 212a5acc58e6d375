# SPDX-License-Identifier: Apache-2.0
"""The story of `make network`: four organisations, one stops, two stop, both come back.

Every claim is checked by the client, and the story fails where one does not hold.
"""

from __future__ import annotations

import time
from importlib.resources import as_file, files
from pathlib import Path
from typing import Final

from tallystick.cli.answers import Plain
from tallystick.cli.catalogue import say
from tallystick.cli.demo.sites import (
    Site,
    compare,
    find_engine,
    found_together,
    four_sites,
    name_of,
    require,
    start_all,
    stop_all,
)
from tallystick.cli.stage import stage
from tallystick.cli.talk import note, paint, step
from tallystick.client import Deposit, VerifiedReceipt, deposit_args, facts_of
from tallystick.crypto import sha256
from tallystick.errors import NotFinal

SAMPLE: Final = "sample-contract.pdf"
_HALT_MS: Final = 4_000
"""How long the story waits to see that nothing is decided."""
_WAIT_MS: Final = 30_000


def tell(base: Path) -> dict[str, Plain]:
    """Tell the story in a folder; return what it showed.

    Raises:
        EngineMissing: the consensus engine is not installed.
        Unverified: something did not go as it must.
    """
    version = find_engine()
    began = time.monotonic()
    with four_sites(base) as sites:
        facts = _tell(sites, base)
        stop_all(sites)
    seconds = round(time.monotonic() - began, 1)
    note()
    note(paint(say("four.done", seconds=seconds), "bold"))
    return {**facts, "engine": version, "seconds": seconds, "ok": True}


def _tell(sites: list[Site], base: Path) -> dict[str, Plain]:
    first, second, third, fourth = sites
    network = found_together(sites, base)
    start_all(sites)
    sample = _sample(base)
    deposited = _deposit(first, sample)
    receipt = _verify(second, deposited, sample)
    _stop(fourth, "four.one_stopped")
    alone = _go_on(first, second, base)
    _stop(third, "four.two_stopped")
    pending, halted_at = _halt(first, second, base)
    _keep(second, receipt)
    _return(third, fourth)
    placed = _finish(first, fourth, pending)
    levels = compare(sites)
    return {
        "network": network,
        "deposit": deposited.id,
        "height_with_one_stopped": alone,
        "height_with_two_stopped": halted_at,
        "height_after": placed,
        "app_hash": levels[0][1],
        "heights": [height for height, _ in levels],
    }


def _deposit(site: Site, sample: Path) -> Deposit:
    began = time.monotonic()
    with site.net() as net:
        done = net.evidence.deposit(sample, title="采购合同 Purchase agreement")
    done.save()
    took = time.monotonic() - began
    height = done.transaction.height
    step(say("four.deposited", id=done.id, name=name_of(site), height=height), took_s=took)
    return done


def _verify(site: Site, deposited: Deposit, sample: Path) -> VerifiedReceipt:
    began = time.monotonic()
    with site.net() as net:
        net.wait(deposited.transaction.id, timeout_ms=_WAIT_MS)
        receipt = net.receipt(deposited.transaction.id)
        verified = net.verify(receipt.record.to_json().encode(), original=sample)
    require(verified.ok, "four.not_verified")
    step(say("four.verified", name=name_of(site)), took_s=time.monotonic() - began)
    language = stage().language
    for check in verified.checks:
        note(f"    · {check.title.get(language)}: {paint(check.evidence.get(language), 'dim')}")
    return receipt


def _stop(site: Site, key: str) -> None:
    began = time.monotonic()
    status = site.stop()
    require(status == 0, "four.unclean")
    step(say(key, name=name_of(site)), took_s=time.monotonic() - began)


def _go_on(first: Site, second: Site, base: Path) -> int:
    """Deposit while three of four are left; read it through another."""
    began = time.monotonic()
    path = _note_file(base, "three.txt", "three of four\n")
    with first.net() as net:
        done = net.evidence.deposit(path, title="三家在线 Three of four")
    with second.net() as net:
        net.wait(done.transaction.id, timeout_ms=_WAIT_MS)
        net.receipt(done.transaction.id)
    height = done.transaction.height or 0
    step(say("four.goes_on", id=done.id, height=height), took_s=time.monotonic() - began)
    return height


def _halt(first: Site, second: Site, base: Path) -> tuple[bytes, int]:
    """Submit while two of four are left: it must not become final."""
    began = time.monotonic()
    path = _note_file(base, "two.txt", "two of four\n")
    with first.net() as net, second.net() as other:
        before = (net.status().height, other.status().height)
        arguments = deposit_args(facts_of(path), {"title": "两家在线 Two of four"})
        raw = net.sign("evidence", "deposit", arguments)
        try:
            placed = net.submit(raw, timeout_ms=_HALT_MS)
        except NotFinal:
            placed = None
        after = (net.status().height, other.status().height)
    require(placed is None and before == after, "four.did_not_halt")
    took = time.monotonic() - began
    step(say("four.halted", height=after[0], seconds=_HALT_MS // 1000), took_s=took)
    return raw, after[0]


def _keep(site: Site, receipt: VerifiedReceipt) -> None:
    """What was committed can still be read and verified while nothing is decided."""
    with site.net() as net:
        found = net.receipt(sha256(receipt.record.transaction).hex())
    require(found.record.transaction == receipt.record.transaction, "four.lost")
    step(say("four.kept", name=name_of(site)))


def _return(third: Site, fourth: Site) -> None:
    began = time.monotonic()
    for site in (third, fourth):
        site.start()
    for site in (third, fourth):
        site.wait_ready()
    step(say("four.back"), took_s=time.monotonic() - began)


def _finish(first: Site, fourth: Site, pending: bytes) -> int:
    """What was taken while nothing could be decided becomes final; nothing was lost."""
    began = time.monotonic()
    number = sha256(pending).hex()
    with first.net() as net:
        net.submit(pending, timeout_ms=_WAIT_MS)  # the same bytes: counted once
    with fourth.net() as net:
        record = net.wait(number, timeout_ms=_WAIT_MS)
        net.receipt(number)
    step(say("four.finished", height=record.height), took_s=time.monotonic() - began)
    return record.height


def _sample(base: Path) -> Path:
    """Put the bundled contract where a visitor can look at it."""
    target = base / SAMPLE
    with as_file(files("tallystick.cli.demo") / "files" / SAMPLE) as bundled:
        target.write_bytes(bundled.read_bytes())
    return target


def _note_file(base: Path, name: str, text: str) -> Path:
    path = base / name
    path.write_text(text, encoding="utf-8")
    return path
