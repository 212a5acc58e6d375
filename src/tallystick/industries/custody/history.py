# SPDX-License-Identifier: Apache-2.0
"""Ninety days of an archive: vouchers stored and challenged, copies lost, days audited, reads.

Written through a `Past`; what happens by chance is the same for the same seed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from tallystick.contracts import DAY_MS, Life, Past, day_of, digest_of
from tallystick.contracts.parts import BatchTree
from tallystick.industries.custody.archive_records import ManifestEntry
from tallystick.industries.custody.demo_cast import (
    AUDITOR_1,
    AUDITORS,
    LAWYER,
    OFFICER_1,
    OPERATORS,
    OWNER_HOUSE,
    READER_1,
    RULES_1,
    TELLER,
)
from tallystick.industries.custody.demo_files import Sealed, shown_entry
from tallystick.industries.custody.rules import entry_digest, plain_commitment

_DAY: Final = 24
_COUNTER: Final = "counter-1"
_SIZE: Final = 4_000
_CLASSES: Final = (("voucher", "会计凭证", 10_957), ("recording", "双录资料", 45))
_NODES: Final = tuple(node for _, node, _ in OPERATORS)


@dataclass
class Archive:
    """What the bank has put away."""

    agreement: str
    files: dict[str, Sealed] = field(default_factory=dict)
    next_number: int = 1
    """Of the counter's next voucher."""


def history(past: Past) -> Life:
    """Set rules, money, nodes and the agreement; then let the days pass."""
    archive = Archive(_prepare(past))
    past.begin(_days(past, archive))
    past.begin(_clock(past, archive))
    past.begin(_spot_checks(past, archive))
    past.begin(_withdrawals(past))
    yield 0


def _prepare(past: Past) -> str:
    for name, title, days in _CLASSES:
        past.act(RULES_1, "define_class", id=name, title=title, days=days)
    past.act(RULES_1, "change_parameters", parameters={"answer_s": 3_600})
    past.act(TELLER, "open_money", currency="CNY")
    money = {"currency": "CNY", "amount": 5_000_000}
    for number, code in enumerate((OWNER_HOUSE[0], *(code for code, _, _ in OPERATORS))):
        past.act(TELLER, "receive_deposit", organization=code, reference=f"D{number}", **money)
    for _, node, zone in OPERATORS:
        terms = {"zone": zone, "capacity": 10**12, "price": 10, "currency": "CNY"}
        past.act(node, "offer_node", id=node, stake=200_000, **terms)
    terms = {"copies": 3, "zones": 2, "period_days": 60, "price": 20, "challenges": 1}
    made = past.act(OFFICER_1, "make_agreement", currency="CNY", **terms)
    past.act(OFFICER_1, "register_terminal", id=_COUNTER, branch="示例支行")
    return str(made["id"])


def _days(past: Past, archive: Archive) -> Life:
    """Store what the counter has, anchor the day, and at times look into it."""
    chance = past.chance
    while True:
        yield 4 * _DAY
        entries = []
        gap = chance.random() < 0.12
        first = archive.next_number
        for at in range(2):
            number = first + at + (1 if gap and at else 0)
            entries.append(_store(past, archive, number))
        archive.next_number = entries[-1].sequence + 1
        gaps = [{"first": first + 1, "count": 1, "cause": "作废：打印两次"}] if gap else []
        run = {"terminal": _COUNTER, "first": first, "entries": len(entries), "gaps": gaps}
        tree = BatchTree([entry_digest(one) for one in entries])
        day = {"day": day_of(past.now).isoformat(), "root": tree.root}
        size = sum(one.size for one in entries)
        manifest = past.act(OFFICER_1, "anchor_day", terminals=[run], size=size, **day)["id"]
        past.begin(_pin_late(past, archive, entries))
        if chance.random() < 0.25:
            past.begin(_audit(past, manifest, entries, tree))
        if chance.random() < 0.3:
            past.begin(_read(past, entries[0].object))
        if chance.random() < 0.1:
            past.begin(_hold(past, entries[-1].object))


def _store(past: Past, archive: Archive, number: int) -> ManifestEntry:
    """Declare a sealed file at three nodes, and have all but the last sign for it."""
    name = f"voucher-{number:05d}"
    file = archive.files[name] = Sealed(name, _SIZE + past.chance.randrange(_SIZE))
    first = past.chance.randrange(len(_NODES))
    nodes = [_NODES[(first + step) % len(_NODES)] for step in range(3)]
    past.act(
        OFFICER_1,
        "declare_object",
        id=name,
        agreement=archive.agreement,
        cid=file.kept.cid,
        ciphertext=file.sha256,
        plain=plain_commitment(name, digest_of("a voucher", name), past.secret),
        size=len(file.content),
        slices_root=file.kept.slices_root,
        media_type="application/pdf",
        retention=past.chance.choice(("voucher", "voucher", "recording")),
        key_id=f"key-{name}",
        nodes=nodes,
    )
    for node in nodes[:2]:
        past.act(node, "pin", object=name, node=node, cid=file.kept.cid)
    return ManifestEntry(
        terminal=_COUNTER,
        sequence=number,
        business_key=digest_of("a secret", "transaction", number),
        object=name,
        cid=file.kept.cid,
        size=len(file.content),
    )


