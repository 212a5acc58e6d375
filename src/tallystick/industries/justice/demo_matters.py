# SPDX-License-Identifier: Apache-2.0
"""What stories and histories of justice are made of: a template, deposits, signatures, rulings."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from tallystick.contracts import Scene, digest_of
from tallystick.industries.justice.demo_cast import ARCHIVIST, CLERK, ISSUER, VOUCHER
from tallystick.industries.justice.rules import signing_digest

COLLECTOR: Final = MappingProxyType({"app": "lease-app", "version": "2.1"})
SIDES: Final = ("lessor", "lessee")
_YEAR_MS: Final = 31_536_000_000


def draft_template(scene: Scene, title: str, *, days_to_pay: int = 0) -> str:
    """Draft a lease: deliver, then pay the rent within some days; return its number."""
    rule = {"amount": {"fixed": 0}, "grace": {"fixed": 0}}
    deliver = rule | {
        "key": "deliver",
        "debtor": "lessor",
        "creditor": "lessee",
        "kind": "DELIVER",
        "due": {"kind": "event", "days": {"fixed": 2}},
        "evidence": ["courier_sign_off"],
        "zh": "{debtor} 应于 {due} 前交付租赁物",
        "en": "{debtor} delivers what is leased by {due}",
    }
    rent = rule | {
        "key": "rent",
        "debtor": "lessee",
        "creditor": "lessor",
        "kind": "PAY",
        "amount": {"parameter": "rent"},
        "due": {"kind": "event", "after": "deliver", "days": {"fixed": days_to_pay}},
        "evidence": ["payment_receipt"],
        "penalty": {"fixed": 1_200},
        "zh": "{debtor} 应于 {due} 前支付租金 {amount} 元",
        "en": "{debtor} pays a rent of {amount} by {due}",
    }
    blank = {"name": "rent", "kind": "amount", "lowest": 1, "highest": 10**7}
    drafted = scene.act(
        CLERK,
        "draft_template",
        title=title,
        cause="租赁合同纠纷",
        clauses=digest_of("clauses", title),
        parties=list(SIDES),
        parameters=[blank | {"zh": "租金", "en": "rent"}],
        obligations=[deliver, rent],
    )
    return str(drafted["id"])


def put_on_record(
    scene: Scene,
    title: str,
    who: str = ARCHIVIST,
    stamp: Callable[[str], str | None] = lambda _: None,
) -> tuple[str, str]:
    """Deposit a file that the story keeps; return id and hash.

    Args:
        scene: where it happens.
        title: what the file is.
        who: the depositor.
        stamp: has the kept file time-stamped; returns the SHA-256 of the token, or None.
    """
    content = f"{title}\n".encode()
    sha256 = scene.keep_original(f"{title}.txt", content)
    new: dict[str, Any] = {"sha256": sha256, "size": len(content), "title": title}
    token = stamp(f"{title}.txt")
    if token is not None:
        new["token_sha256"] = token
    new |= {"file_name": f"{title}.txt", "collector": dict(COLLECTOR)}
    (kept,) = scene.act(who, "evidence.deposit_many", deposits=[new])
    return str(kept["id"]), sha256


def sign_as(scene: Scene, side: str, document: str, *, person: str = "") -> dict[str, str]:
    """Let somebody be identified and sign a digest; return the signature as calls take it.

    Args:
        scene: where it happens.
        side: what the signer is in the matter.
        document: the digest.
        person: who the signer is; one person stands for each side unless named.
    """
    key = scene.key(person or side)
    named = {"subject": subject_of(person or side), "public_key": key.public_key}
    period = {"valid_from": 0, "valid_until": scene.now + _YEAR_MS}
    certificate = scene.act(ISSUER, "issue_certificate", **named, **period)["id"]
    assertion = f"as-{document[:12]}-{side}"
    issued = {"level": 3, "issued_at": scene.now - 60_000}
    scene.act(VOUCHER, "identify", id=assertion, **named, **issued)
    signature = key.sign(signing_digest(document, side))
    return {"certificate": certificate, "assertion": assertion, "signature": signature}


def subject_of(person: str) -> str:
    """Return what stands for a person on the ledger."""
    return digest_of("person", person)


def rulings(exhibits: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Admit all items: shown to be true before their deposit by their source (Art 17, 18)."""
    asked = ("platform_compliant", "platform_independent", "system_clean", "method_standard")
    ruling = {"is_admitted": True, "before": "SHOWN", "basis": ["source"]}
    weighed = {"considerations": dict.fromkeys(asked, True)}
    return [
        ruling | weighed | {"deposit": one["deposit"], "reasons": digest_of("reasons", number)}
        for number, one in enumerate(exhibits)
    ]
