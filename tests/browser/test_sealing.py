# SPDX-License-Identifier: Apache-2.0
"""Sealed contents in a real browser: sealed there and opened by the client, and the other way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Page, expect

from tallystick.client import KeyStore, Net, PrivatePlace, SealingKeyStore, connect
from tallystick.contracts import digest_of
from tallystick.crypto import SealingKey, unseal
from tallystick.industries.preservation import demo
from tallystick.industries.preservation.demo_cast import (
    COURT,
    CREDITOR_1,
    FILING,
    PRESIDING,
)
from tests import console_theatre
from tests.browser.conftest import Open
from tests.browser.received import recording
from tests.browser.test_system_stories import Stage, fill
from tests.browser.walking import faint_in_the_dark, too_wide
from tests.browser.watching import Watched
from tests.console_theatre import ConsoleTheatre, found_with_seal, open_console_theatre
from tests.unit.console.sealing_stage import WithHeads, head_of

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

GROUNDS: Final = "王某某，身份证 110101190001011237：转移财产之虞，详见附件七。"
CLUE: Final = b"deposit account 6222 0200 1234 5678, canary of the property clue"
PASSPHRASE: Final = "correct horse battery staple"
CREDITOR: Final = "91310000MADEM61007"


class Office(Stage):
    """A story of which nobody's first act is on the screen by itself."""

    def act(self, member: str, method: str, **arguments: Any) -> Any:
        """Act through the forms, without the screen."""
        return ConsoleTheatre.act(self, member, method, **arguments)


@dataclass(frozen=True)
class Scene:
    """An application that was filed, whose court and applicant have sealing keys."""

    stage: Office
    folder: Path
    keys: SealingKeyStore
    application: str

    @property
    def base(self) -> str:
        """The address of the console."""
        return str(self.stage.client.base_url).rstrip("/")

    def as_member(self, member: str) -> Net:
        """Connect by the client library."""
        identity = KeyStore(self.folder / "demo-keys").load(member)
        return connect(self.base, identity=identity, trust=self.folder / "trust.json")

    def place(self, contents: str) -> PrivatePlace:
        """Return where contents of the application lie sealed."""
        return PrivatePlace("preservation", "secrets", f"{self.application}/{contents.lower()}")

    def publish(self, organization: str, *, passphrase: str | None = None) -> Path:
        """Make an organisation's sealing key and publish its public half; return its file."""
        key, path = self.keys.create(organization, passphrase=passphrase)
        with self.as_member(head_of(organization)) as net:
            net.call("sealing_keys", "publish", public_key=key.public_key)
        return path

    def in_clear(self, *needles: bytes) -> list[str]:
        """Return the files of the node's folder in which something stands in clear."""
        files = [path for path in self.folder.rglob("*") if path.is_file()]
        assert any(path.suffix == ".sealed" for path in files)
        return [str(path) for path in files if any(one in path.read_bytes() for one in needles)]


@pytest.fixture
def received(monkeypatch: pytest.MonkeyPatch) -> list[bytearray]:
    """Give the address and body of every request that reaches the console, as they arrive."""
    requests: list[bytearray] = []
    monkeypatch.setattr(console_theatre, "create_console", recording(requests))
    return requests


@pytest.fixture
def scene(tmp_path: Path, received: list[bytearray]) -> Iterator[Scene]:
    """Give an application that was filed just now."""
    assert received == []
    folder = tmp_path / "node"
    found_with_seal(folder, WithHeads(demo.parts()))
    with open_console_theatre(folder, demo, Office) as stage:
        filed = stage.act(
            CREDITOR_1,
            "file_application",
            court=COURT,
            is_pre_suit=False,
            amount=100_000_000,
            applicant_party=digest_of("party", "creditor"),
            respondent_party=digest_of("party", "debtor"),
            payee=digest_of("payee", "creditor"),
        )
        keys = SealingKeyStore(tmp_path / "sealing")
        yield Scene(stage, folder, keys, str(filed["id"]))


def sent_bodies(page: Page) -> list[bytes]:
    """Return the addresses and bodies of whatever the page sends from now on."""
    sent: list[bytes] = []
    page.on("request", lambda one: sent.append(one.url.encode() + (one.post_data_buffer or b"")))
    return sent