def _pin_late(past: Past, archive: Archive, entries: Sequence[ManifestEntry]) -> Life:
    """Let the last node sign some hours later; one in fifteen never does."""
    yield past.chance.randint(1, 5)
    for entry in entries:
        if past.chance.random() < 0.07:
            continue
        _pin_open(past, archive, entry.object)


def _pin_open(past: Past, archive: Archive, name: str) -> None:
    """Let every node that was asked for a copy and has none yet sign for it."""
    for copy in past.ask("show_object", object=name)["copies"]:
        if copy["state"] == "OFFERED":
            cid = archive.files[name].kept.cid
            past.act(copy["node"], "pin", object=name, node=copy["node"], cid=cid)


def _clock(past: Past, archive: Archive) -> Life:
    """Turn the clock every morning; nodes answer what they are asked, and take what is offered."""
    while True:
        yield _DAY
        while past.act(RULES_1, "tick", limit=50)["is_more_due"]:
            pass
        _answer_all(past, archive)
        for one in past.news("CopyOffered"):
            _pin_open(past, archive, one["object"])


def _answer_all(past: Past, archive: Archive) -> None:
    """Answer what was asked; one answer in a hundred does not come."""
    for one in past.news("ChallengeIssued"):
        if past.chance.random() < 0.01:
            continue
        asked = past.ask("show_challenge", challenge=one["challenge"])
        if asked["state"] != "ISSUED" or asked["due"] < past.now + 5 * 60_000:
            continue
        answer = archive.files[one["object"]].answer(one["index"])
        said = {"challenge": asked["id"], "seed": asked["seed"], "answer": answer}
        past.act(one["node"], "answer", **said)


def _spot_checks(past: Past, archive: Archive) -> Life:
    """Challenge a copy by hand every week; a node admits damage now and then."""
    yield 4 * _DAY
    while True:
        yield 6 * _DAY
        name = past.chance.choice(sorted(archive.files))
        copies = past.ask("show_object", object=name)["copies"]
        good = [one["node"] for one in copies if one["state"] == "PINNED"]
        if not good:
            continue
        if past.chance.random() < 0.3:
            past.act(good[0], "report_damage", object=name, node=good[0])
        else:
            past.act(AUDITOR_1, "challenge_copy", object=name, node=good[-1])
            _answer_all(past, archive)


def _audit(past: Past, manifest: str, entries: list[ManifestEntry], tree: BatchTree) -> Life:
    """Draw lines of a day by chance, have them shown, and bring one document back."""
    yield past.chance.randint(4, 2 * _DAY)
    audit = past.act(AUDITOR_1, "draw_audit", manifest=manifest)
    if past.chance.random() < 0.15:
        return
    shown = [shown_entry(entries, tree, index) for index in audit["indices"]]
    past.act(OFFICER_1, "show_entries", audit=audit["id"], shown=shown)
    yield 3
    drill = past.act(AUDITOR_1, "draw_drill", manifest=manifest)
    line = shown_entry(entries, tree, drill["index"])
    copies = past.ask("show_object", object=line["entry"]["object"])["copies"]
    node = next((one["node"] for one in copies if one["state"] == "PINNED"), None)
    if node is not None:
        back: dict[str, Any] = {"shown": line, "node": node, "is_intact": True}
        past.act(AUDITOR_1, "report_drill", drill=drill["id"], **back)


def _read(past: Past, name: str) -> Life:
    """Let the auditors read once; a second time is refused."""
    yield past.chance.randint(2, 3 * _DAY)
    grant = past.act(
        OFFICER_1,
        "grant_read",
        object=name,
        reader=AUDITORS,
        purpose="audit",
        valid_until=past.now + 10 * DAY_MS,
        max_uses=1,
    )["id"]
    yield past.chance.randint(1, _DAY)
    read = past.act(READER_1, "open_read", grant=grant, purpose="audit")
    copies = past.ask("show_object", object=name)["copies"]
    node = next(one["node"] for one in copies if one["state"] == "PINNED")
    past.act(READER_1, "finish_read", read=read["id"], node=node)
    if past.chance.random() < 0.3:
        past.refused("E_LIMIT", READER_1, "open_read", grant=grant, purpose="audit")


def _hold(past: Past, name: str) -> Life:
    """Keep an object for a lawsuit; its destruction is refused, and some holds are lifted."""
    yield 5 * _DAY
    past.act(LAWYER, "hold", object=name, reason="诉讼保全")
    past.refused("E_LOCKED", OFFICER_1, "order_destruction", object=name, reason="期满清理")
    if past.chance.random() < 0.5:
        yield 12 * _DAY
        past.act(LAWYER, "unhold", object=name)


def _withdrawals(past: Past) -> Life:
    """Let operators withdraw some money every month; the last order waits for the bank."""
    while True:
        yield 26 * _DAY
        for _, node, _ in OPERATORS[:2]:
            asked = {"currency": "CNY", "amount": 50_000, "payee": digest_of("payee", node)}
            order = past.act(node, "withdraw", **asked)["id"]
            yield 4
            past.act(TELLER, "note_sent", orders=[order], file=digest_of("file", order))
            said = {"order": order, "state": "BOOKED", "attempt": 1}
            past.act(TELLER, "report_payment", reference=f"B/{order}", **said)
