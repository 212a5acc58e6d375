# SPDX-License-Identifier: Apache-2.0
"""From a form over the preview to the ledger: asked, checked, signed once."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import pytest

from tests.factories import COURT
from tests.unit.console.conftest import Reader
from tests.unit.console.test_acting import form_key, player

__all__ = ["player"]
PLACE = "/do/evidence/deposit"


def filled_in(key: str, **changes: str) -> dict[str, Any]:
    """Return the controls of a deposit."""
    return {
        "form_key": key,
        "sha256": sha256(b"contract").hexdigest(),
        "size": "8",
        "title": "租赁合同",
        "kind": "document",
        "media_type": "text/plain",
        "method": "upload",
        "captured_at": "2023-11-14T22:13",
        "back": "/b",
        **changes,
    }


def be_the_clerk(player: Reader) -> str:
    """Sign in as the clerk; return the key of forms."""
    key = form_key(player.get("/act-as").text)
    player.post("/act-as", data={"form_key": key, "organization": COURT, "member": "clerk"})
    return key


def test_strangers_read_a_form_and_sign_in_to_send_it(reader: Reader) -> None:
    """Sending without an account leads to the entrance, and back."""
    assert reader.get(PLACE).status_code == 200
    key = form_key(reader.get("/sign-in").text)
    sent = reader.post(PLACE, data=filled_in(key))
    assert sent.status_code == 303
    assert sent.headers["location"].startswith("/sign-in?")


def test_a_form_is_previewed_signed_and_sent_once(player: Reader) -> None:
    """The second confirmation of the same preview leads to the same transaction."""
    key = be_the_clerk(player)
    sent = player.post(PLACE, data=filled_in(key))
    assert sent.status_code == 303, sent.text
    preview = player.get(sent.headers["location"])
    assert "租赁合同" in preview.text
    place = sent.headers["location"]
    height = player.get("/explorer.json").json()["status"]["log_size"]
    for _ in range(2):
        assert player.post(place, data={"form_key": key}).status_code == 303
    assert player.get("/explorer.json").json()["status"]["log_size"] == height + 1
    done = player.get(f"{place}.json").json()
    assert done["transaction"]["code"] == "ok"
    assert done["pending"]["transaction"] == done["transaction"]["id"]


@pytest.mark.parametrize(
    ("name", "text"),
    [("size", "many"), ("sha256", "abc"), ("title", ""), ("captured_at", "tomorrow")],
)
def test_what_is_wrong_is_said_beside_its_control_and_nothing_is_lost(
    player: Reader, name: str, text: str
) -> None:
    """The form comes back with 422, the message, and everything that was entered."""
    key = be_the_clerk(player)
    answer = player.post(PLACE, data=filled_in(key, **{name: text, "note": "bleibt"}))
    assert answer.status_code == 422
    assert f'id="{name}-flaw"' in answer.text
    assert "bleibt" in answer.text


def test_somebody_elses_preview_is_not_there(player: Reader) -> None:
    """A number that is not one's own answers 404."""
    be_the_clerk(player)
    assert player.get("/sign/0123456789abcdef0123456789abcdef").status_code == 404


def test_the_inbox_and_cases_answer(player: Reader) -> None:
    """An inbox without tasks says so; a record is a case with its history."""
    be_the_clerk(player)
    assert player.get("/inbox").status_code == 200
    assert player.get("/inbox", params={"tab": "done"}).status_code == 200
    deposits = player.get("/state/evidence/deposits.json").json()["rows"]["items"]
    case = player.get(f"/case/evidence/deposits/{deposits[0]['_key']}")
    assert case.status_code == 200
    assert "timeline" in case.text
    assert player.get("/case/evidence/nothing/1").status_code == 404
    assert player.get("/app/evidence").status_code == 200