def seal_grounds(here: Watched, scene: Scene) -> None:
    """Seal the grounds of the application in its form, up to the figures."""
    page = here.page
    page.goto(f"{here.base}/do/preservation/declare_contents")
    fill(page, {"application": scene.application, "contents": "GROUNDS"})
    page.locator(".seals textarea").fill(GROUNDS)
    page.locator(".ask-readers").click()
    expect(page.locator(".readers li")).to_have_count(2)
    page.locator(".readers button").click()
    expect(page.locator('[name="sealed.size"]')).not_to_have_value("")


def open_here(page: Page, *keys: Path, passphrase: str = "") -> None:
    """Open what lies sealed on a page with key files."""
    page.locator(".opens input[type=file]").set_input_files(keys)
    page.locator(".opens input[type=password]").fill(passphrase)
    page.locator(".opens button").click()


def test_what_is_sealed_in_the_browser_is_opened_by_its_readers_and_is_nowhere_in_clear(
    window: Open, scene: Scene, received: list[bytearray]
) -> None:
    """Readers are named before; requests and the node's folder hold the canary nowhere."""
    scene.publish(CREDITOR)
    court_key = scene.publish(COURT)
    here = window(scene.base, locale="zh-CN")
    page, sent = here.page, sent_bodies(here.page)
    scene.stage.enter(here, CREDITOR_1)
    seal_grounds(here, scene)
    expect(page.locator(".readers")).to_contain_text("示例中级法院")
    expect(page.locator(".readers")).to_contain_text("示例贸易公司")
    assert [*here.axe(), *too_wide(here)] == []
    here.shoot("sealing-form-sealed")
    page.locator("#form .card-footer button").first.click()
    page.locator('form[action^="/sign/"] button').click()
    expect(page.locator(".alert-success code")).to_have_text(f"{scene.application}/grounds")
    assert here.axe() == []
    here.shoot("sealing-handed-over")

    place = scene.place("GROUNDS")
    with scene.as_member(FILING) as net:
        assert net.private.get(place, scene.keys.load(COURT)) == GROUNDS.encode()
    with scene.as_member(CREDITOR_1) as net:
        assert net.private.get(place, scene.keys.load(CREDITOR)) == GROUNDS.encode()

    scene.stage.enter(here, FILING)
    page.goto(f"{here.base}/case/preservation/applications/{scene.application}")
    open_here(page, court_key)
    expect(page.locator(".opens pre")).to_have_text(GROUNDS)
    here.shoot("sealing-opened")
    secret = scene.keys.load(COURT)[0].text.encode()
    page.close()
    (package,) = [one for one in received if one.startswith(b"/sealed-packages")]
    assert b"age-encryption.org/v1" in package
    everything = [*sent, *map(bytes, received)]
    assert not [one for one in everything if GROUNDS.encode()[:30] in one or secret in one]
    assert scene.in_clear(GROUNDS.encode()[:30], secret) == []


def test_what_the_client_sealed_is_opened_in_the_browser_with_a_key_under_a_passphrase(
    window: Open, scene: Scene, tmp_path: Path, received: list[bytearray]
) -> None:
    """Wrong keys and passphrases are told in plain words; the clear text can be saved."""
    scene.publish(CREDITOR)
    court_key = scene.publish(COURT, passphrase=PASSPHRASE)
    place = scene.place("PROPERTY")
    with scene.as_member(CREDITOR_1) as net:
        made = net.private.seal(place.record, CLUE, [COURT])
        declared = {"contents": "PROPERTY", "sealed": made.declaration}
        scene.stage.act(CREDITOR_1, "declare_contents", application=scene.application, **declared)
        net.private.put(place, made.package)

    here = window(scene.base, viewport={"width": 390, "height": 844}, reduced_motion="reduce")
    page, sent = here.page, sent_bodies(here.page)
    scene.stage.enter(here, PRESIDING)
    page.goto(f"{here.base}/case/preservation/applications/{scene.application}")
    problem = page.locator(".opens [data-problem]")
    open_here(page, court_key)
    expect(problem).to_contain_text("under a passphrase")
    open_here(page, court_key, passphrase="another")
    expect(problem).to_contain_text("does not open this key file")
    (foreign,) = scene.keys.paths(CREDITOR)
    open_here(page, foreign)
    expect(problem).to_contain_text("None of these keys opens it")
    here.shoot("sealing-phone-refused")
    open_here(page, court_key, passphrase=PASSPHRASE)
    expect(page.locator(".opens pre")).to_have_text(CLUE.decode())
    with page.expect_download() as download:
        page.locator(".opens a[download]").first.click()
    saved = tmp_path / "saved"
    download.value.save_as(saved)
    assert saved.read_bytes() == CLUE
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    assert [*here.axe(), *too_wide(here), *faint_in_the_dark(here)] == []
    here.shoot("sealing-phone-opened")
    page.close()
    everything = [*sent, *map(bytes, received)]
    assert not [one for one in everything if CLUE in one or PASSPHRASE.encode() in one]
    assert scene.in_clear(CLUE) == []


