# SPDX-License-Identifier: Apache-2.0
"""What is to be signed is said from what was entered, or why it cannot be said yet."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.console.system_stage import Actor

DEBIT = {
    "new.agreement": "AG-2026-000009",
    "new.role": "lessee",
    "new.account": "ab" * 32,
    "new.cap": "1.00",
    "new.valid_until": "2099-01-01T00:00",
}


def _asked(actor: Actor, place: str, path: str, given: dict[str, str]) -> Any:
    actor.be("officer-li")
    data = {"form_key": actor.key, "to-sign": path, **given}
    return actor.reader.post(f"{place}.json", data=data)


@pytest.mark.parametrize(
    ("place", "path", "given", "flawed"),
    [
        ("/do/justice/sign_agreement", "signed", {"agreement": "AG-1"}, "role"),
        ("/do/justice/sign_agreement", "signed", {"agreement": "AG-1", "role": "x"}, "signed"),
        ("/do/justice/authorize_debit", "signed", {**DEBIT, "new.cap": "much"}, "new.cap"),
        ("/do/justice/authorize_debit", "signed", DEBIT, "signed"),
    ],
    ids=["a control is empty", "no such record", "a control is wrong", "no such record, inside"],
)
def test_what_keeps_a_digest_from_being_said_stands_at_its_control(
    actor: Actor, place: str, path: str, given: dict[str, str], flawed: str
) -> None:
    """Only what the digest is made of is looked at; nothing that was entered is lost."""
    answer = _asked(actor, place, path, given)
    assert answer.status_code == 422
    shown = answer.json()
    assert set(shown["flaws"]) == {flawed}
    assert shown["to_sign"] == {}
    assert given.items() <= shown["values"].items()


def test_a_control_that_is_no_signature_has_nothing_to_be_signed(actor: Actor) -> None:
    """Whatever a request names; the form comes back as it was."""
    answer = _asked(actor, "/do/justice/sign_agreement", "agreement", {"agreement": "AG-1"})
    assert answer.status_code == 200
    assert answer.json()["to_sign"] == answer.json()["flaws"] == {}
