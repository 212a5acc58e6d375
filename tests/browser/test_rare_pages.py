# SPDX-License-Identifier: Apache-2.0
"""Pages that links seldom lead to with something in them: differences, keys that end, webhooks.

The walk through all pages finds them empty, or not at all: a demonstration has one version of each
contract, no certification authority, and tells nobody anything.
"""

from __future__ import annotations

import importlib
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest
from playwright.sync_api import expect

from tallystick.api import Application, Door, HttpServer
from tallystick.console import ConsoleOptions, create_console
from tallystick.console.account.people import NewAccount, add_account
from tallystick.console.account.sessions import SESSION_COOKIE, begin_session
from tallystick.console.records import Records, records_path
from tallystick.console.webhooks.kept import State, change_webhook, keep_delivery, set_state
from tallystick.console.webhooks.sending import Message, Outcome, Result
from tallystick.crypto import sha256
from tallystick.encoding import Value
from tallystick.industries.evidence import Evidence
from tallystick.model import network_id
from tallystick.node import Node, NodeConfig, open_node
from tallystick.units import DAY_MS
from tests.browser.conftest import Open
from tests.browser.walking import faint_in_the_dark, too_wide, what_is_wrong
from tests.browser.watching import Watched
from tests.certificate_authority import NOW_MS, ROOT, make
from tests.factories import BANK, COURT, TELLER
from tests.networks import now, wait_until
from tests.unit.console.test_transaction_kinds import GOVERNED, call
from tests.unit.console.webhook_stage import registered
from tests.unit.node.node_kit import found
from tests.webhook_receiver import Receiver

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

LOCALES: Final = ("en-GB", "zh-CN")
GENESIS: Final = msgspec.structs.replace(GOVERNED, contracts=("evidence", "notes"))
CONTRACT: Final = '''\
"""Notes, version {version}."""

from __future__ import annotations

from tallystick.contracts import (
    ANY_MEMBER,
    BoundedText,
    Context,
    Contract,
    Label,
    Record,
    Table,
    action,
)
{imported}

class Note(Record):
    """A note."""

    id: str
    text: str


class Notes(Contract, name="notes", version={version}):
    """Keeps notes."""

    notes = Table(Note, key="id")

    @action(role=ANY_MEMBER, label=Label(zh="写", en="Write"))
    def write(self, ctx: Context, id: BoundedText, text: BoundedText) -> None:
        """Keep a note."""
        self.notes.put(Note(id=id, text={text}))
'''
RULES: Final = '''\
"""What a note may look like."""


def tidy(text: str) -> str:
    """Return a text without room around it."""
    return text.strip()
'''
PACKAGES: Final = {
    "rare_notes_one": {
        "contract.py": CONTRACT.format(version=1, imported="", text="text"),
    },
    "rare_notes_two": {
        "contract.py": CONTRACT.format(
            version=2, imported="from rare_notes_two.rules import tidy\n", text="tidy(text)"
        ),
        "rules.py": RULES,
    },
}


@dataclass(frozen=True)
class Site:
    """A network with two versions of a contract, and a console with an administrator."""

    url: str
    folder: Path
    records: Records
    session: str

    def open(self, window: Open, locale: str) -> Watched:
        """Open a window in which the administrator has signed in."""
        here: Watched = window(self.url, locale=locale, reduced_motion="reduce")
        here.context.add_cookies([{"name": SESSION_COOKIE, "value": self.session, "url": self.url}])
        return here


def faults(here: Watched, locale: str, name: str) -> list[str]:
    """Return what is wrong with a page, light, dark and on a telephone; keep pictures of it."""
    found = what_is_wrong(here, locale)
    here.shoot(f"{name}-{locale}-light")
    found += [*faint_in_the_dark(here), *too_wide(here)]
    here.shoot(f"{name}-{locale}-dark")
    return found


@pytest.fixture(scope="module")
def versions(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Any]]:
    """Write two packages with a version each, as they would be installed."""
    place = tmp_path_factory.mktemp("installed")
    for package, files in PACKAGES.items():
        (place / package).mkdir()
        (place / package / "__init__.py").write_text('"""Notes."""\n', encoding="utf-8")
        for name, text in files.items():
            (place / package / name).write_text(text, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(place))
        yield [importlib.import_module(f"{one}.contract").Notes for one in PACKAGES]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, versions: list[Any]) -> Iterator[Site]:
    """Serve the network; its second version was voted for, and an authority is registered."""
    folder = tmp_path_factory.mktemp("rare") / "node"
    found(folder, "solo", GENESIS)
    node = open_node(NodeConfig(data=folder, workers=False, contracts=(Evidence, *versions)))
    node.start()

    def pages(door: Door, names: frozenset[str]) -> Application:
        return create_console(door, ConsoleOptions(data=folder, hosts=names))

    try:
        _tell(node)
        with (
            HttpServer(node, port=0, pages=pages) as server,
            closing(Records(records_path(folder))) as records,
        ):
            session = _administrator(records)
            yield Site(f"http://localhost:{server.port}", folder, records, session)
    finally:
        node.stop()


