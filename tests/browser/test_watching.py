# SPDX-License-Identifier: Apache-2.0
"""The watch itself: a page with a fault is found out, else the other tests here mean nothing."""

from __future__ import annotations

from typing import Final

import pytest

from tests.browser.conftest import Open

pytestmark = pytest.mark.browser

HEAD: Final = '<!DOCTYPE html><html lang="en"><link rel="icon" href="data:,"><title>t</title>'
POLICY: Final = "default-src 'self'; img-src data:"


@pytest.mark.parametrize(
    ("body", "policy", "fault"),
    [
        ("<script>console.error('so')</script>", "", "console: so"),
        ("<script>nothing.here()</script>", "", "uncaught: "),
        ("<img alt='' src='http://127.0.0.1:9/x.png'>", "", "other origin: http://127.0.0.1:9/"),
        ("<img alt='' src='/no-such-file'>", "", "console: Failed to load resource"),
        ("<script>1</script>", POLICY, "console: policy violation: script-src-elem by inline"),
        ("<p style='color: red'>red</p>", POLICY, "console: policy violation: style-src-attr"),
    ],
    ids=["console", "uncaught", "elsewhere", "missing", "script", "style"],
)
def test_a_fault_of_a_page_is_noted(window: Open, body: str, policy: str, fault: str) -> None:
    """Each kind by itself; what a test expects is not noted."""
    here = window()
    headers = {"content-type": "text/html", "content-security-policy": policy}
    here.context.route("**/bad", lambda route: route.fulfill(body=HEAD + body, headers=headers))
    here.go("/bad")
    assert [one for one in here.faults if one.startswith(fault)]
    here.faults.clear()
    here.expect(".")
    here.go("/bad")
    assert here.faults == []


def test_what_axe_finds_is_reported(window: Open) -> None:
    """Grey on white, and a picture without words; a rule can be left out."""
    here = window()
    bad = "<main><h1>t</h1><p style='color:#bbb'>pale</p><img src='data:,'></main>"
    here.context.route(
        "**/bad", lambda route: route.fulfill(body=HEAD + bad, content_type="text/html")
    )
    here.go("/bad")
    found = here.axe()
    assert [line.split(":")[0] for line in sorted(found)] == [
        "critical image-alt",
        "serious color-contrast",
    ]
    assert here.axe(but={"image-alt", "color-contrast"}) == []
