# SPDX-License-Identifier: Apache-2.0
"""What people put on record is text on every page, and a fault tells strangers nothing."""

from __future__ import annotations

import pytest

from tallystick.console.ledger import Ledger
from tallystick.node import Node
from tests.networks import wait_until
from tests.unit.console.conftest import Reader
from tests.unit.console.test_acting import player
from tests.unit.console.test_work import PLACE, be_the_clerk, filled_in

__all__ = ["player"]

DIGEST = "e5" * 32
"""Of nothing that another test deposits on this node."""
MARKUP = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{ 7 * 7 }}"


def test_markup_in_a_record_is_text_wherever_it_is_shown(player: Reader, node: Node) -> None:
    """Preview, result, transaction, list, record, case and search (ASVS 1.2.1)."""
    key = be_the_clerk(player)
    place = player.post(PLACE, data=filled_in(key, title=MARKUP, sha256=DIGEST)).headers["location"]
    preview = player.get(place).text
    player.post(place, data={"form_key": key})
    done = player.get(f"{place}.json").json()["transaction"]
    transaction, number = done["id"], done["call"]["result"]["value"]["id"]
    wait_until(lambda: node.status().views_height == node.status().height, "lists show it")
    addresses = (
        *(place, f"/t/{transaction}", "/state/evidence/deposits", f"/r/{number}"),
        *(f"/state/evidence/deposits/{number}", f"/case/evidence/deposits/{number}"),
        "/search?q=alert",
    )
    pages = [preview, *(player.get(address).text for address in addresses)]
    assert all("<script>alert" not in page and "<img src=x" not in page for page in pages)
    assert sum("&lt;script&gt;alert(1)&lt;/script&gt;" in page for page in pages) >= 5
    assert "{{ 7 * 7 }}" in preview  # nobody's text is a template


def test_a_fault_shows_a_number_to_ask_for_and_nothing_of_itself(
    player: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither the text of the exception nor where it was raised (ASVS 13.4.2, 16.5.1)."""

    async def broken(*_: object, **__: object) -> None:
        raise RuntimeError("a secret detail")

    be_the_clerk(player)
    monkeypatch.setattr(Ledger, "get", broken)
    answer = player.get("/b")
    assert answer.status_code == 500
    assert "E_INTERNAL" in answer.text
    assert not any(one in answer.text for one in ("secret detail", "RuntimeError", "Traceback"))
