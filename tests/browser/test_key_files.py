# SPDX-License-Identifier: Apache-2.0
"""A party signs in a form with a key in a file: made in the browser, and never sent."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tallystick.client import Identity, KeyStore, format_pem, parse_pem
from tallystick.contracts import digest_of
from tallystick.crypto import SecretKey
from tallystick.industries.justice import demo, signing_digest
from tallystick.industries.justice.demo_cast import (
    CLERK,
    ISSUER,
    PLATFORM_HOUSE,
    REVIEWER_1,
    VOUCHER,
)
from tallystick.industries.justice.demo_matters import (
    COLLECTOR,
    SIDES,
    draft_template,
    put_on_record,
)
from tests.browser.conftest import Open
from tests.browser.test_system_stories import Stage, fill
from tests.browser.watching import Watched
from tests.console_theatre import ConsoleTheatre, found_with_seal, open_console_theatre, unhurried

pytestmark = pytest.mark.browser

PASSPHRASE: Final = "ein Schlüssel mit Umlaut é"
WRONG: Final = "not this one"
NO_KEY: Final[FilePayload] = {
    "name": "no.pem",
    "mimeType": "text/plain",
    "buffer": b"no key at all",
}


class Office(Stage):
    """A story of which nobody's first act is on the screen by itself."""

    def act(self, member: str, method: str, **arguments: Any) -> Any:
        """Act through the forms, without the screen."""
        return ConsoleTheatre.act(self, member, method, **arguments)


def _open_agreement(stage: Office) -> dict[str, Any]:
    """Draft a lease and open it for signing; return it."""
    stage.act("archive-he", "evidence.register_collector", **COLLECTOR)
    template = draft_template(stage, "手机租赁合同")
    stage.act(REVIEWER_1, "review_template", template=template, review=digest_of("review"))
    deposit, text = put_on_record(stage, "合同文本")
    drafted: dict[str, Any] = stage.act(
        CLERK,
        "draft_agreement",
        template=template,
        parties=[
            {"role": side, "organization": PLATFORM_HOUSE, "subject": digest_of("person", side)}
            for side in SIDES
        ],
        values=[{"name": "rent", "value": 120_000}],
        text=text,
        deposit=deposit,
    )
    stage.act(CLERK, "open_signing", agreement=drafted["id"])
    return drafted


def _sent(page: Page) -> list[str]:
    """Return the bodies of whatever the page sends from now on."""
    bodies: list[str] = []
    page.on("request", lambda request: bodies.append(request.post_data or ""))
    return bodies


def _confirm(page: Page) -> None:
    page.locator("#form .card-footer button").first.click()
    page.locator('form[action^="/sign/"] button').click()
    expect(page.locator('main a[href^="/t/"]').first).to_be_visible()


def _files_of(secret: SecretKey, folder: Path) -> Iterator[Path]:
    """Yield files of one key as `tally key` writes them, in turn open and under a passphrase."""
    store, identity = KeyStore(folder / "keys"), Identity(PLATFORM_HOUSE, "lessor", secret)
    for form in ("pem", "json"):
        for passphrase in (None, PASSPHRASE):
            name = f"lessor-{form}-{'sealed' if passphrase else 'open'}"
            if form == "json":
                store.save(name, identity, passphrase=passphrase)
                yield store.folder / f"{name}.json"
            else:
                path = folder / f"{name}.pem"
                path.write_bytes(format_pem(secret, passphrase=passphrase))
                yield path


def _sign_with(here: Watched, file: Path, signature: str, *, is_sealed: bool) -> None:
    """Sign with a key file; one under a passphrase takes no other and asks again."""
    page, signed = here.page, here.page.locator('[name="signed.signature"]')
    signed.fill("")
    page.locator(".key-signs input[type=file]").set_input_files(file)
    if is_sealed:
        _unlock(page, WRONG)
        expect(page.locator(".key-signs [role=alert]")).to_have_text("口令打不开该密钥文件。")
        expect(signed).to_have_value("")
        here.shoot(f"key-file-wrong-passphrase{file.suffix}")
        _unlock(page, PASSPHRASE)
    expect(signed).to_have_value(signature)
    expect(page.locator(".key-signs [role=alert]")).to_be_hidden()


