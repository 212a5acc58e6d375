# SPDX-License-Identifier: Apache-2.0
"""Forms filled in wrongly, each kind of control, by Chinese readers: nothing is lost.

The node's own door says the same code of the same field.
"""

from __future__ import annotations

import asyncio
import re
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pytest

from tallystick.api import create_app
from tallystick.client import KeyStore
from tallystick.console.work.entered import Entered
from tallystick.node import Node
from tests.unit.console.system_stage import Actor

DIGEST = "ab" * 32
CAMPAIGN = {
    "title": "秋季助学",
    "project": "new-future",
    "plan": DIGEST,
    "target": "1,000.00",
    "opens_at": "2026-11-22T08:30",
    "closes_at": "2026-12-22T08:30",
    "fee_cap_basis": "800",
}
CLAIM = {
    "entitlement": "B-1",
    "amount": "1.00",
    "account.holder": DIGEST,
    "account.account": DIGEST,
    "beneficiary.assertion": "A-1",
    "beneficiary.signature": "00" * 64,
    "device": DIGEST,
}
EXEMPT = {"application": "P-1", "exemption": "COURT"}
SENT = {"orders.#": "1", "orders.0": "O-1", "file": DIGEST}
GUARANTEE = {"application": "P-1", "guarantor": "53110000MADEM1010Y"}

WRONG = [
    ("charity/register_campaign", CAMPAIGN, "title", ""),
    ("charity/register_campaign", CAMPAIGN, "target", "一千"),
    ("charity/register_campaign", CAMPAIGN, "target", "1.005"),
    ("charity/register_campaign", CAMPAIGN, "opens_at", "明天"),
    ("charity/register_campaign", CAMPAIGN, "fee_cap_basis", "8.5"),
    ("charity/register_campaign", CAMPAIGN, "plan", "abc"),
    ("charity/claim", CLAIM, "account.holder", "nobody"),
    ("preservation/exempt_security", EXEMPT, "exemption", "FRIENDSHIP"),
    ("preservation/ask_guarantee", GUARANTEE, "guarantor", "某公司"),
    ("charity/note_sent", SENT, "orders.0", ""),
]


@pytest.mark.parametrize(("method", "right", "name", "text"), WRONG)
def test_a_wrong_control_is_said_in_chinese_and_nothing_is_lost(
    actor: Actor, method: str, right: dict[str, str], name: str, text: str
) -> None:
    """A message beside the control and in a summary that takes the focus; the rest stays."""
    actor.be("officer-li")
    given = {**right, name: text}
    answer = actor.reader.post(
        f"/do/{method}",
        data={"form_key": actor.key, **given},
        headers={"accept-language": "zh-CN"},
    )
    assert answer.status_code == 422, answer.text
    page = unescape(answer.text)
    message = re.search(rf'id="{re.escape(name)}-flaw">([^<]+)<', page)
    assert message is not None
    assert not re.search(r"[A-Za-z]{4}", message[1].replace("CNY", "")), message[1]
    summary = page[page.index('id="flaws"') :]
    assert 'role="alert"' in page[page.index('id="flaws"') - 100 : page.index('id="flaws"')]
    assert f'href="#{name}"' in summary[: summary.index("</div>")]
    for kept in (value for value in given.values() if value and value != "FRIENDSHIP"):
        assert kept in page


@pytest.mark.parametrize(
    ("field", "text"), [("target", "一千"), ("plan", "abc"), ("opens_at", "明天")]
)
def test_the_node_says_the_same_code_of_the_same_field(
    actor: Actor, system_node: Node, system_folder: Path, field: str, text: str
) -> None:
    """What the form calls a flaw, the API refuses with that code and field; so does the command."""
    form = actor.shown("/do/charity/register_campaign")["form"]
    right = Entered(CAMPAIGN)
    args: dict[str, Any] = right.read(form["fields"])
    assert right.flaws == []
    entered = Entered({**CAMPAIGN, field: text})
    entered.read(form["fields"])
    (flaw,) = entered.flaws
    keys = KeyStore(system_folder / "demo-keys")
    body = {
        "args": {**args, field: text},
        "public_key": keys.load("officer-li").secret.public_key.hex(),
        "organization": "53110000MADEM1010Y",
    }

    async def asked() -> httpx.Response:
        transport = httpx.ASGITransport(app=create_app(system_node))
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as api:
            return await api.post("/v1/contracts/charity/register_campaign/preview", json=body)

    answer = asyncio.run(asked()).json()
    assert (answer["error"]["code"], answer["error"]["field"]) == (flaw.code, flaw.path), answer
