# SPDX-License-Identifier: Apache-2.0
"""The story of `tally demo custody`: a bank's vouchers on three nodes, one of which forgets.

It is told through a `Theatre`. The sealed files are invented bytes; their addresses are what any
IPFS tool computes of them.
"""

from __future__ import annotations

from typing import Any, Final

from tallystick.contracts import DAY_MS, Label, Theatre, day_of, digest_of
from tallystick.contracts.parts import BatchTree
from tallystick.industries.custody.archive_records import ManifestEntry
from tallystick.industries.custody.demo_cast import (
    AUDITOR_1,
    AUDITORS,
    CONTRACT,
    LAWYER,
    OFFICER_1,
    OPERATORS,
    OWNER_HOUSE,
    PAYER,
    READER_1,
    RULES_1,
    TELLER,
    parts,
)
from tallystick.industries.custody.demo_files import Sealed, shown_entry
from tallystick.industries.custody.history import history
from tallystick.industries.custody.restoring import directory_of, entries_of
from tallystick.industries.custody.rules import entry_digest, plain_commitment

__all__ = ["CONTRACT", "PAYER", "TELLER", "history", "parts", "tell"]

_STAKE: Final = 100_000
_FILES: Final = 3
_BYTES: Final = 60_000


def tell(theatre: Theatre) -> dict[str, Any]:
    """Tell the story; return what it came to."""
    agreement = _prepare(theatre)
    files = {f"voucher-{number + 1}": Sealed(str(number), _BYTES) for number in range(_FILES)}
    for name, file in files.items():
        _store(theatre, agreement, name, file)
    theatre.say(
        Label(
            zh=f"{len(files)} 份凭证加密后各存三家运营方、三个区域，节点核对地址后签收",
            en=f"{len(files)} sealed vouchers lie with three operators in three zones, signed for",
        )
    )
    paid = _challenge(theatre, "voucher-1", files["voucher-1"])
    _repair(theatre, "voucher-1", files["voucher-1"])
    manifest, audit, lines = _archive(theatre, files)
    drill = _drill(theatre, manifest, lines)
    _read(theatre, "voucher-2")
    _hold(theatre, "voucher-3")
    certificate = theatre.take_away(OFFICER_1, "storage", "voucher-1")
    report = theatre.take_away(AUDITOR_1, "audit", audit)
    restored = theatre.take_away(AUDITOR_1, "drill", drill)
    for kind in ("manifest", "manifest-json"):
        theatre.take_away(OFFICER_1, kind, manifest)
    theatre.take_away(OFFICER_1, "history", "voucher-1")
    results = (report["result"], restored["result"])
    theatre.check(
        holds=(certificate["copies_good"], results) == (3, ("PASSED", "PASSED")),
        claim=Label(zh="三份完好副本，抽查与演练通过", en="three good copies, both checks passed"),
    )
    _complete(theatre, manifest, lines)
    theatre.say(
        Label(
            zh="存储证明与抽查报告已出具，脱机核验通过",
            en="Storage certificate and audit report were issued and checked offline",
        )
    )
    return {"objects": len(files), "challenges": paid, "manifest": manifest, "audit": audit}


def _prepare(theatre: Theatre) -> str:
    """Set rules, money, nodes and the agreement; return the agreement's id."""
    theatre.act(RULES_1, "define_class", id="voucher", title="会计凭证", days=10_957)
    theatre.act(TELLER, "open_money", currency="CNY")
    money = {"currency": "CNY", "amount": 1_000_000}
    codes = (OWNER_HOUSE[0], *(code for code, _, _ in OPERATORS))
    for number, code in enumerate(codes):
        theatre.act(TELLER, "receive_deposit", organization=code, reference=f"D{number}", **money)
    for _, node, zone in OPERATORS:
        terms = {"zone": zone, "capacity": 10**12, "price": 10, "currency": "CNY"}
        theatre.act(node, "offer_node", id=node, stake=_STAKE, **terms)
    made = theatre.act(
        OFFICER_1,
        "make_agreement",
        copies=3,
        zones=2,
        period_days=365,
        price=20,
        challenges=12,
        currency="CNY",
    )
    theatre.act(OFFICER_1, "register_terminal", id="counter-1", branch="示例支行")
    theatre.say(
        Label(
            zh="四家运营方缴纳保证金并登记节点；银行约定三份副本、至少两个区域",
            en="Four operators left stakes; the bank agreed on three copies in two zones",
        )
    )
    return str(made["id"])


def _store(theatre: Theatre, agreement: str, name: str, file: Sealed) -> None:
    nodes = [node for _, node, _ in OPERATORS[:3]]
    theatre.act(
        OFFICER_1,
        "declare_object",
        id=name,
        agreement=agreement,
        cid=file.kept.cid,
        ciphertext=file.sha256,
        plain=plain_commitment(name, digest_of("a voucher", name), theatre.secret),
        size=_BYTES,
        slices_root=file.kept.slices_root,
        media_type="application/pdf",
        retention="voucher",
        key_id=f"key-{name}",
        nodes=nodes,
    )
    theatre.refused("E_HASH", nodes[0], "pin", object=name, node=nodes[0], cid="b" + "a" * 58)
    for node in nodes:
        theatre.act(node, "pin", object=name, node=node, cid=file.kept.cid)