def _sign_with_each(here: Watched, secret: SecretKey, folder: Path, signature: str) -> None:
    """Sign with each form of a key; each gives the same."""
    for file in _files_of(secret, folder):
        _sign_with(here, file, signature, is_sealed="-sealed" in file.name)


def _unlock(page: Page, passphrase: str) -> None:
    expect(page.locator(".key-lock input")).to_be_editable()
    page.locator(".key-lock input").fill(passphrase)
    page.locator(".key-lock input").press("Enter")


def test_a_party_signs_with_a_key_that_was_made_in_the_browser_and_never_sent(
    window: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is signed is the contract's own digest; the ledger takes the signature (JUD-6)."""
    unhurried(demo, monkeypatch)
    found_with_seal(tmp_path, demo)
    with open_console_theatre(tmp_path, demo, Office) as stage:
        drafted = _open_agreement(stage)
        here = window(str(stage.client.base_url).rstrip("/"), locale="zh-CN")
        page, subject = here.page, digest_of("person", "lessor")

        stage.enter(here, ISSUER)
        page.goto(f"{here.base}/do/justice/issue_certificate")
        with page.expect_download() as download:
            page.locator(".key-makes").click()
        pem = tmp_path / "lessor.pem"
        download.value.save_as(pem)
        secret = parse_pem(pem.read_bytes())
        public = secret.public_key.hex()
        expect(page.locator('[name="public_key"]')).to_have_value(public)
        page.locator('[name="public_key"]').fill("")
        page.locator(".key-shows input[type=file]").set_input_files(pem)
        expect(page.locator('[name="public_key"]')).to_have_value(public)
        period = {"valid_from": "2020-01-01T00:00", "valid_until": "2099-01-01T00:00"}
        fill(page, {"subject": subject, **period})
        _confirm(page)
        known = {"id": "as-1", "subject": subject, "public_key": public}
        stage.act(VOUCHER, "identify", **known, level=3, issued_at=stage.now - 60_000)

        stage.enter(here, CLERK)
        page.goto(f"{here.base}/do/justice/sign_agreement")
        bodies = _sent(page)
        digest = signing_digest(drafted["digest"], "lessor")
        fill(page, {"agreement": str(drafted["id"]), "role": "lessor"})
        page.locator('button[name="to-sign"]').click()
        expect(page.locator("#signed-to-sign code")).to_have_text(digest)
        page.locator(".key-signs input[type=file]").set_input_files(NO_KEY)
        expect(page.locator(".key-signs [role=alert]")).to_contain_text("Ed25519")
        signature = secret.sign(bytes.fromhex(digest)).hex()
        _sign_with_each(here, secret, tmp_path, signature)
        page.locator(".key-signs input[type=file]").set_input_files(pem)
        expect(page.locator('[name="signed.signature"]')).to_have_value(signature)
        here.shoot("key-file-signed")
        known_keys = stage.client.get("/v1/contracts/justice/tables/certificates").json()
        (kept,) = (row for row in known_keys["items"] if row["public_key"] == public)
        fill(page, {"signed.certificate": kept["id"], "signed.assertion": "as-1"})
        _confirm(page)
        page.close()  # before the server ends, which would be a fault of the page
        shown = stage.ask("show_agreement", agreement=drafted["id"])["agreement"]
        assert [one["public_key"] for one in shown["signatures"]] == [public]
        inside = "".join(pem.read_text().splitlines()[1:-1])
        assert bodies
        assert not any(inside[-40:] in one or inside[-40:-4] in one for one in bodies)
        assert not any(PASSPHRASE in one or WRONG in one for one in bodies)


def test_a_key_file_of_the_command_line_is_a_key_file_here() -> None:
    """`tally key export` writes the PKCS #8 that the browser reads and writes."""
    secret = SecretKey(b"\x07" * 32)
    assert format_pem(secret).startswith(b"-----BEGIN PRIVATE KEY-----\n")
    assert parse_pem(format_pem(secret)).public_key == secret.public_key
