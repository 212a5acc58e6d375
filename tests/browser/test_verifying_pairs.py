# SPDX-License-Identifier: Apache-2.0
"""The portal in a real browser: a signature together with its original, and case files."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import FilePayload, expect

from tests.browser.conftest import Open
from tests.electronic_signatures import cms_over, person

pytestmark = pytest.mark.browser

CONTENT: Final = b"browser 1"
"""Of a deposit on the ledger of `served`."""
ORIGINAL: Final[FilePayload] = {
    "name": "lease.txt",
    "mimeType": "text/plain",
    "buffer": CONTENT,
}


# What the browser's log of requests leaves out of forms: the content of files in them.
_NOTE_FORMS: Final = """
window.sentFiles = [];
const send = window.fetch;
window.fetch = async (address, options) => {
  for (const [name, value] of options?.body instanceof FormData ? options.body : []) {
    const content = typeof value === "string" ? value : await value.text();
    window.sentFiles.push([name, value.name ?? "", content]);
  }
  return send(address, options);
};
"""


def signature(name: str, content: bytes = CONTENT) -> FilePayload:
    """Return a detached signature as a file."""
    data = cms_over(content, person())
    return {"name": name, "mimeType": "application/pkcs7-signature", "buffer": data}


def test_a_signature_and_its_original_are_checked_together_and_the_original_stays(
    window: Open,
) -> None:
    """In one go, or one after the other; the signed bytes are in no request."""
    here = window(locale="zh-CN")
    here.context.add_init_script(_NOTE_FORMS)
    sent: list[bytes] = []
    page = here.go("/v")
    page.on("request", lambda one: sent.append(one.url.encode() + (one.post_data_buffer or b"")))
    results = page.locator("article.result")
    page.locator("#files").set_input_files([signature("lease.txt.p7s"), ORIGINAL])
    expect(results).to_have_count(2)
    signed = results.filter(has_text="lease.txt.p7s")
    expect(signed.locator("li", has_text="覆盖该文件")).to_have_class("check-passed")
    expect(signed).to_contain_text("EV-")
    assert here.axe() == []
    here.shoot("verify-signature-with-original")
    page.locator("#files").set_input_files(signature("lease.sig"))
    expect(results).to_have_count(3)
    expect(results.first.locator("li", has_text="覆盖该文件")).to_have_class("check-passed")
    page.locator("#files").set_input_files([signature("other.p7s", b"other"), ORIGINAL])
    expect(results).to_have_count(5)
    expect(results.filter(has_text="other.p7s")).to_have_class("card result result-no")
    assert sent
    assert not [one for one in sent if CONTENT in one]
    forms: list[list[str]] = page.evaluate("window.sentFiles")
    names = [name for control, name, _ in forms if control == "file"]
    assert names == ["lease.txt.p7s", "lease.sig", "other.p7s"]
    assert not [one for one in forms if CONTENT.decode() in one[2]]
    with page.expect_download() as download:
        page.locator("#report button").first.click()
    assert download.value.suggested_filename == "verification-report.pdf"


def test_case_files_are_recognised_as_what_they_are(window: Open, tmp_path: Path) -> None:
    """JSON and PDF of a record are sent as proofs, and say what they prove."""
    here = window(viewport={"width": 390, "height": 844})
    request = here.context.request
    rows = request.get(f"{here.base}/state/evidence/deposits.json").json()["rows"]["items"]
    place = f"{here.base}/case-file/evidence/deposits/{rows[0]['_key']}"
    files = [tmp_path / "deposit.case.pdf", tmp_path / "deposit.case.json"]
    for path, address in zip(files, (place, f"{place}.json"), strict=True):
        path.write_bytes(request.get(address).body())
    page = here.go("/v")
    page.locator("#files").set_input_files(files)
    results = page.locator("article.result")
    expect(results).to_have_count(2)
    for index in range(2):
        expect(results.nth(index)).to_have_class("card result result-partly")
        expect(results.nth(index)).to_contain_text("a proof that was handed in")
        expect(results.nth(index).locator("li", has_text="receipts hold")).to_have_class(
            "check-passed"
        )
    assert here.axe() == []
    here.shoot("verify-case-files-phone")