def _challenge(theatre: Theatre, name: str, file: Sealed) -> int:
    """Ask two nodes; a copied answer is refused, the right ones pass. Return how many passed."""
    first, second = OPERATORS[0][1], OPERATORS[1][1]
    one = theatre.act(OFFICER_1, "challenge_copy", object=name, node=first)
    two = theatre.act(OFFICER_1, "challenge_copy", object=name, node=second)
    right = {"challenge": one["id"], "seed": one["seed"], "answer": file.answer(one["index"])}
    theatre.act(first, "answer", **right)
    theatre.refused("E_REPLAY", second, "answer", **(right | {"challenge": two["id"]}))
    answer = {"seed": two["seed"], "answer": file.answer(two["index"])}
    theatre.act(second, "answer", challenge=two["id"], **answer)
    theatre.say(
        Label(
            zh="随机挑战两个节点：照抄他人应答被拒（E_REPLAY），各自出示切片后通过",
            en="Two nodes were challenged: a copied answer was refused, their own slices passed",
        )
    )
    return 2


def _repair(theatre: Theatre, name: str, file: Sealed) -> None:
    """Let a node admit damage; the contract has the copy made anew elsewhere."""
    damaged, spare = OPERATORS[2][1], OPERATORS[3][1]
    theatre.act(damaged, "report_damage", object=name, node=damaged)
    state = theatre.ask("show_object", object=name)["object"]["state"]
    theatre.check(
        holds=state == "DEGRADED", claim=Label(zh="副本不足已记录", en="a copy is missing")
    )
    theatre.act(spare, "pin", object=name, node=spare, cid=file.kept.cid)
    found = theatre.ask("show_object", object=name)
    theatre.check(
        holds=found["object"]["state"] == "STORED" and len(found["copies"]) == len(OPERATORS) - 1,
        claim=Label(zh="副本已在新节点恢复", en="the copy was restored at a new node"),
    )
    theatre.say(
        Label(
            zh=f"{damaged} 自报损坏，合约即指派 {spare} 补存，原节点被剔除",
            en=f"{damaged} admitted damage; {spare} was drawn, has the copy, and replaces it",
        )
    )


def _archive(theatre: Theatre, files: dict[str, Sealed]) -> tuple[str, str, bytes]:
    """Anchor the day and pass an audit; return both, and the lines of the day."""
    entries = [
        ManifestEntry(
            terminal="counter-1",
            sequence=number + 1,
            business_key=digest_of("a secret", "transaction", number),
            object=name,
            cid=file.kept.cid,
            size=_BYTES,
        )
        for number, (name, file) in enumerate(files.items())
    ]
    tree = BatchTree([entry_digest(one) for one in entries])
    day = {"day": day_of(theatre.now).isoformat(), "root": tree.root, "size": _BYTES * len(files)}
    run = {"terminal": "counter-1", "first": 2, "entries": len(files), "gaps": []}
    theatre.refused("E_MISSING", OFFICER_1, "anchor_day", terminals=[run], **day)
    manifest = theatre.act(OFFICER_1, "anchor_day", terminals=[run | {"first": 1}], **day)
    audit = theatre.act(AUDITOR_1, "draw_audit", manifest=manifest["id"])
    shown = [shown_entry(entries, tree, index) for index in audit["indices"]]
    theatre.act(OFFICER_1, "show_entries", audit=audit["id"], shown=shown)
    theatre.say(
        Label(
            zh="日清单缺号被拒（E_MISSING）；补全后锚定，审计随机抽查逐条相符",
            en="A day with a missing number was refused; the whole one passed a random audit",
        )
    )
    lines = directory_of(entries)
    theatre.keep_original("day.jsonl", lines)
    return str(manifest["id"]), str(audit["id"]), lines


def _drill(theatre: Theatre, manifest: str, lines: bytes) -> str:
    """Draw one file of the day, bring it back from a node, and report that; return the drill."""
    entries = entries_of(lines)
    tree = BatchTree([entry_digest(one) for one in entries])
    drawn = theatre.act(AUDITOR_1, "draw_drill", manifest=manifest)
    shown = shown_entry(entries, tree, drawn["index"])
    done = {"shown": shown, "node": OPERATORS[0][1], "is_intact": True}
    theatre.act(AUDITOR_1, "report_drill", drill=drawn["id"], **done)
    return str(drawn["id"])


def _complete(theatre: Theatre, manifest: str, lines: bytes) -> None:
    """Show from the day's lines alone that nothing was left out (AFC-7)."""
    shown = theatre.ask("show_manifest", manifest=manifest)
    entries = entries_of(lines)
    root = BatchTree([entry_digest(one) for one in entries]).root
    (run,) = shown["terminals"]
    theatre.check(
        holds=(root, len(entries)) == (shown["root"], shown["entries"])
        and [one.sequence for one in entries]
        == list(range(run["first"], run["first"] + run["entries"])),
        claim=Label(zh="当日档案完整", en="the day's archive is complete"),
    )


def _read(theatre: Theatre, name: str) -> None:
    """Let an auditor read once, and not twice."""
    grant = theatre.act(
        OFFICER_1,
        "grant_read",
        object=name,
        reader=AUDITORS,
        purpose="audit",
        valid_until=theatre.now + DAY_MS,
        max_uses=1,
    )
    read = theatre.act(READER_1, "open_read", grant=grant["id"], purpose="audit")
    theatre.act(READER_1, "finish_read", read=read["id"], node=OPERATORS[0][1])
    theatre.refused("E_LIMIT", READER_1, "open_read", grant=grant["id"], purpose="audit")
    theatre.say(
        Label(zh="审计依授权调阅一次，留痕；再次被拒", en="A granted read was recorded, once only")
    )


def _hold(theatre: Theatre, name: str) -> None:
    """Show that what must be kept is kept."""
    theatre.act(LAWYER, "hold", object=name, reason="诉讼保全")
    theatre.refused("E_LOCKED", OFFICER_1, "order_destruction", object=name, reason="mistake")
    theatre.say(
        Label(
            zh="法务保全后，销毁被拒（E_LOCKED）",
            en="On hold, its destruction was refused (E_LOCKED)",
        )
    )