def _administrator(records: Records) -> str:
    """Open an account for somebody who looks after the console; return a session of theirs."""
    now_ms = time.time_ns() // 1_000_000
    head = NewAccount(
        login="head", name="Head", organization=COURT, member="head", is_administrator=True
    )
    return begin_session(records, add_account(records, head, now_ms), "browser", now_ms)


def _tell(node: Node) -> None:
    """Vote for version 2, and register an authority whose certificate ends soon."""
    network = network_id(GENESIS.name, GENESIS.encode())
    activation: dict[str, Value] = {
        "type": "activate_contract",
        "name": "notes",
        "version": 2,
        "height": 1_000,
    }
    propose = call("governance.propose", 1, {"action": activation}, network=network)
    vote: dict[str, Value] = {"proposal": sha256(propose).hex(), "approve": True}
    root = make(ROOT, ends=(now() - NOW_MS) // DAY_MS + 20)
    calls: Sequence[bytes] = (
        propose,
        call("governance.vote", 2, vote, network=network),
        call("governance.vote", 3, vote, key=TELLER, organization=BANK, network=network),
        call("membership.set_authority", 4, {"certificate": root.der}, network=network),
    )
    for raw in calls:
        node.submit([raw]).result(30)
    wait_until(lambda: node.status().views_height == node.status().height, "views")


@pytest.mark.parametrize("locale", LOCALES)
def test_the_difference_of_two_versions_is_read_line_by_line(
    window: Open, site: Site, locale: str
) -> None:
    """Chosen by two lists: a file that changed, one that came, and who approved the new version."""
    here = site.open(window, locale)
    page = here.go("/c/notes/history")
    expect(page.locator("#versions")).to_contain_text("teller")
    page.locator("#before").select_option("1")
    page.locator("#after").select_option("2")
    page.locator("#compare button").click()
    expect(page.locator("#difference .card")).to_have_count(2)
    changed = page.get_by_role("region", name="contract.py")
    expect(changed.locator(".diff-removed").last).to_contain_text("text=text")
    expect(changed.locator(".diff-added").last).to_contain_text("text=tidy(text)")
    came = page.get_by_role("region", name="rules.py")
    expect(came.locator(".diff-removed")).to_have_count(0)
    assert '+ def tidy(text: str) -> str:\n+     """Return' in came.inner_text(), "line upon line"
    assert faults(here, locale, "rare-difference") == []
    page = here.go("/c/notes/source?version=2&file=rules.py")
    expect(page.locator("pre.code")).to_contain_text("return text.strip()")
    assert faults(here, locale, "rare-source") == []
    page.close()


@pytest.mark.parametrize("locale", LOCALES)
def test_keys_that_end_are_on_top_with_what_they_are_for(
    window: Open, site: Site, locale: str
) -> None:
    """Members' keys, the log's, and an authority whose certificate ends within thirty days."""
    here = site.open(window, locale)
    page = here.go("/gov/keys")
    rows = page.locator("tbody tr")
    expect(rows.first).to_contain_text("Example Root CA")
    expect(rows.first.locator(".bg-orange-lt")).to_contain_text("30")
    assert rows.count() > 3
    assert faults(here, locale, "rare-keys") == []
    page.close()


@pytest.mark.parametrize("locale", LOCALES)
def test_webhooks_of_every_state_are_read_and_changed(
    window: Open, site: Site, locale: str
) -> None:
    """One that works, one that does not answer, one that stopped; a choice is kept by its form."""
    here = site.open(window, locale)
    addresses = [f"https://{name}.example/{locale}" for name in ("works", "slow", "gone")]
    works, slow, gone = (
        registered(site.records, site.folder, Receiver(url=one)) for one in addresses
    )
    message = Message(id="msg_1", type="evidence.Deposited", body=b"{}")
    for number, result, status in (
        (works, Result.DELIVERED, 204),
        (slow, Result.TIMED_OUT, 0),
        (gone, Result.GONE, 410),
    ):
        outcome = Outcome(result=result, status=status, took_ms=7)
        keep_delivery(site.records, number, message, outcome, now())
    set_state(site.records, gone, State.STOPPED)
    change_webhook(site.records, slow, attempts=3, next_at=now() + DAY_MS)
    page = here.go("/admin/webhooks")
    for address in addresses:
        expect(page.get_by_role("link", name=address)).to_be_visible()
    assert faults(here, locale, "rare-webhooks") == []
    for number in (works, slow, gone):
        page = here.go(f"/admin/webhooks/{number}")
        page.locator("details.card summary").click()
        found = faults(here, locale, f"rare-webhook-{number}")
        assert found == [], number
    page = here.go(f"/admin/webhooks/{works}")
    page.locator("details.card summary").click()
    page.locator("#names").fill("evidence.Deposited")
    page.locator('button[value="choose"]').click()
    expect(page.locator(".datagrid code", has_text="evidence.Deposited")).to_be_visible()
    page.close()
