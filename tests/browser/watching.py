# SPDX-License-Identifier: Apache-2.0
"""A page under watch: what it logs, refuses, and asks of other places, and what axe says of it."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Collection
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, WebError

PROJECT: Final = Path(__file__).resolve().parents[2]
AXE: Final = Path(__file__).with_name("vendor") / "axe.min.js"
HERE_SCHEMES: Final = frozenset({"about", "blob", "data"})
TALLEST: Final = 8_000
"""Pixels of a page that are enough of a picture; drawing all of a long list takes a minute."""
BAD_IMPACTS: Final = frozenset({"critical", "serious"})

# Policy violations in all frames, told as errors in the console; most are there already.
_TELL_VIOLATIONS: Final = """
document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`policy violation: ${event.violatedDirective} by ${event.blockedURI}`));
"""
# Without preloading, axe asks for no style sheet a second time.
_RUN_AXE: Final = """axe.run(document, {
  preload: false, resultTypes: ["violations"], ...(%s.length && {runOnly: %s})
})"""
_HAS_AXE: Final = "typeof axe === 'object'"


class Watched:
    """A browser window of its own, at one server, that remembers every fault.

    Attributes:
        page: Playwright's page, to act on.
        context: its own cookies and routes.
        faults: console errors, uncaught errors, policy violations, failed requests and requests to
            other origins, in order.
    """

    def __init__(self, context: BrowserContext, base: str) -> None:
        """Open a window and begin to watch it."""
        self.base = base
        self.faults: list[str] = []
        self._expected: list[re.Pattern[str]] = []
        self.context = context
        context.set_default_timeout(60_000)  # a busy machine takes its time
        context.add_init_script(_TELL_VIOLATIONS)
        context.on("console", self._note_message)
        context.on("weberror", self._note_error)
        context.on("request", self._note_request)
        context.on("requestfailed", self._note_failure)
        self.page: Page = context.new_page()

    def go(self, path: str) -> Page:
        """Open an address of the server and wait until everything has loaded."""
        self.page.goto(self.base + path, wait_until="load")
        return self.page

    def expect(self, pattern: str) -> None:
        """Let faults that match pass from now on: a page of an error logs its status."""
        self._expected.append(re.compile(pattern))

    def shoot(self, name: str) -> Path:
        """Keep a picture of the page among the run's screenshots: all of it, or its beginning."""
        folder = Path(os.environ.get("TALLY_SCREENSHOTS") or PROJECT / "build" / "screenshots")
        path = folder / f"{name}.png"
        # A page that is just being left has no height, so the next one's is waited for.
        height = self.page.locator("body").evaluate("one => one.parentElement.scrollHeight")
        size = self.page.viewport_size
        if size is None or height <= TALLEST:
            self.page.screenshot(path=path, full_page=True)
        else:
            width = size["width"]
            self.page.screenshot(
                path=path,
                full_page=True,
                clip={"x": 0, "y": 0, "width": width, "height": TALLEST},
            )
        return path

    def axe(self, but: Collection[str] = (), only: Collection[str] = ()) -> list[str]:
        """Return the serious and critical findings of axe on the page as it is now.

        All but those of the named rules, which a test leaves out with its reason; or only those
        of the named rules.
        The scripts go in through the debugger, which no policy of the page holds back, so the page
        is judged in the state to which the test brought it.
        """
        session = self.context.new_cdp_session(self.page)
        told = session.send("Runtime.evaluate", {"expression": _HAS_AXE})
        if not told["result"]["value"]:
            session.send("Runtime.evaluate", {"expression": AXE.read_text(encoding="utf-8")})
        rules = json.dumps([*only])
        asked = {
            "expression": _RUN_AXE % (rules, rules),
            "awaitPromise": True,
            "returnByValue": True,
        }
        answer = session.send("Runtime.evaluate", asked)
        session.detach()
        if "exceptionDetails" in answer:
            raise RuntimeError(answer["exceptionDetails"]["exception"]["description"])
        return [
            finding(violation, node)
            for violation in answer["result"]["value"]["violations"]
            if violation["impact"] in BAD_IMPACTS and violation["id"] not in but
            for node in violation["nodes"]
        ]

    def _note(self, fault: str) -> None:
        if not any(pattern.search(fault) for pattern in self._expected):
            self.faults.append(fault)

    def _note_message(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self._note(f"console: {message.text} ({message.location.get('url', '')})")

    def _note_error(self, error: WebError) -> None:
        self._note(f"uncaught: {error.error}")

    def _note_request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme in HERE_SCHEMES or request.url.startswith(self.base + "/"):
            return
        self._note(f"other origin: {request.url}")

    def _note_failure(self, request: Request) -> None:
        if request.failure != "net::ERR_ABORTED":  # left the page, or a download began
            self._note(f"failed: {request.url} {request.failure}")


def finding(violation: dict[str, Any], node: dict[str, Any]) -> str:
    """Return a line on one element that breaks one rule of axe."""
    why = " ".join(node["failureSummary"].split())
    return f"{violation['impact']} {violation['id']}: {node['target']} {why}"
