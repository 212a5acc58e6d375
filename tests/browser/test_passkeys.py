# SPDX-License-Identifier: Apache-2.0
"""Passkeys with the browser's own authenticator: register, sign in, confirm (ux check 19)."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from hashlib import sha256

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open

pytestmark = pytest.mark.browser

AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
SIGNER = "demo-wang-fang"


def bytes_of(text: str) -> bytes:
    """Return what base64url stands for."""
    return urlsafe_b64decode(text + "==")


def begin_deposit(page: Page, base: str) -> None:
    """Fill in a deposit up to its preview."""
    page.goto(f"{base}/do/evidence/deposit")
    values = {"sha256": sha256(b"by passkey").hexdigest(), "size": "10", "title": "Passkey"}
    for name, value in values.items():
        page.locator(f"[name={name}]").fill(value)
    page.locator("[name=media_type]").fill("text/plain")
    page.locator("#form .card-footer [type=submit]").first.click()


def test_a_passkey_is_registered_signs_in_and_confirms_the_very_transaction(window: Open) -> None:
    """The answer that is kept was given to the digest of the transaction's own bytes."""
    here = window()
    page = here.go("/act-as")
    page.get_by_role("button").filter(has_text="王芳").or_(
        page.get_by_role("button").filter(has_text="Wang Fang")
    ).first.click()
    page.goto(f"{here.base}/account")
    assert here.axe() == []
    here.shoot("account")
    devtools = here.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    page.get_by_label("What to call it").fill("This computer")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_text("This computer ·")).to_be_visible()

    page.get_by_role("button", name="Sign out").click()
    page.goto(f"{here.base}/sign-in?back=/account")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page).to_have_url(f"{here.base}/account")

    begin_deposit(page, here.base)
    preview = page.url
    page.get_by_role("button", name="Sign with a passkey").click()
    page.get_by_role("link", name="Open the transaction").click()
    page.locator("#confirmation summary").click()
    here.shoot("passkey-confirmation")
    assert here.axe() == []
    challenge = page.locator("[data-field=challenge]").inner_text()
    answer = json.loads(page.locator("[data-field=answer]").inner_text())
    told = json.loads(bytes_of(answer["response"]["clientDataJSON"]))
    assert bytes_of(told["challenge"]).hex() == challenge
    pending = here.context.request.get(f"{preview}.json").json()["pending"]
    signed = bytes_of(pending["prepared"]["to_be_signed"].replace("+", "-").replace("/", "_"))
    assert sha256(signed).hexdigest() == challenge