def test_nothing_is_sealed_without_keys_and_a_changed_form_must_be_sealed_again(
    window: Open, scene: Scene
) -> None:
    """The form says who has no key; a form that was changed afterwards loses its figures."""
    scene.publish(CREDITOR)
    here = window(scene.base)
    here.expect("422")
    page = here.page
    scene.stage.enter(here, CREDITOR_1)
    page.goto(f"{here.base}/do/preservation/declare_contents")
    problem = page.locator(".seals [data-problem]")
    page.locator(".ask-readers").click()
    expect(problem).to_contain_text("must be filled in")
    fill(page, {"application": scene.application, "contents": "GROUNDS"})
    page.locator(".ask-readers").click()
    expect(problem).to_contain_text("without a sealing key in force")
    expect(page.locator(".readers li", has_text="Example Intermediate Court")).to_contain_text(
        "no sealing key in force"
    )
    expect(page.locator(".readers button")).to_be_hidden()
    here.shoot("sealing-form-keyless")
    scene.publish(COURT)
    seal_grounds(here, scene)
    page.locator('[name="contents"][value="PROPERTY"]').check()
    expect(page.locator('[name="sealed.ciphertext"]')).to_have_value("")
    expect(page.locator(".seals [role=status]")).to_contain_text("seal again")
    page.close()


def downloaded(page: Page, folder: Path, name: str) -> bytes:
    """Return the file behind a link of the page."""
    with page.expect_download() as download:
        page.locator(f'a[href^="/{name}/"]').click()
    download.value.save_as(folder / name)
    return (folder / name).read_bytes()


def test_without_script_the_form_leads_to_the_commands_and_a_reader_gets_both_files(
    window: Open, scene: Scene, tmp_path: Path
) -> None:
    """The page names readers, record and commands; what lies sealed is downloaded for any tool."""
    scene.publish(CREDITOR)
    scene.publish(COURT)
    here = window(scene.base, java_script_enabled=False)
    page = here.page
    scene.stage.enter(here, CREDITOR_1)
    page.goto(f"{here.base}/do/preservation/declare_contents")
    fill(page, {"application": scene.application, "contents": "GROUNDS"})
    page.locator('noscript button[name="seal"], button[name="seal"]').first.click()
    record = f"{scene.application}/grounds"
    said = page.locator("main")
    expect(said).to_contain_text(f"tally private seal FILE --record {record} --to {COURT}")
    expect(said).to_contain_text(f"tally private put PACKAGE {record} --contract preservation")
    expect(said).to_contain_text("Example Intermediate Court")
    here.shoot("sealing-without-script")
    with scene.as_member(CREDITOR_1) as net:
        made = net.private.seal(record, CLUE, [COURT])
        more = {"contents": "GROUNDS", "sealed": made.declaration}
        scene.stage.act(CREDITOR_1, "declare_contents", application=scene.application, **more)
        net.private.put(scene.place("GROUNDS"), made.package)
    page.goto(f"{here.base}/case/preservation/applications/{scene.application}")
    page.locator("summary", has_text="Open it elsewhere").click()
    expect(said).to_contain_text(f"tally private get {record} --contract preservation")
    wrap, content = (downloaded(page, tmp_path, name) for name in ("sealed-wrap", "sealed-bytes"))
    data_key = unseal(wrap, scene.keys.load(CREDITOR)).decode().splitlines()[1]
    assert unseal(content, [SealingKey(data_key)]) == CLUE
    page.close()
